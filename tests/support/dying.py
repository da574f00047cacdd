"""SIGKILL at each touch of the file system, one after another, in a process that was forked for it."""

import os
import signal
import sys
from collections.abc import Callable

_TOUCHES = {"open", "os.remove", "os.rename", "os.link", "os.mkdir", "sqlite3.connect", "sqlite3.connect/handle"}


def killed_at(number: int, task: Callable[[], object]) -> bool:
    """In a process of its own: SIGKILL at its nth touch of the file system. Whether it came to that."""
    child = os.fork()
    if child == 0:
        left = [number]

        def count(event: str, _arguments: object) -> None:
            if event in _TOUCHES:
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            task()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
