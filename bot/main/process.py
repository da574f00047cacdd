"""What a running process asks of the system: no core file, room for connections, an end with whoever started it."""

import os
import resource
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
