"""Who listens: how each program is asked for what it knows of the TLS in a capture, on one core."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("holter", "floor", "suricata", "ndpi", "tshark")
# Debian's places of the rules about TLS, heartbeats among them.
RULES = ("/etc/suricata/rules/tls-events.rules", "/usr/share/suricata/rules/tls-events.rules")
# The others take minutes over a million flows that never close.
OF_CROWDS = ("holter", "floor", "suricata")
NOT_INSTALLED = "not installed: bench/listening/install brings it"


@dataclass(frozen=True)
class Peer:
    """One program."""

    name: str
    # From a capture and a folder to write into, to the command.
    command: Callable
    # Whether it is worth the time to let it run more than once.
    quick: bool = False
    fine: tuple = (0,)


def find(name):
    """The program of that name, or none and why."""
    return {"holter": holter, "floor": floor, "suricata": suricata, "ndpi": ndpi, "tshark": tshark}[name]()


def holter():
    program = ROOT / "target" / "release" / "holter"
    if not program.exists():
        return None, "it is not built: cargo build --release -p holter-cli"
    if subprocess.run([program, "listen", "--help"], capture_output=True).returncode != 0:
        return None, "this build does not listen"
    return Peer("holter", lambda capture, _: [program, "listen", "-f", "jsonl", capture], True, (0, 1, 3)), None


def floor():
    """Reading and putting flows in order, and nothing of TLS: what Holter stands on."""
    program = ROOT / "target" / "release" / "examples" / "flows"
    if not program.exists():
        return None, "it is not built: cargo build --release -p holter-capture --example flows"
    return Peer("floor", lambda capture, _: [program, capture], True), None


def suricata():
    """One thread; checksums are not looked at, for the addresses of copies are not the ones that were summed."""
    program, rules = shutil.which("suricata"), next((path for path in RULES if Path(path).exists()), None)
    if not program or not rules:
        return None, NOT_INSTALLED
    return Peer("suricata", lambda capture, folder: [program, "-r", capture, "-k", "none", "--runmode", "single", "-S", rules,
                                                     "-l", fresh(folder / "suricata")]), None


def ndpi():
    program = shutil.which("ndpiReader")
    return (Peer("ndpi", lambda capture, _: [program, "-q", "-i", capture]), None) if program else (None, NOT_INSTALLED)


def tshark():
    program = shutil.which("tshark")
    if not program:
        return None, NOT_INSTALLED
    return Peer("tshark", lambda capture, _: [program, "-n", "-r", capture, "-Y", "tls.handshake.type==1", "-T", "fields",
                                              "-e", "tls.handshake.ja3"]), None


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
