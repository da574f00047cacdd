"""What the operator is told of the workspace: that a token is refused, a scope is missing, a channel is closed to us.

Each in one line and once, however many people and messages meet it; and once more when it is over.
"""

import threading


class Troubles:
    """Which troubles there are, as far as the operator was told. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: set[str] = set()

    def begins(self, what: str) -> bool:
        """Whether this is to be told: it was not, or it was over since."""
        with self._lock:
            fresh = what not in self._told
            self._told.add(what)
        return fresh

    def ends(self, what: str) -> bool:
        """Whether it is to be told that this is over: it was told that it began."""
        if what not in self._told:  # the usual case, on every call: no lock
            return False
        with self._lock:
            told = what in self._told
            self._told.discard(what)
        return told
