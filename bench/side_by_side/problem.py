"""What stops a run and is said in one line."""


class Problem(Exception):
    """A missing tool, a broken download, a server that does not start."""
