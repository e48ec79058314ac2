"""Where fetched things live between runs: the place and the layout of `holter lab`, so that each serves the other.

A thing is made in a folder beside its name and takes the name when it is whole; a lock makes two processes that
want the same thing wait for each other.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .problem import Problem


def root():
    """HOLTER_LAB_CACHE, else $XDG_CACHE_HOME/holter-lab, else ~/.cache/holter-lab."""
    for name, below in (("HOLTER_LAB_CACHE", ""), ("XDG_CACHE_HOME", "holter-lab")):
        if os.environ.get(name):
            return Path(os.environ[name]) / below
    return Path.home() / ".cache" / "holter-lab"


def obtain(name, make):
    """The cached folder `name`; when there is none, `make` fills an empty folder that then takes the name."""
    path = root() / name
    if path.is_dir():
        return path
    root().mkdir(parents=True, exist_ok=True)
    with open(root() / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.is_dir():
            return path
        making = Path(tempfile.mkdtemp(prefix=f"{name}.making-", dir=root()))
        try:
            make(making)
            making.rename(path)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
    return path


def run(*command, package):
    """Runs a fetching or making program to its end; `package` is what brings it."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    except FileNotFoundError:
        raise Problem(f"{command[0]} is missing: apt-get install {package}") from None
    except subprocess.TimeoutExpired:
        raise Problem(f"{command[0]} did not end within 10 minutes") from None
    if done.returncode != 0:
        last = " | ".join(done.stderr.strip().splitlines()[-3:])
        raise Problem(f"{command[0]} failed: {last}")
    return done.stdout


def check_sha512(path, pinned):
    """Refuses a file that is not the pinned one."""
    found = hashlib.sha512(path.read_bytes()).hexdigest()
    if found != pinned:
        raise Problem(f"{path.name} is not the pinned file: SHA-512 is {found}")
