"""Two network namespaces with a cable between them: what loopback cannot be, a network that raw packets cross.

The far side answers for a whole range, the near side reaches it through one gateway, so that the only address ever
resolved is the gateway's. A namespace lives as long as a process in it, and that process as long as its standard
input: nothing of this outlives the run, however that ends.
"""

import contextlib
import subprocess
from dataclasses import dataclass

from .problem import Problem

DEVICE = "near"
FAR_DEVICE = "far"
NEAR_ADDRESS = "10.87.0.1"
FAR_ADDRESS = "10.87.0.2"


@dataclass(frozen=True)
class Namespace:
    """One side, by the process that keeps it."""

    keeper: int

    def inside(self, *command):
        """The command that runs `command` on this side, no longer than this process lives."""
        return ["setpriv", "--pdeathsig", "KILL", "nsenter", "--target", str(self.keeper), "--net", *command]

    def run(self, *command):
        return run(*self.inside(*command))

    def refusals(self):
        """How many connections this side's kernel has refused since the namespace began: the packets it has sent to
        reset one."""
        names, values = (line.split() for line in self.run("cat", "/proc/net/snmp").splitlines()
                         if line.startswith("Tcp:"))
        return int(dict(zip(names, values))["OutRsts"])


@contextlib.contextmanager
def pair(answering):
    """Gives the near and the far side; every address of the range `answering` is the far side's own."""
    with kept() as near, kept() as far:
        run("ip", "link", "add", DEVICE, "netns", str(near.keeper), "type", "veth", "peer", "name", FAR_DEVICE,
            "netns", str(far.keeper))
        for side, device, address in ((near, DEVICE, NEAR_ADDRESS), (far, FAR_DEVICE, FAR_ADDRESS)):
            side.run("ip", "link", "set", "lo", "up")
            side.run("ip", "address", "add", f"{address}/30", "dev", device)
            side.run("ip", "link", "set", device, "up")
        near.run("ip", "route", "add", str(answering), "via", FAR_ADDRESS)
        far.run("ip", "route", "add", "local", str(answering), "dev", "lo")
        yield near, far


def gateway(far):
    """The hardware address of the far side, for a client that makes its own frames."""
    words = far.run("ip", "-oneline", "link", "show", FAR_DEVICE).split()
    return words[words.index("link/ether") + 1]


@contextlib.contextmanager
def kept():
    try:
        keeper = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, bufsize=0)
    except FileNotFoundError:
        raise Problem("unshare is missing: apt-get install util-linux") from None
    with keeper:
        # An echo shows that the namespace is there: cat starts only inside it.
        with contextlib.suppress(BrokenPipeError):
            keeper.stdin.write(b"\n")
        if keeper.stdout.readline() != b"\n":
            raise Problem(f"no network namespace, run as root: {keeper.stderr.read().decode().strip()}")
        yield Namespace(keeper.pid)


def run(*command):
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10)
    except FileNotFoundError:
        package = "iproute2" if command[0] == "ip" else "util-linux"
        raise Problem(f"{command[0]} is missing: apt-get install {package}") from None
    if done.returncode != 0:
        raise Problem(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout
