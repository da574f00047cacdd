"""How the program under test comes to life: as a command, or as a fork of one process that has read its code.

Reading the code is most of a start, and the scenarios start the program hundreds of times. A fork is a process like any
other, with a memory, files, threads and signals of its own; only what `/proc` tells of its environment is not its own.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from tests.support import child

ROOT = Path(__file__).parents[2]
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([child.__name__])


class Process(Protocol):
    """A process that was started here."""

    pid: int

    def poll(self) -> int | None:
        """The exit code, once it has ended; the negative number of the signal that ended it."""

    def wait(self, timeout: float) -> int:
        """Wait for the end, `timeout` seconds at most; the exit code."""

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""

    def kill(self) -> None:
        """SIGKILL, unless it has ended."""


class Command(subprocess.Popen[bytes]):
    """As an operator starts it."""

    def __init__(self, settings: Mapping[str, str], log: Path) -> None:
        with log.open("ab") as file:
            super().__init__(
                [sys.executable, "-m", child.__name__],
                cwd=ROOT,
                env=dict(settings),
                stdin=subprocess.PIPE,
                stdout=file,
                stderr=file,
                start_new_session=True,
            )

    def wait(self, timeout: float | None = None) -> int:
        """As `Process` says."""
        code = super().wait(timeout)
        if self.stdin is not None:
            self.stdin.close()
        return code


class Fork:
    """In a moment."""

    def __init__(self, settings: Mapping[str, str], log: Path) -> None:
        self._process = _FORKS.Process(target=child.born, args=(dict(settings), ROOT, log))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """As `Process` says."""
        return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """As `Process` says."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"Process {self.pid} runs on.")
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """As `Process` says."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """As `Process` says."""
        self.send_signal(signal.SIGKILL)
