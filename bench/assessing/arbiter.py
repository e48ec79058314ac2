"""Who is right. What a tool found is there, as no server can choose what it does not have; what is true of a flaw
says the lab's truth table. arbiter.tsv says where this does not do, and why, where it is worth a word."""

import csv
import fnmatch
from pathlib import Path

from . import answer, codes

RULINGS = Path(__file__).with_name("arbiter.tsv")
CHOSEN = "the server chose it, and none can choose what it does not have"
TABLE = "the lab's truth table"


class Arbiter:
    def __init__(self):
        with open(RULINGS, newline="") as lines:
            rows = csv.reader((line for line in lines if not line.startswith("#")), delimiter="\t")
            self.rulings = [tuple(row) for row in rows if row]

    def ruling(self, server, kind, version, item):
        """The first ruling that fits: its word and its reason."""
        for on, what, in_version, of, word, why in self.rulings:
            fits = zip((server.id, kind, version, item), (on, what, in_version, of))
            if all(fnmatch.fnmatchcase(value, pattern) for value, pattern in fits):
                return word, why
        return None

    def suite(self, server, version, code):
        """Whether the server accepts it, and who says so."""
        word, why = self.ruling(server, "suite", version, codes.suite_name(code)) or ("yes", CHOSEN)
        return word == "yes", why

    def group(self, server, code):
        word, why = self.ruling(server, "group", "-", codes.group_name(code)) or ("yes", CHOSEN)
        return word == "yes", why

    def version(self, server, version):
        word, why = self.ruling(server, "version", version, "-") or ("-", TABLE)
        return version in server.versions if word == "-" else word == "yes", why

    def flaw(self, server, flaw):
        """The right verdicts, the truth first; none where nobody's word decides. And who says so."""
        word, why = self.ruling(server, "flaw", "-", flaw) or ("-", TABLE)
        known = {"verdict": word} if word != "-" else server.truth.get(flaw)
        if known is None:
            return (), "not in the table"
        if "open" in known:
            return (), known["open"]
        right = answer.AFFECTED if known["verdict"] == "affected" else answer.NOT_AFFECTED
        if "inconclusive" in known:
            return (right, answer.UNSURE), f"{why}: {known['inconclusive']}"
        return (right,), why
