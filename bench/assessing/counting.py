"""A proxy that counts what a tool does to a server: connections, how many at once, bytes.

One thread and one loop, which looks at the open connections before it takes a new one: so a tool that ends each
connection before it begins the next is never seen with two. A connection is open until its client ends it.
"""

import contextlib
import selectors
import socket
import struct
import threading
from dataclasses import dataclass

RESET = struct.pack("ii", 1, 0)


@dataclass
class Count:
    """What came through."""

    connections: int = 0
    peak: int = 0
    bytes: int = 0


class Proxy:
    """Listens while it is entered; `count` is whole when it was left."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.count = Count()
        self.ways = set()

    def __enter__(self):
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.listening.setblocking(False)
        self.port = self.listening.getsockname()[1]
        self.waking, self.woken = socket.socketpair()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.woken, selectors.EVENT_READ)
        self.selector.register(self.listening, selectors.EVENT_READ)
        self.thread = threading.Thread(target=self.loop, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.waking.send(b"!")
        self.thread.join()
        for thing in (self.listening, self.waking, self.woken, self.selector):
            thing.close()

    def loop(self):
        while True:
            ready = self.selector.select()
            for key, mask in ready:
                if key.data is not None:
                    self.move(key.data, mask)
            for key, _ in ready:
                if key.fileobj is self.woken:
                    for way in list(self.ways):
                        way.other.drop()
                        way.drop()
                    return
                if key.fileobj is self.listening:
                    self.take()

    def take(self):
        with contextlib.suppress(BlockingIOError, ConnectionError):
            while True:
                client, _ = self.listening.accept()
                self.count.connections += 1
                try:
                    server = socket.create_connection(self.upstream)
                except OSError:
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    client.close()
                    continue
                near, far = Way(self, client), Way(self, server)
                near.other, far.other = far, near
                self.ways.add(near)
                self.count.peak = max(self.count.peak, len(self.ways))

    def move(self, way, mask):
        try:
            if mask & selectors.EVENT_WRITE:
                way.flush()
            if mask & selectors.EVENT_READ:
                way.read()
        except (ConnectionError, TimeoutError):
            # What one side did abruptly the other gets abruptly.
            way.drop()
            way.other.drop(reset=True)


class Way:
    """One side of a connection."""

    def __init__(self, proxy, stream):
        self.proxy, self.stream, self.other = proxy, stream, None
        self.waiting, self.heard_end, self.told_end, self.dropped = b"", False, False, False
        stream.setblocking(False)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        proxy.selector.register(stream, selectors.EVENT_READ, self)

    def read(self):
        with contextlib.suppress(BlockingIOError):
            while not self.dropped and not self.heard_end:
                data = self.stream.recv(1 << 16)
                self.proxy.count.bytes += len(data)
                if data:
                    self.other.send(data)
                else:
                    self.heard_end = True
                    # A client that ended takes no part any more.
                    self.proxy.ways.discard(self)
                    self.other.flush()
                    self.watch()
        self.settle()

    def send(self, data):
        self.waiting += data
        try:
            self.flush()
        except (ConnectionError, TimeoutError):
            self.drop()
            self.other.drop(reset=True)

    def flush(self):
        if self.dropped:
            return
        with contextlib.suppress(BlockingIOError):
            while self.waiting:
                self.waiting = self.waiting[self.stream.send(self.waiting):]
        if not self.waiting and self.other.heard_end and not self.told_end:
            self.told_end = True
            with contextlib.suppress(OSError):
                self.stream.shutdown(socket.SHUT_WR)
        self.watch()
        self.settle()

    def watch(self):
        if not self.dropped:
            events = (0 if self.heard_end else selectors.EVENT_READ) | (selectors.EVENT_WRITE if self.waiting else 0)
            known = self.stream in self.proxy.selector.get_map()
            if events and known:
                self.proxy.selector.modify(self.stream, events, self)
            elif events:
                self.proxy.selector.register(self.stream, events, self)
            elif known:
                self.proxy.selector.unregister(self.stream)

    def settle(self):
        if self.told_end and self.heard_end and self.other.heard_end and self.other.told_end:
            self.drop()
            self.other.drop()

    def drop(self, reset=False):
        if self.dropped:
            return
        self.dropped = True
        self.proxy.ways.discard(self)
        if self.stream in self.proxy.selector.get_map():
            self.proxy.selector.unregister(self.stream)
        if reset:
            self.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.stream.close()
