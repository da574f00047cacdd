"""What an operator is told of writes that fail: a line in the log, once a minute, and what health says.

People are told at once, each time. The log must neither be silent nor drown in what a full disk does to everybody.
"""

import logging
from collections.abc import Callable
from time import monotonic

_AGAIN = 60.0
"""Seconds after which the log hears of it again."""

_log = logging.getLogger(__name__)


class Trouble:
    """Of one store. Used by whoever has the writer's turn, or waits for it."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._said: dict[str, float] = {}
        self.writing: str | None = None
        """Why the last write failed; None since one has succeeded."""

    def failed(self, why: str) -> None:
        """A write failed."""
        self.writing = why
        self._say("write", f"The database cannot be written: {why}. Nothing is changed until that is mended.")

    def waited(self) -> None:
        """Somebody waited in vain for the writer's turn."""
        self._say("turn", "The database is busy: somebody waited for a turn to write, and was told to try again.")

    def wrote(self) -> None:
        """A write succeeded."""
        if self.writing is not None:
            self.writing = None
            self._said.pop("write", None)
            _log.warning("The database can be written again.")

    def _say(self, subject: str, line: str) -> None:
        last = self._said.get(subject)
        if last is None or self._now() - last >= _AGAIN:
            self._said[subject] = self._now()
            _log.error(line)
