"""Where the tools disagree, who is right, and which bars Holter does not meet. Pure."""

from collections import defaultdict
from dataclasses import dataclass

from . import answer, codes

# Connections that a full assessment may cost beyond one for each suite and group (issue: the full assessment).
BEYOND = 25
MOST = {"node-0.10.1": 60}
# Who says which groups there are: nmap names only those that it met.
LISTS_GROUPS = ("holter", "sslscan", "sslyze", "testssl.sh")


@dataclass(frozen=True)
class Difference:
    """Something that some found and others did not, or said otherwise."""

    server: str
    # "TLS 1.2", "groups", or "flaw".
    where: str
    items: tuple
    # Who says what.
    said: dict
    # What is right to say, the truth first; nothing where nobody knows.
    right: tuple
    why: str


def differences(server, trials, arbiter):
    """All of one server."""
    found = [*versions(server, trials, arbiter), *suites(server, trials, arbiter), *groups(server, trials, arbiter)]
    return [*found, *flaws(server, trials, arbiter)]


def versions(server, trials, arbiter):
    for version in answer.VERSIONS:
        said = {trial.tool: version in trial.answer.versions for trial in trials}
        true, why = arbiter.version(server, version)
        if len(set(said.values())) > 1 or true not in said.values():
            yield Difference(server.id, version, ("the version itself",), words(said, "spoken", "not spoken"),
                             ("spoken" if true else "not spoken",), why)


def suites(server, trials, arbiter):
    for version in answer.VERSIONS:
        all_of = {trial.tool: trial.answer.suites.get(version, set()) for trial in trials}
        yield from sets(server, version, all_of, codes.suite_name, lambda code: arbiter.suite(server, version, code))


def groups(server, trials, arbiter):
    all_of = {trial.tool: trial.answer.groups for trial in trials if trial.tool in LISTS_GROUPS}
    yield from sets(server, "groups", all_of, codes.group_name, lambda code: arbiter.group(server, code))


def sets(server, where, all_of, name, judge):
    alike = defaultdict(list)
    for code in sorted(set().union(*all_of.values())):
        finders = tuple(tool for tool, codes_of in all_of.items() if code in codes_of)
        if len(finders) < len(all_of):
            alike[(finders, *judge(code))].append(name(code))
    for (finders, true, why), items in alike.items():
        said = words({tool: tool in finders for tool in all_of}, "there", "not there")
        yield Difference(server.id, where, tuple(items), said, ("there" if true else "not there",), why)


def flaws(server, trials, arbiter):
    for flaw in sorted({flaw for trial in trials for flaw in trial.answer.flaws}):
        said = {trial.tool: trial.answer.flaws[flaw] for trial in trials if flaw in trial.answer.flaws}
        right, why = arbiter.flaw(server, flaw)
        if len(set(said.values())) > 1 or right and not set(said.values()) <= set(right):
            yield Difference(server.id, "flaw", (flaw,), said, right, why)


def words(said, yes, no):
    return {tool: yes if value else no for tool, value in said.items()}


def unmet(server, trials, found):
    """The bars that Holter does not meet on this server, a sentence each."""
    by_name = {trial.tool: trial for trial in trials}
    holter = by_name.get("holter")
    if holter is None:
        return
    for difference in found:
        says, right = difference.said.get("holter"), difference.right
        if says is not None and right and says not in right:
            what = ", ".join(difference.items)
            yield f"{difference.where}: {what}: holter says {says}, and right is {right[0]}: {difference.why}"
    most = allowance(server.id, holter.answer)
    if holter.connections > most:
        yield f"connections: {holter.connections}, and at most {most} were to be"
    if holter.peak > 1:
        yield f"connections: {holter.peak} at once"
    sslscan = by_name.get("sslscan")
    if sslscan is not None and holter.wall_s > sslscan.wall_s:
        yield f"wall time: {holter.wall_s:.2f} s, and sslscan took {sslscan.wall_s:.2f} s"


def allowance(server, said):
    """How many connections Holter may use for what it found."""
    return min(said.suites_summed + len(said.groups) + BEYOND, MOST.get(server, 1 << 20))
