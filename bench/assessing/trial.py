"""One tool against one server: once through the counting proxy, then alone with the server, for the time it takes."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from side_by_side import measure
from side_by_side.problem import Problem

from . import counting, tools


@dataclass(frozen=True)
class Trial:
    """What came of it."""

    tool: str
    answer: object
    connections: int
    peak: int
    kilobytes: float
    # Without the proxy; the one run through it, where the tool is too slow to run again.
    walls: list

    @property
    def wall_s(self):
        return median(self.walls)


def run(name, server, folder, rounds, limit_s):
    """Runs the tool, unless `folder` holds what came of it before."""
    kept, document = folder / f"{server.id}-{name}.cost", folder / f"{server.id}-{name}.answer"
    output = folder / f"{server.id}-{name}.output"
    if not kept.exists():
        with counting.Proxy((server.host, server.port)) as proxy:
            tool = tools.tool(name, server, "127.0.0.1", proxy.port, folder)
            text, wall_s = once(tool, output, limit_s)
        document.write_text(text)
        tool = tools.tool(name, server, server.host, server.port, folder)
        walls = [once(tool, output, limit_s)[1] for _ in range(rounds)] or [wall_s]
        kept.write_text(json.dumps({**asdict(proxy.count), "walls": walls}))
    cost = json.loads(kept.read_text())
    answer = tools.tool(name, server, server.host, server.port, folder).read(document.read_text())
    return Trial(name, answer, cost["connections"], cost["peak"], cost["bytes"] / 1000, cost["walls"])


def once(tool, output, limit_s):
    if tool.document:
        tool.document.unlink(missing_ok=True)
    cost, code = measure.run(tool.command, output, limit_s)
    if code not in tool.fine:
        last = Path(f"{output}.err").read_text(errors="replace").strip()[-500:]
        raise Problem(f"{tool.name} ended with {code}: {last}")
    document = tool.document or output
    if not document.exists():
        raise Problem(f"{tool.name} wrote no answer: see {output}")
    return document.read_text(errors="replace"), cost.wall_s
