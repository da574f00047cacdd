"""Ports of loopback for programs under test: no two tests, workers or programs get the same one."""

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

_FIRST, _SHARES, _EACH = 15_000, 8, 2_000
"""Below the ports that the kernel gives to outgoing connections; a share for each worker of a test run."""


def free_ports(count: int = 1) -> int:
    """The first of so many ports in a row that nobody has."""
    with reserved(count) as first:
        return first


@contextmanager
def reserved(count: int = 1) -> Iterator[int]:
    """The same, kept for a program even while it is down.

    Whoever listens there says `SO_REUSEADDR`, as programs that may be started again do, and whoever looks for a port
    does not: a socket that is bound and does not listen is in the way of the second alone.
    """
    while True:
        first = _any_port(count)
        with ExitStack() as held:
            try:
                for step in range(count):
                    _bind(held.enter_context(socket.socket()), first + step)
            except OSError:
                continue
            yield first
            return


def _any_port(count: int) -> int:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    start = _FIRST + int(worker.removeprefix("gw")) % _SHARES * _EACH
    return start + secrets.randbelow(_EACH - count)  # not `random`: every worker of a test run has the same seed


def _bind(holder: socket.socket, port: int) -> None:
    """Raises `OSError` where somebody has it, or keeps it."""
    holder.bind(("127.0.0.1", port))
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
