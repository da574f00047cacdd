"""What a running process promises about itself: it leaves no core file, and it may be bound to whoever started it."""

import os
import resource
import signal
import sys
import threading


def forbid_core_dumps() -> None:
    """A core file would hold every key and secret that the memory held. The limit cannot be raised again (POSIX)."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def stop_when_stdin_ends() -> None:
    """Stop as on SIGTERM once standard input ends, which the kernel sees to however its writer died."""
    threading.Thread(target=_watch, args=(sys.stdin.fileno(),), name="stdin", daemon=True).start()


def _watch(descriptor: int) -> None:
    while os.read(descriptor, 1024):  # not through `sys.stdin`: its lock must be free when the interpreter ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)
