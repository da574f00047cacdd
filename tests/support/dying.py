"""SIGKILL at each touch of the file system, one after another, in a process that was forked for it."""

import itertools
import os
import random
import signal
import sys
from collections.abc import Callable, Iterator

_TOUCHES = {"open", "os.remove", "os.rename", "os.link", "os.mkdir", "sqlite3.connect", "sqlite3.connect/handle"}


def touches() -> Iterator[int]:
    """At which touches to kill: each of them in `make soak`, else every third, another third with each order of tests.

    Without end: stop once `killed_at` says that it did not come to it.
    """
    return itertools.count(1) if os.environ.get("CRED_TEST_THOROUGH") else itertools.count(random.randint(1, 3), 3)


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
