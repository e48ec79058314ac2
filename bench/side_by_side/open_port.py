"""A program: one open port on every address of one device, behind which every caller is hung up on.

Arguments: the port (0 for none), the device, and an address to which a datagram goes ten times a second. Where
nothing comes back, masscan was seen to wait for minutes more than it was told to.

It says a line when it listens, and ends when its standard input does.
"""

import contextlib
import select
import socket
import sys

BACKLOG = 4096
DISCARD = 9


def main():
    port, device, *listener = sys.argv[1:]
    waking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with open_port(int(port), device) as door:
        print("listening", flush=True)
        watched = [sys.stdin] + ([door] if int(port) else [])
        while True:
            ready, _, _ = select.select(watched, [], [], 0.1)
            if sys.stdin in ready:
                return
            if door in ready:
                hang_up(door)
            elif listener:
                waking.sendto(b"", (listener[0], DISCARD))


def open_port(port, device):
    door = socket.socket()
    door.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + b"\0")
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.setblocking(False)
    if port:
        door.bind(("0.0.0.0", port))
        door.listen(BACKLOG)
    return door


def hang_up(door):
    # The caller may have gone before it is accepted.
    with contextlib.suppress(BlockingIOError, ConnectionError):
        while True:
            door.accept()[0].close()


if __name__ == "__main__":
    main()
