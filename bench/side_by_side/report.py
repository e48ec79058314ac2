"""The table, the bars and the verdict on verdicts."""

from dataclasses import dataclass
from statistics import median

HEADINGS = ("client", "endpoints", "wall s", "endpoints/s", "CPU ms/endpoint", "peak MB", "affected", "not affected",
            "other")


@dataclass(frozen=True)
class Run:
    """One client in one round."""

    client: str
    endpoints: int
    cost: object
    counts: dict

    @property
    def per_second(self):
        return self.endpoints / self.cost.wall_s

    @property
    def cpu_ms(self):
        return self.cost.cpu_s * 1000 / self.endpoints

    @property
    def megabytes(self):
        return self.cost.rss_kib / 1024

    def agrees(self, truth):
        """Whether every endpoint got the verdict that is true of the server."""
        return self.counts[truth] == self.endpoints


def table(rounds, markdown):
    """A row for each client: medians over the rounds; counts of the round that is worst for it."""
    rows = []
    for client in rounds[0]:
        runs = [one[client] for one in rounds]
        affected = [run.counts["affected"] for run in runs]
        healthy = [run.counts["not affected"] for run in runs]
        rows.append((
            client, str(runs[0].endpoints), f"{median(run.cost.wall_s for run in runs):.2f}",
            rate(median(run.per_second for run in runs)), f"{median(run.cpu_ms for run in runs):.3f}",
            f"{max(run.megabytes for run in runs):.1f}", spread(affected), spread(healthy),
            spread([run.endpoints - a - h for run, a, h in zip(runs, affected, healthy)]),
        ))
    return layout([HEADINGS, *rows], markdown)


def rate(value):
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def spread(counts):
    return str(counts[0]) if len(set(counts)) == 1 else f"{min(counts)}-{max(counts)}"


def bars(rounds, megabytes, markdown):
    """Holter against its bars: the median over rounds of the ratio within a round, so that a slow minute of the
    machine weighs on both sides."""
    rows = [("bar", "wanted", "measured", "")]
    wanted = (
        ("CPU per endpoint, of nmap's", "at most 1/20", "nmap", lambda h, o: h.cpu_ms / o.cpu_ms,
         lambda value: value <= 1 / 20, lambda value: f"1/{1 / value:.1f}"),
        ("endpoints per second, of nmap's", "at least 6 times", "nmap", lambda h, o: h.per_second / o.per_second,
         lambda value: value >= 6, lambda value: f"{value:.1f} times"),
        ("endpoints per second, of the bare loop's", "at least 80 %", "bare loop",
         lambda h, o: h.per_second / o.per_second, lambda value: value >= 0.8, lambda value: f"{value * 100:.0f} %"),
        ("peak memory", f"under {megabytes} MB", "holter", lambda h, o: h.megabytes,
         lambda value: value < megabytes, lambda value: f"{value:.1f} MB"),
    )
    for name, bar, other, ratio, met, show in wanted:
        if "holter" in rounds[0] and other in rounds[0]:
            value = median(ratio(one["holter"], one[other]) for one in rounds)
            rows.append((name, bar, show(value), "met" if met(value) else "NOT MET"))
    return layout(rows, markdown) if len(rows) > 1 else ""


def disagreements(rounds, truth):
    """One line for each run whose verdicts are not the truth."""
    return [
        f"round {number}: {run.client} says {dict(run.counts)} of {run.endpoints} endpoints that are all {truth}"
        for number, one in enumerate(rounds, 1) for run in one.values() if not run.agrees(truth)
    ]


def layout(rows, markdown):
    if markdown:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        lines.insert(1, "| --- |" + " ---: |" * (len(rows[0]) - 1))
        return "\n".join(lines) + "\n"
    widths = [max(len(cell) for cell in column) for column in zip(*rows)]
    return "".join(
        "  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip()
        + "\n" for row in rows)
