"""One process for one SQLite file: a lock that the kernel gives up when its holder dies, however it dies.

Who serves holds it, for nobody else may hold leases, and who migrates. A short piece of work beside them does without
(`bot.main.beside` says why it may).
"""

import fcntl
import os
from pathlib import Path

from bot.domain.errors import CredError


class InUseError(CredError):
    """Another process works with the database."""

    code = "in-use"


class ExclusiveLock:
    """Held from the moment it is made until `release`, on a file beside the database. Raises `InUseError`."""

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + ".lock")
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip()
            os.close(self._file)
            raise InUseError(
                f"Another process{f' ({holder})' if holder else ''} works with {database}. Stop that one first: "
                "on SQLite, one process does everything."
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Let another process have it. The file stays: removing it would open a race."""
        os.close(self._file)
