"""What was measured, as a table."""

import statistics


def percentile(values, part):
    """The value that this part of all does not pass."""
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * part))]


class Route:
    """All that was measured of one route."""

    def __init__(self, name):
        self.name, self.times, self.cpu, self.sizes, self.ways, self.odd = name, [], [], [], {}, {}

    def note(self, way, status, size, took, cpu):
        if status not in (200, 303):
            self.odd[way] = status
        self.times.append(took * 1000)
        self.cpu.append(cpu * 1000)
        self.sizes.append(size)
        self.ways.setdefault(way, []).append(took * 1000)

    def p95(self):
        return percentile(self.times, 0.95)

    def worst(self):
        """The way that takes longest, by the middle of its times: a single one may have met a busy moment."""
        return max(self.ways.items(), key=lambda way: statistics.median(way[1]))


def table(routes):
    lines = ["| route | ways | asked | p50 ms | p95 ms | max ms | CPU p50 ms | CPU p95 ms | slowest way, median ms |",
             "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |"]
    for route in routes:
        way, times = route.worst()
        lines.append(f"| `{route.name}` | {len(route.ways)} | {len(route.times)} | {percentile(route.times, 0.5):.1f} | {route.p95():.1f} "
                     f"| {max(route.times):.1f} | {percentile(route.cpu, 0.5):.1f} | {percentile(route.cpu, 0.95):.1f} "
                     f"| `{way}` {statistics.median(times):.1f} |")
    return "\n".join(lines)
