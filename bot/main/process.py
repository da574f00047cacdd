"""What a running process asks of the system: no core file, room for connections, an end with whoever started it."""

import os
import resource
import select
import signal
import sys
import threading

_FILES_MOST = 16_384
_FILES_KEPT = 512
"""For the database, the ledger, Slack and the log."""


def forbid_core_dumps() -> None:
    """A core file would hold every key and secret that the memory held. The limit cannot be raised again (POSIX)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def room_for_connections() -> int:
    """How many connections from outside there may be at once, so that files can still be opened beside them.

    Many systems let a process open 1024 files unless it asks for what it may have (`LimitNOFILE=` of systemd).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES_MOST if hard == resource.RLIM_INFINITY else min(hard, _FILES_MOST)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(wanted - _FILES_KEPT, wanted // 2)


def stop_when_stdin_ends() -> None:
    """Stop as on SIGTERM once standard input ends, which the kernel sees to however its writer died."""
    threading.Thread(target=_watch, args=(sys.stdin.fileno(),), name="stdin", daemon=True).start()


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 1024):  # not through `sys.stdin`: its lock must be free when the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)


class Stop:
    """Whether this process was told to stop: a signal's handler says so, and the main thread waits for it.

    `threading.Event` will not do. Python runs a handler in the main thread, wherever that stands: also where it holds
    the event's lock, which `set` would then wait for, for ever.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._asked = False

    @property
    def asked(self) -> bool:
        """Whether it was."""
        return self._asked

    def ask(self) -> None:
        """Stop. Takes no lock, so a handler may call it; once or often, it is the same."""
        if not self._asked:
            self._asked = True
            os.write(self._writer, b".")

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it is asked for, or so long; whether it is."""
        select.select([self._reader], [], [], seconds)  # nobody reads it, so it stays readable
        return self._asked
