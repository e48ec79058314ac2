"""The clients of a sweep: how each is asked which ports of a range are open, and how its answer is read."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import namespaces
from .clients import holter_program, installed

# The pace of a client: for masscan, more than any machine sends.
UNBOUNDED = "10000000"


@dataclass(frozen=True)
class Sweeper:
    """One tool on one range and its ports."""

    name: str
    command: list
    # From the document's path to the (address, port) that are open.
    read: Callable
    # Exit codes of a run that went well.
    fine: tuple = (0,)
    # masscan 1.3.2 was seen not to report answers that reach its device, at every rate tried.
    may_miss: bool = False


def holter(addresses, ports, *flags):
    command = [holter_program(), "scan", str(addresses), "-p", span(ports), "-f", "jsonl", "--quiet", *flags]
    return Sweeper(" ".join(("holter", *flags)), command, read_holter, fine=(0, 1, 3))


def read_holter(document):
    with open(document) as lines:
        services = [json.loads(line) for line in lines]
    return {(service["address"], service["port"]) for service in services if service["reached"]}


def nmap(addresses, ports):
    """Ordinary connections like Holter's; big host groups, at most one retry, and no word of closed ports: faster
    each than without."""
    command = [installed("nmap"), "-n", "-Pn", "-sT", "-T5", "--min-rate", "1000000", "--min-hostgroup", "4096",
               "--max-retries", "1", "--open", "-p", span(ports), "-oG", "-", str(addresses)]
    return Sweeper("nmap -sT", command, read_nmap)


def read_nmap(document):
    found = set()
    for line in Path(document).read_text().splitlines():
        if line.startswith("Host: ") and "\tPorts: " in line:
            address = line.split()[1]
            found |= {(address, int(port)) for port in re.findall(r"(\d+)/open/tcp/", line)}
    return found


def masscan(addresses, ports, far, wait=None):
    """Raw packets. It cannot use loopback, which has no hardware address, nor find the gateway's by itself on a
    device without a default route. `wait` is how many seconds it listens after the last packet; its own is 10."""
    command = [installed("masscan"), str(addresses), f"-p{span(ports)}", "--rate", UNBOUNDED, "-oL", "-",
               "-e", namespaces.DEVICE, "--adapter-ip", namespaces.NEAR_ADDRESS,
               "--router-mac", namespaces.gateway(far), *(() if wait is None else ("--wait", str(wait)))]
    name = "masscan" if wait is None else f"masscan --wait {wait}"
    return Sweeper(name, command, read_masscan, may_miss=True)


def read_masscan(document):
    words = [line.split() for line in Path(document).read_text().splitlines()]
    return {(word[3], int(word[2])) for word in words if word[:2] == ["open", "tcp"]}


def sent_per_second(document):
    """The rate at which masscan says that it sent, the median of what it showed; nothing for other clients."""
    shown = re.findall(r"rate:\s*([0-9.]+)-kpps", Path(f"{document}.err").read_text(errors="replace"))
    rates = sorted(float(rate) * 1000 for rate in shown if float(rate) > 0)
    return rates[len(rates) // 2] if rates else None


def span(ports):
    return f"{ports[0]}-{ports[-1]}"
