"""The clients: how each is called for one question only, is this endpoint affected, and how its answer is read.

Every reader gives the number of affected, of not affected and of other answers; an endpoint of which a client says
nothing counts as other.
"""

import ipaddress
import json
import os
import shlex
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Callable
from xml.etree import ElementTree

from . import cache
from .problem import Problem

BENCH = Path(__file__).parent.parent
SSLYZE = "sslyze-6.3.1"


@dataclass(frozen=True)
class Client:
    """One tool on this run's addresses."""

    name: str
    endpoints: int
    command: list
    # From the document's path to a count of "affected" and "not affected".
    read: Callable
    # Exit codes of a run that went well.
    fine: tuple = (0,)


def holter(addresses, port, flags):
    """Holter as its user runs it, evidence and all."""
    command = [holter_program(), "scan", str(addresses), "-p", str(port), "-f", "jsonl", "--quiet", *shlex.split(flags)]
    return Client("holter", addresses.num_addresses, command, read_holter, fine=(0, 1, 3))


def holter_program():
    program = Path(os.environ.get("HOLTER") or BENCH.parent / "target" / "release" / "holter")
    if not os.access(program, os.X_OK):
        raise Problem(f"holter is missing at {program}: cargo build --release, or set HOLTER")
    return str(program)


def read_holter(document):
    words = {"affected": "affected", "not_affected": "not affected"}
    counts = Counter()
    with open(document) as lines:
        for line in lines:
            for verdict in json.loads(line).get("verdicts", []):
                if verdict.get("check") == "heartbleed":
                    counts[words.get(verdict["verdict"], "other")] += 1
    return counts


def bare_loop(addresses, port, patient):
    """The physical limit. A silent peer costs it 3 s of wait, so there it holds every address at once."""
    program = os.environ.get("BARE_LOOP") or build_bare_loop()
    in_flight = addresses.num_addresses if patient else 128
    command = [program, str(addresses), str(port), "--in-flight", str(in_flight)]
    return Client("bare loop", addresses.num_addresses, command, read_bare_loop)


def build_bare_loop():
    manifest = str(BENCH / "Cargo.toml")
    cache.run("cargo", "build", "--quiet", "--release", "--locked", "--manifest-path", manifest, package="cargo")
    target = json.loads(cache.run("cargo", "metadata", "--format-version", "1", "--no-deps", "--manifest-path", manifest,
                                  package="cargo"))["target_directory"]
    return str(Path(target) / "release" / "bare-loop")


def read_bare_loop(document):
    said = dict(line.split() for line in Path(document).read_text().splitlines())
    return Counter({"affected": int(said["affected"]), "not affected": int(said["fixed"]) + int(said["not_offered"])})


def nmap(addresses, port):
    """Flags found fastest by trying: one big host group, no discovery, no pauses, and one protocol version, which
    spares it two more connections wherever the answer is no."""
    command = [installed("nmap"), "-Pn", "-n", "-T5", "--min-hostgroup", "4096", "--max-retries", "1",
               "--min-rate", "10000", "--max-parallelism", "300", "-p", str(port), "--script", "+ssl-heartbleed",
               "--script-args", "ssl-heartbleed.protocols=TLSv1.2", "-oX", "-", str(addresses)]
    return Client("nmap", addresses.num_addresses, command, read_nmap)


def read_nmap(document):
    counts = Counter()
    for port in ElementTree.parse(document).iter("port"):
        # The script is silent about an endpoint that is not affected.
        if port.find("state").get("state") == "open":
            output = [script.get("output", "") for script in port.iter("script")]
            counts["affected" if any("State: VULNERABLE" in text for text in output) else "not affected"] += 1
    return counts


def sslscan(addresses, port, folder):
    """Serial by nature; everything that it can leave out is left out."""
    command = [installed("sslscan"), "--no-ciphersuites", "--no-compression", "--no-fallback", "--no-groups",
               "--no-renegotiation", "--no-check-certificate", "--tls12",
               f"--targets={targets(addresses, port, folder)}", "--xml=-"]
    return Client("sslscan", addresses.num_addresses, command, read_sslscan)


def read_sslscan(document):
    counts = Counter()
    for test in ElementTree.parse(document).iter("ssltest"):
        answers = [answer.get("vulnerable") for answer in test.iter("heartbleed")]
        if answers:
            counts["affected" if "1" in answers else "not affected"] += 1
    return counts


def sslyze(addresses, port, folder):
    """Heartbleed alone, without its comparison to Mozilla's configurations."""
    command = [str(sslyze_program()), "--heartbleed", "--mozilla_config", "disable", "--json_out", "-",
               "--targets_in", str(targets(addresses, port, folder))]
    return Client("sslyze", addresses.num_addresses, command, read_sslyze)


def sslyze_program():
    program = cache.root() / SSLYZE / "bin" / "sslyze"
    if not program.exists():
        raise Problem("sslyze (PyPI sslyze==6.3.1) is missing: bench/install")
    return program


def read_sslyze(document):
    counts = Counter()
    for server in json.loads(Path(document).read_text())["server_scan_results"]:
        attempt = (server["scan_result"] or {}).get("heartbleed") or {}
        if attempt.get("status") == "COMPLETED":
            counts["affected" if attempt["result"]["is_vulnerable_to_heartbleed"] else "not affected"] += 1
    return counts


def versions(*names):
    """What is compared, as words: those of the tools that are there."""
    found = []
    for name in names:
        if name == "sslyze":
            found += [SSLYZE.replace("-", " ")] if (cache.root() / SSLYZE).is_dir() else []
        elif is_installed(name):
            words = subprocess.run([name, "--version"], capture_output=True, text=True, timeout=10).stdout.split()
            found.append(f"{name} {next((word for word in words if word[0].isdigit()), '?')}")
    return ", ".join(found)


def is_installed(program):
    return shutil.which(program) is not None


def installed(program):
    path = shutil.which(program)
    if path is None:
        raise Problem(f"{program} is missing: apt-get install {program} (or bench/install)")
    return path


def targets(addresses, port, folder):
    path = folder / f"targets-{addresses.num_addresses}"
    path.write_text("".join(f"{address}:{port}\n" for address in addresses))
    return path


def subset(addresses, count):
    """The first `count` addresses, a power of two."""
    bits = addresses.max_prefixlen - (min(count, addresses.num_addresses).bit_length() - 1)
    return ipaddress.ip_network((addresses.network_address, bits))
