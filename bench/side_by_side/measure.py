"""Runs one client and says what it cost: wall time, processor time of its process tree, peak memory."""

import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .problem import Problem

SAMPLE_EVERY = 0.01


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    wall_s: float
    cpu_s: float
    rss_kib: int


def run(command, output, limit_s):
    """Runs `command` with its standard output in the file `output`; gives its cost and exit code.

    Peak memory is sampled from /proc rather than taken from wait4, whose figure counts this interpreter's own memory
    in every child that it starts.
    """
    with open(output, "wb") as document, open(f"{output}.err", "wb") as words:
        started = time.monotonic()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=document, stderr=words,
                                 start_new_session=True)
        try:
            rss_kib = watch(child.pid, started + limit_s)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            raise
        if rss_kib is None:
            os.killpg(child.pid, signal.SIGKILL)
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.monotonic() - started
        child.returncode = os.waitstatus_to_exitcode(status)
    if rss_kib is None:
        raise Problem(f"{Path(command[0]).name} did not end within {limit_s:g} s")
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, rss_kib), child.returncode


def watch(pid, deadline):
    """Waits for the end; gives the highest memory seen, or nothing when the deadline came first."""
    highest = 0
    handle = os.pidfd_open(pid)
    try:
        while time.monotonic() < deadline:
            highest = max(highest, peak_kib(pid))
            if select.select([handle], [], [], SAMPLE_EVERY)[0]:
                return highest
    finally:
        os.close(handle)
    return None


def peak_kib(pid):
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    # A process that has ended but is not yet waited for has no memory.
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)
