"""The servers: those of the lab's truth table, started by `holter lab serve`, which knows what is true of each."""

import contextlib
import json
import os
import selectors
import subprocess
from dataclasses import dataclass
from pathlib import Path

from side_by_side.problem import Problem

REPOSITORY = Path(__file__).resolve().parents[2]
# Old and new, each stack once: what a hospital has.
USUAL = (
    "node-0.10.1", "node-0.10.29", "node-0.12.18", "node-4.9.1", "node-12.22.12", "openssl-1.0.2n",
    "openssl-1.1.0i-everything", "openssl-3.0", "openssl-3.0-tls13-only", "openssl-3.0-all-versions",
    "openssl-3.0-ecdhe-ecdsa", "gnutls", "nginx", "stunnel", "rabbitmq", "java-17", "caddy", "postfix",
)
# The truth table's words, and ours.
VERSIONS = {"SSLv2": "SSLv2", "SSLv3": "SSLv3", "TLSv1.0": "TLS 1.0", "TLSv1.1": "TLS 1.1", "TLSv1.2": "TLS 1.2",
            "TLSv1.3": "TLS 1.3"}
# Flaws that the table calls otherwise than Holter.
SAME = {"FALLBACK-SCSV": "TLS-NO-FALLBACK-SCSV", "CVE-2017-13099": "ROBOT"}
# What a server may take to come up, with the building or fetching of it.
PATIENCE_S = 600


@dataclass(frozen=True)
class Server:
    """One that runs."""

    id: str
    what: str
    host: str
    port: int
    # The name to ask it by.
    name: str
    # The lab's own root, which its truth takes to be trusted: of the tools only Holter judges certificates for the table.
    root: str
    # Holter's name of what it speaks.
    protocol: str
    # Flaw by flaw what is right: a "verdict", and why "inconclusive" is right too, or why it is "open".
    truth: dict
    # The versions that it speaks, in our words.
    versions: tuple


def holter():
    """The binary that is measured, and that starts the servers."""
    program = Path(os.environ.get("HOLTER") or REPOSITORY / "target" / "release" / "holter")
    if not os.access(program, os.X_OK):
        raise Problem(f"holter is missing at {program}: cargo build --release, or set HOLTER")
    return str(program)


@contextlib.contextmanager
def serving(name, log):
    """Runs the server of that id; it ends with its standard input, however this process ends."""
    process = subprocess.Popen([holter(), "lab", "serve", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=log, text=True)
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            line = process.stdout.readline() if selector.select(PATIENCE_S) else ""
        if not line:
            raise Problem(f"{name} did not start: see {log.name}")
        said = json.loads(line)
        host, _, port = said["address"].rpartition(":")
        yield Server(name, said["what"], host, int(port), said["name"], said["root"], said["protocol"],
                     {SAME.get(flaw, flaw): right for flaw, right in said["truth"].items()},
                     tuple(VERSIONS[version] for version in said["versions"]))
    finally:
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
