"""The tables and the list of differences."""

from side_by_side.report import layout

from . import answer, compare

HEADINGS = ("tool", "wall s", "connections", "allowed", "at once", "kB", *answer.VERSIONS, "suites", "groups")


def table(server, trials, markdown):
    rows = [HEADINGS]
    for trial in trials:
        said = trial.answer
        each = [count(said, version) for version in answer.VERSIONS]
        allowed = str(compare.allowance(server.id, said)) if trial.tool == "holter" else ""
        rows.append((trial.tool, f"{trial.wall_s:.2f}", str(trial.connections), allowed, str(trial.peak),
                     f"{trial.kilobytes:.0f}", *each, str(said.suites_summed), str(len(said.groups))))
    return layout(rows, markdown)


def count(said, version):
    found = len(said.suites.get(version, ()))
    # Spoken, and nothing listed.
    return str(found) if found else "?" if version in said.versions else "-"


def difference(one):
    """A line for people: who says what, who is right, and why."""
    says = {}
    for tool, word in one.said.items():
        says.setdefault(word, []).append(tool)
    sides = "; ".join(f"{word}: {', '.join(tools)}" for word, tools in says.items())
    right = [tool for tool, word in one.said.items() if word in one.right]
    who = f"right: {', '.join(right) or 'nobody'} ({one.right[0]})" if one.right else "open"
    return f"{one.where}: {', '.join(one.items)}. {sides}. {who}: {one.why}"
