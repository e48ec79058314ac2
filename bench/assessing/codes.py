"""Code points of suites and groups by each name that a tool calls them, and back."""

import functools
from pathlib import Path

from side_by_side.problem import Problem

REGISTRY = Path(__file__).resolve().parents[2] / "registry"
# testssl.sh's own table: OpenSSL's names beside IANA's. It is there wherever testssl.sh is.
MAPPINGS = (Path("/etc/testssl/cipher-mapping.txt"), Path("/usr/share/testssl/etc/cipher-mapping.txt"))
# ANSI's names, and what OpenSSL and GnuTLS write otherwise than the registry.
OTHER_GROUPS = {"prime192v1": "secp192r1", "prime256v1": "secp256r1", "p-256": "secp256r1", "p-384": "secp384r1",
                "p-521": "secp521r1"}


def suite(name):
    """The code point of a suite by IANA's name or OpenSSL's."""
    for names in (registered("suites"), openssl_names()):
        if name in names:
            return names[name]
    raise Problem(f"a suite that registry/suites.tsv does not know: {name}")


def group(name):
    """The code point of a group by any of its names."""
    name = name.lower()
    names = {known.lower(): code for known, code in registered("groups").items()}
    name = OTHER_GROUPS.get(name, name)
    if name not in names:
        raise Problem(f"a group that registry/groups.tsv does not know: {name}")
    return names[name]


def suite_name(code):
    return backwards("suites").get(code, f"0x{code:04x}")


def group_name(code):
    return backwards("groups").get(code, f"0x{code:04x}")


@functools.cache
def registered(table):
    lines = (REGISTRY / f"{table}.tsv").read_text().splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {row[1]: int(row[0], 16) for row in rows}


@functools.cache
def backwards(table):
    return {code: name for name, code in registered(table).items()}


@functools.cache
def openssl_names():
    path = next((path for path in MAPPINGS if path.exists()), None)
    if path is None:
        return {}
    names = {}
    for line in path.read_text().splitlines():
        # 0xC0,0x30 - ECDHE-RSA-AES256-GCM-SHA384  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384  TLSv1.2 ...
        words = line.split()
        if len(words) > 3 and words[1] == "-":
            code = int("".join(byte.removeprefix("0x") for byte in words[0].split(",")), 16)
            for name in words[2:4]:
                names.setdefault(name, code)
    return names
