"""The tools: how each is asked for all that it knows about one server, and who reads its answer."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from side_by_side import clients
from side_by_side.problem import Problem

from . import lab
from .readers import holter as holter_reader
from .readers import nmap as nmap_reader
from .readers import sslscan as sslscan_reader
from .readers import sslyze as sslyze_reader
from .readers import testssl as testssl_reader

NAMES = ("holter", "sslscan", "nmap", "sslyze", "testssl.sh")
NMAP_SCRIPTS = ("ssl-enum-ciphers", "sslv2", "ssl-heartbleed", "ssl-ccs-injection", "ssl-poodle", "sslv2-drown",
                "ssl-dh-params", "ssl-cert", "tls-alpn")
# A default run, but for the list of suites, which is wanted for each version.
TESTSSL_ALL = ("--protocols", "--std", "--pfs", "--server-preference", "--server-defaults", "--headers",
               "--vulnerable", "--cipher-per-proto", "--client-simulation")
# What the others call a protocol that starts in plain text; where they have no name for it they cannot ask.
STARTTLS = {
    "smtp": ("smtp", "smtp"), "imap": ("imap", "imap"), "pop3": ("pop3", "pop3"), "ftp": ("ftp", "ftp"),
    "ldap": ("ldap", "ldap"), "postgres": ("psql", "postgres"), "xmpp": ("xmpp", "xmpp"),
}
# What begins with TLS at once.
DIRECT = {"https", "tls", "amqps", "mqtt"}


@dataclass(frozen=True)
class Tool:
    """One tool and one server's door."""

    name: str
    command: list
    # From its document, as text, to an Answer.
    read: Callable
    # Where it writes its document, if not to standard output.
    document: Path = None
    fine: tuple = (0,)


def tool(name, server, host, port, folder):
    """The tool called so, asked for the server at this address; `None` when it does not know the protocol."""
    direct = server.protocol in DIRECT
    if not direct and server.protocol not in STARTTLS:
        raise Problem(f"{server.id}: no tool is known to speak {server.protocol}")
    sslscan_word, other_word = STARTTLS.get(server.protocol, (None, None))
    if name == "holter":
        # As it is told of port 443: the others do not rest between connections either.
        known = folder / "inventory.csv"
        known.write_text(f"address,port,fragility\n{host},{port},robust\n")
        command = [lab.holter(), "scan", host, "-p", str(port), "--inventory", str(known), "--protocol",
                   server.protocol, "--sni", server.name,
                   "--ca-file", server.root, "--profile", "full", "-f", "json", "--quiet"]
        return Tool(name, command, holter_reader.read, fine=(0, 1, 3))
    if name == "sslscan":
        start = [] if direct else [f"--starttls-{sslscan_word}"]
        command = [clients.installed("sslscan"), "--no-colour", *start, f"--sni-name={server.name}", "--xml=-",
                   f"{host}:{port}"]
        return Tool(name, command, sslscan_reader.read)
    if name == "nmap":
        scripts = ",".join(f"+{script}" for script in NMAP_SCRIPTS)
        # nmap finds out by itself what is spoken, which on an unusual port takes its own service detection.
        detect = [] if direct else ["-sV", "--version-light"]
        command = [clients.installed("nmap"), "-Pn", "-n", *detect, "-p", str(port), "--script", scripts,
                   "--script-args", f"tls.servername={server.name}", "-oX", "-", host]
        return Tool(name, command, nmap_reader.read)
    document = folder / f"{server.id}-{name}.json"
    if name == "sslyze":
        start = [] if direct else ["--starttls", other_word]
        command = [str(clients.sslyze_program()), *start, "--sni", server.name, "--json_out", str(document),
                   f"{host}:{port}"]
        # 1: not as Mozilla wishes.
        return Tool(name, command, sslyze_reader.read, document, fine=(0, 1))
    start = [] if direct else ["--starttls", other_word]
    command = [clients.installed("testssl"), "--quiet", "--warnings", "batch", "--color", "0", "--nodns", "none",
               "--ip", host, *TESTSSL_ALL, "--jsonfile-pretty", str(document), *start, f"{server.name}:{port}"]
    # Its code counts what went wrong on the way, and does not say what.
    return Tool(name, command, testssl_reader.read, document, fine=tuple(range(256)))


def versions():
    """What is compared, as words. testssl.sh takes seconds to say its own, so it is read out of the script."""
    words = clients.versions("nmap", "sslscan", "sslyze")
    path = shutil.which("testssl")
    found = re.search(r'VERSION="([0-9.]+)', Path(path).read_text(errors="replace")) if path else None
    return f"{words}, testssl.sh {found.group(1)}" if found else words
