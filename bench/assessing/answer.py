"""What a tool says of a server, in words that all tools share."""

from collections import defaultdict
from dataclasses import dataclass, field

VERSIONS = ("SSLv2", "SSLv3", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
AFFECTED, NOT_AFFECTED, UNSURE = "affected", "not affected", "unsure"


@dataclass
class Answer:
    """Versions are of VERSIONS, suites and groups are code points, flaws have Holter's ids."""

    # What it says is spoken, with suites or without.
    versions: set = field(default_factory=set)
    suites: dict = field(default_factory=lambda: defaultdict(set))
    groups: set = field(default_factory=set)
    flaws: dict = field(default_factory=dict)

    def accepts(self, version, suite):
        self.versions.add(version)
        self.suites[version].add(suite)

    def says(self, flaw, is_affected):
        self.flaws[flaw] = AFFECTED if is_affected else NOT_AFFECTED

    @property
    def suites_summed(self):
        return sum(len(suites) for suites in self.suites.values())
