"""A DTLS server on the real OpenSSL 1.0.2n of a shared library, for many clients at once.

Each peer address has its own connection, whose datagrams go in and out by memory. It echoes what it is sent.
Arguments: the libssl; an address and port; the key's file; the certificate's file. It ends when its standard input does.
It must not import anything that loads Python's own OpenSSL.
"""

import ctypes
import os
import selectors
import socket
import sys

FILETYPE_PEM = 1
ERROR_WANT_READ = 2
ERROR_ZERO_RETURN = 6
CTRL_SET_MTU = 17
CTRL_OPTIONS = 32
BIO_SET_EOF_RETURN = 130
NO_QUERY_MTU = 0x1000
MOST = 64


def main():
    path, handle, key, certificate = sys.argv[1:]
    ssl, crypto = load(path)
    context = ctypes.c_void_p(ssl.SSL_CTX_new(ctypes.c_void_p(ssl.DTLS_server_method())))
    if ssl.SSL_CTX_use_certificate_file(context, certificate.encode(), FILETYPE_PEM) != 1:
        sys.exit("the certificate does not load")
    if ssl.SSL_CTX_use_PrivateKey_file(context, key.encode(), FILETYPE_PEM) != 1:
        sys.exit("the key does not load")
    address, port = handle.rsplit(":", 1)
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind((address, int(port)))
    print("OpenSSL 1.0.2n listens", flush=True)
    selector = selectors.DefaultSelector()
    selector.register(udp, selectors.EVENT_READ)
    selector.register(sys.stdin, selectors.EVENT_READ)
    peers = {}
    while True:
        for ready, _ in selector.select():
            if ready.fileobj is sys.stdin:
                if not os.read(sys.stdin.fileno(), 1):
                    return
                continue
            data, peer = udp.recvfrom(65536)
            if peer not in peers:
                # Only a handshake record in the open begins anything.
                if len(data) < 14 or data[0] != 22 or data[13] != 1:
                    continue
                while len(peers) >= MOST:
                    peers.pop(next(iter(peers))).close()
                peers[peer] = Peer(ssl, crypto, context)
            if not peers[peer].take(data, lambda out: udp.sendto(out, peer)):
                peers.pop(peer).close()


def load(path):
    ssl = ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
    folder = os.path.dirname(path)
    name = next(name for name in os.listdir(folder) if name.startswith("libcrypto-"))
    crypto = ctypes.CDLL(os.path.join(folder, name))
    pointer = ctypes.c_void_p
    for library, names in (
        (ssl, ("DTLS_server_method", "SSL_CTX_new", "SSL_new")),
        (crypto, ("BIO_new", "BIO_s_mem")),
    ):
        for name in names:
            getattr(library, name).restype = pointer
    ssl.SSL_ctrl.argtypes = [pointer, ctypes.c_int, ctypes.c_long, pointer]
    ssl.SSL_set_bio.argtypes = [pointer, pointer, pointer]
    crypto.BIO_ctrl.argtypes = [pointer, ctypes.c_int, ctypes.c_long, pointer]
    crypto.BIO_new.argtypes = [pointer]
    for name in ("BIO_read", "BIO_write"):
        getattr(crypto, name).argtypes = [pointer, ctypes.c_char_p, ctypes.c_int]
    ssl.SSL_library_init()
    return ssl, crypto


class Peer:
    """One client: a handshake, then an echo."""

    def __init__(self, ssl, crypto, context):
        self.ssl, self.crypto = ssl, crypto
        self.handle = ctypes.c_void_p(ssl.SSL_new(context))
        method = crypto.BIO_s_mem()
        self.into, self.out = crypto.BIO_new(method), crypto.BIO_new(method)
        for bio in (self.into, self.out):
            crypto.BIO_ctrl(bio, BIO_SET_EOF_RETURN, -1, None)
        ssl.SSL_set_bio(self.handle, self.into, self.out)
        ssl.SSL_ctrl(self.handle, CTRL_OPTIONS, NO_QUERY_MTU, None)
        ssl.SSL_ctrl(self.handle, CTRL_SET_MTU, 1400, None)
        ssl.SSL_set_accept_state(self.handle)
        self.buffer = ctypes.create_string_buffer(65536)

    def take(self, data, send):
        """Takes one datagram; False when the connection is over."""
        self.crypto.BIO_write(self.into, data, len(data))
        while True:
            result = self.ssl.SSL_read(self.handle, self.buffer, len(self.buffer))
            error = self.ssl.SSL_get_error(self.handle, result)
            self.ssl.ERR_clear_error()
            if result > 0:
                self.ssl.SSL_write(self.handle, self.buffer, result)
            if error == ERROR_ZERO_RETURN:
                self.ssl.SSL_shutdown(self.handle)
            count = self.crypto.BIO_read(self.out, self.buffer, len(self.buffer))
            if count > 0:
                send(self.buffer.raw[:count])
            if result <= 0:
                return error == ERROR_WANT_READ

    def close(self):
        self.ssl.SSL_free(self.handle)


if __name__ == "__main__":
    main()
