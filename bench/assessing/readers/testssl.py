"""testssl.sh's JSON, of a run with --cipher-per-proto."""

import json
import re

from .. import answer, codes

VERSIONS = {"SSLv2": "SSLv2", "SSLv3": "SSLv3", "TLS1": "TLS 1.0", "TLS1_1": "TLS 1.1", "TLS1_2": "TLS 1.2",
            "TLS1_3": "TLS 1.3"}
FLAWS = {
    "heartbleed": "CVE-2014-0160", "CCS": "CVE-2014-0224", "ticketbleed": "CVE-2016-9244", "ROBOT": "ROBOT",
    "secure_renego": "CVE-2009-3555", "secure_client_renego": "CVE-2011-1473", "CRIME_TLS": "CVE-2012-4929",
    "BREACH": "CVE-2013-3587", "POODLE_SSL": "CVE-2014-3566", "fallback_SCSV": "TLS-NO-FALLBACK-SCSV",
    "SWEET32": "CVE-2016-2183", "FREAK": "CVE-2015-0204", "DROWN": "CVE-2016-0800", "LOGJAM": "CVE-2015-4000",
    "LOGJAM-common_primes": "CVE-2015-4000", "BEAST": "CVE-2011-3389", "LUCKY13": "CVE-2013-0169",
    "RC4": "CVE-2015-2808",
}
CIPHER = re.compile(r"cipher-(ssl|tls)([0-9_]+)_x([0-9a-fA-F]+)")


def read(document):
    said = answer.Answer()
    for finding in findings(document):
        name, severity, words = finding["id"], finding["severity"], finding["finding"]
        cipher = CIPHER.fullmatch(name)
        if cipher:
            word, number, code = cipher.groups()
            version = f"SSLv{number}" if word == "ssl" else VERSIONS[f"TLS{number}"]
            said.accepts(version, int(code, 16))
        elif name in VERSIONS and "offered" in words and not words.startswith("not offered"):
            said.versions.add(VERSIONS[name])
        elif name.endswith("ECDHE_curves"):
            said.groups.update(codes.group(word) for word in words.split() if word != "--")
        elif name in FLAWS:
            take(said, FLAWS[name], severity, words)
    return said


def take(said, flaw, severity, words):
    is_affected = severity not in ("OK", "INFO", "WARN", "DEBUG")
    if severity == "WARN" or "potentially" in words.lower() and "VULNERABLE --" not in words:
        said.flaws[flaw] = answer.UNSURE if severity != "OK" else answer.NOT_AFFECTED
    elif said.flaws.get(flaw) != answer.AFFECTED:
        said.says(flaw, is_affected)


def findings(document):
    for result in json.loads(document)["scanResult"]:
        for section in result.values():
            if isinstance(section, list):
                yield from section
