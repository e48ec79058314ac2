"""Conversations made of real TLS: Python's own client and server speak in memory, and packets are put around their words."""

import ssl
import struct
import subprocess
from pathlib import Path

SEGMENT = 1448


def certificate(folder):
    """A key and a certificate of their own; gives the file with both."""
    both = Path(folder) / "listening.pem"
    key = Path(folder) / "listening.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=listening.example",
                    "-keyout", key, "-out", both], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + both.read_bytes())
    return both


def talk(pem, version, bulk=0):
    """What client and server say in turn, as pairs of whether the client says it and the bytes; then `bulk` bytes from the server."""
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    inside.load_cert_chain(pem)
    outside = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    outside.check_hostname, outside.verify_mode = False, ssl.CERT_NONE
    for context in (inside, outside):
        context.minimum_version = context.maximum_version = version
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = outside.wrap_bio(down, up, server_hostname="listening.example")
    server = inside.wrap_bio(up, down, server_side=True)
    said = []
    # What one side has written the other one reads: what is pending is noted first and put back.
    for _ in range(6):
        for side, out in ((client, up), (server, down)):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                pass
            note(said, side is client, out)
    while bulk > 0:
        server.write(b"\x5a" * 16384)
        bulk -= 16384
        words = down.read()
        said.append((False, words))
        if len(said) > 64:
            break
    return said


def note(said, by_client, out):
    words = out.read()
    if words:
        said.append((by_client, words))
        out.write(words)


def frame(by_client, client, port, seq, ack, flags, data):
    """An Ethernet frame of the client, whose address and port these are, or of the server."""
    server, service = b"\x0a\xff\x00\x01", 443
    source, destination, ports = (client, server, (port, service)) if by_client else (server, client, (service, port))
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + len(data), 0, 0x4000, 64, 6, 0, source, destination)
    tcp = struct.pack(">HHIIBBHHH", *ports, seq & 0xFFFFFFFF, ack & 0xFFFFFFFF, 0x50, flags, 65535, 0, 0)
    return b"\x02" * 12 + b"\x08\x00" + ip + tcp + data


def conversation(said, client=b"\x0a\x01\x00\x01", port=40000):
    """All frames of it, from SYN to FIN."""
    place = {True: 1000, False: 5000}
    yield frame(True, client, port, 1000, 0, 2, b"")
    yield frame(False, client, port, 5000, 1001, 18, b"")
    place = {True: 1001, False: 5001}
    yield frame(True, client, port, 1001, 5001, 16, b"")
    for by_client, words in said:
        for at in range(0, len(words), SEGMENT):
            part = words[at:at + SEGMENT]
            yield frame(by_client, client, port, place[by_client], place[not by_client], 24, part)
            place[by_client] += len(part)
        yield frame(not by_client, client, port, place[not by_client], place[by_client], 16, b"")
    for by_client in (True, False):
        yield frame(by_client, client, port, place[by_client], place[not by_client], 17, b"")
        place[by_client] += 1
    yield frame(True, client, port, place[True], place[False], 16, b"")
