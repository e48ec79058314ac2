"""One tool against one server: through the counting proxy for what it does and says, and alone with the server for the
time that it takes. What came of it lies in a folder, and is not asked for again where it lies there already."""

import json
import time
from dataclasses import asdict, dataclass
from statistics import median

from side_by_side import measure
from side_by_side.problem import Problem

from . import counting, tools

# Before each timed run. OpenSSL's s_server sleeps a second behind a renegotiation that it refused, and whoever comes next
# would be charged with it.
REST_S = 1.5


@dataclass(frozen=True)
class Trial:
    """What came of it."""

    tool: str
    answer: object
    connections: int
    peak: int
    kilobytes: float
    # Without the proxy; or the one run through it, where the tool is too slow to run again.
    walls: list

    @property
    def wall_s(self):
        return median(self.walls)


def all_of(names, server, folder, options):
    """Every tool once through the proxy; then the quick ones in turn, so that a slow minute of the machine weighs on
    all of them."""
    costs = {}
    for name in names:
        costs[name] = kept(folder / f"{server.id}-{name}.cost", lambda: counted(name, server, folder, options.limit))
    for number in range(options.rounds):
        for name in names:
            if number < rounds_of(name, options.rounds):
                wall = kept(folder / f"{server.id}-{name}.wall-{number}",
                            lambda: alone(name, server, folder, options.limit))
                costs[name].setdefault("walls", []).append(wall)
    return [finished(name, server, folder, cost) for name, cost in costs.items()]


def rounds_of(name, rounds):
    return {"holter": rounds, "sslscan": rounds, "nmap": 1, "sslyze": 1}.get(name, 0)


def kept(path, make):
    if not path.exists():
        path.write_text(json.dumps(make()))
    return json.loads(path.read_text())


def counted(name, server, folder, limit_s):
    with counting.Proxy((server.host, server.port)) as proxy:
        tool = tools.tool(name, server, "127.0.0.1", proxy.port, folder)
        text, wall_s = once(tool, folder / f"{server.id}-{name}.output", limit_s)
    (folder / f"{server.id}-{name}.answer").write_text(text)
    return {**asdict(proxy.count), "wall_s": wall_s}


def alone(name, server, folder, limit_s):
    tool = tools.tool(name, server, server.host, server.port, folder)
    time.sleep(REST_S)
    return once(tool, folder / f"{server.id}-{name}.output", limit_s)[1]


def finished(name, server, folder, cost):
    tool = tools.tool(name, server, server.host, server.port, folder)
    try:
        answer = tool.read((folder / f"{server.id}-{name}.answer").read_text())
    except (ValueError, KeyError, SyntaxError) as error:
        raise Problem(f"{server.id}: the answer of {name} is not understood: {error!r}") from error
    walls = cost.get("walls") or [cost["wall_s"]]
    return Trial(name, answer, cost["connections"], cost["peak"], cost["bytes"] / 1000, walls)


def once(tool, output, limit_s):
    if tool.document:
        tool.document.unlink(missing_ok=True)
    cost, code = measure.run(tool.command, output, limit_s)
    if code not in tool.fine:
        last = output.with_name(f"{output.name}.err").read_text(errors="replace").strip()[-500:]
        raise Problem(f"{tool.name} ended with {code}: {last}")
    document = tool.document or output
    if not document.exists():
        raise Problem(f"{tool.name} wrote no answer: see {output}")
    return document.read_text(errors="replace"), cost.wall_s
