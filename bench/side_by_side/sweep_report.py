"""The tables of a sweep, its bars, and what was found wrongly or not at all."""

from dataclasses import dataclass
from statistics import median
from typing import Optional

from .report import layout

HEADINGS = ("client", "closed ports", "wall s", "ports/s", "CPU us/port", "peak MB", "refused")


@dataclass(frozen=True)
class Run:
    """One client's sweep of closed ports in one round."""

    ports: int
    cost: object
    # What it took for open.
    found: set
    # Connections that the other side's kernel refused meanwhile, where it can be asked.
    refused: Optional[int]
    # What masscan says of its transmitter.
    sent_per_second: Optional[float]

    @property
    def per_second(self):
        return self.ports / self.cost.wall_s


def table(rounds, markdown):
    """A row for each client: medians over the rounds, the highest memory, the fewest refusals."""
    rows = []
    for client in rounds[0]:
        runs = [one[client] for one in rounds]
        refused = [run.refused for run in runs]
        rows.append((
            client, str(runs[0].ports), f"{median(run.cost.wall_s for run in runs):.2f}",
            f"{median(run.per_second for run in runs):.0f}",
            f"{median(run.cost.cpu_s / run.ports for run in runs) * 1e6:.2f}",
            f"{max(run.cost.rss_kib for run in runs) / 1024:.1f}",
            "-" if None in refused else str(min(refused)),
        ))
    return layout([HEADINGS, *rows], markdown)


def bars(scenes, markdown):
    """Holter at each pace against each other client: the median over rounds of the ratio within a round. Only the
    default pace has a bar to meet; the other rows are for orientation."""
    wanted = {"nmap -sT": 1.0, "masscan --wait 0": 0.5}
    rows = [("ports per second", "wanted", "measured", "")]
    for scene, rounds in scenes.items():
        others = [name for name in rounds[0] if not name.startswith("holter")]
        for holter in (name for name in rounds[0] if name.startswith("holter")):
            for other in others:
                value = median(one[holter].per_second / one[other].per_second for one in rounds)
                least = wanted.get(other) if holter == "holter" else None
                rows.append((f"{scene}: {holter}, of {other}'s",
                             *(("-", times(value), "") if least is None else
                               (f"at least {least:g}", times(value), "met" if value >= least else "NOT MET"))))
            for other in others:
                if all(one[other].sent_per_second for one in rounds):
                    value = median(one[holter].per_second / one[other].sent_per_second for one in rounds)
                    rows.append((f"{scene}: {holter}, of {other}'s transmitter alone", "-", times(value), ""))
    return layout(rows, markdown) if len(rows) > 1 else ""


def times(value):
    return f"{value:.2f} times"


def found(scene, truth, answers, markdown):
    """What each client found where one port of each address is open."""
    rows = [(f"{scene}, one port of each address open", "open", "found", "missed", "false")]
    for client, answer in answers.items():
        rows.append((client, str(len(truth)), str(len(answer & truth)), str(len(truth - answer)),
                     str(len(answer - truth))))
    return layout(rows, markdown)
