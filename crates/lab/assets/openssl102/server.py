"""A TLS server on the real OpenSSL 1.0.2n of a shared library: heartbeats on, Heartbleed fixed.

No release of Node.js after 0.10.1 offers heartbeats, so this stands where a patched web server would.
Arguments: the libssl; the number of a listening socket, or an address and port to listen on; the key's file; the
certificate's file. It ends when its standard input does. It must not import anything that loads Python's own OpenSSL.
"""

import ctypes
import os
import selectors
import socket
import sys

FILETYPE_PEM = 1
ERROR_WANT_READ = 2
ERROR_WANT_WRITE = 3
CTRL_MODE = 33
MODE_RELEASE_BUFFERS = 0x10
# Long enough that a server which compresses would.
PAGE = b"<p>A page of the lab.</p>" * 120
REPLY = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE)


def main():
    path, handle, key, certificate = sys.argv[1:]
    ssl = load(path)
    context = ctypes.c_void_p(ssl.SSL_CTX_new(ctypes.c_void_p(ssl.SSLv23_server_method())))
    if ssl.SSL_CTX_use_certificate_file(context, certificate.encode(), FILETYPE_PEM) != 1:
        sys.exit("the certificate does not load")
    if ssl.SSL_CTX_use_PrivateKey_file(context, key.encode(), FILETYPE_PEM) != 1:
        sys.exit("the key does not load")
    ssl.SSL_CTX_ctrl(context, CTRL_MODE, MODE_RELEASE_BUFFERS, None)
    listening = listen(handle)
    listening.setblocking(False)
    selector = selectors.DefaultSelector()
    selector.register(listening, selectors.EVENT_READ, None)
    selector.register(sys.stdin, selectors.EVENT_READ, None)
    while True:
        for ready, _ in selector.select():
            if ready.fileobj is listening:
                accept(ssl, context, listening, selector)
            elif ready.fileobj is sys.stdin:
                if not os.read(sys.stdin.fileno(), 1):
                    return
            else:
                session = ready.data
                if not session.advance():
                    selector.unregister(session.line)
                    session.close()


def listen(handle):
    if handle.isdigit():
        return socket.socket(fileno=int(handle))
    address, port = handle.rsplit(":", 1)
    return socket.create_server((address, int(port)), backlog=512)


def load(path):
    ssl = ctypes.CDLL(path)
    pointer = ctypes.c_void_p
    for name in ("SSLv23_server_method", "SSL_CTX_new", "SSL_new"):
        getattr(ssl, name).restype = pointer
    ssl.SSL_CTX_ctrl.argtypes = [pointer, ctypes.c_int, ctypes.c_long, pointer]
    ssl.SSL_library_init()
    return ssl


def accept(ssl, context, listening, selector):
    # Level-triggered: what does not fit this round comes in the next.
    for _ in range(64):
        try:
            line, _ = listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        line.setblocking(False)
        selector.register(line, selectors.EVENT_READ, Session(ssl, context, line))


class Session:
    """One connection: a handshake, then the same small answer to whatever is asked."""

    def __init__(self, ssl, context, line):
        self.ssl = ssl
        self.line = line
        self.handle = ctypes.c_void_p(ssl.SSL_new(context))
        ssl.SSL_set_fd(self.handle, line.fileno())
        self.open = False
        self.buffer = ctypes.create_string_buffer(1024)

    def advance(self):
        """Goes on as far as the bytes allow; False when it is over."""
        if not self.open:
            result = self.ssl.SSL_accept(self.handle)
            if result != 1:
                return self.waits(result)
            self.open = True
        result = self.ssl.SSL_read(self.handle, self.buffer, len(self.buffer))
        if result <= 0:
            return self.waits(result)
        self.ssl.SSL_write(self.handle, REPLY, len(REPLY))
        self.ssl.SSL_shutdown(self.handle)
        return False

    def waits(self, result):
        error = self.ssl.SSL_get_error(self.handle, result)
        self.ssl.ERR_clear_error()
        return error in (ERROR_WANT_READ, ERROR_WANT_WRITE)

    def close(self):
        self.ssl.SSL_free(self.handle)
        self.line.close()


if __name__ == "__main__":
    main()
