"""Whose turn it is to write. First come, first served: nobody who writes much overtakes somebody who waits."""

import threading
from collections import deque
from typing import Final


class Turn:
    """A lock that is handed on in the order in which it was asked for."""

    def __init__(self) -> None:
        self._guard: Final = threading.Lock()
        self._taken = False
        self._waiting: Final[deque[threading.Lock]] = deque()

    def acquire(self, timeout: float = -1) -> bool:
        """Wait for the turn, so many seconds at most, or as long as it takes; whether it came."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._guard:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it was handed over in the last instant

    def release(self) -> None:
        """Hand the turn on."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
