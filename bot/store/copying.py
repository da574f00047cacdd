"""A copy of the database while others write to it: one state of it, in a file of its own.

By SQLite's own backup, inside a read transaction: a writer neither waits for it nor makes it begin anew. The copy has
the very pages, triggers included, and says how far it is; `VACUUM INTO` would write every row anew, and say nothing. It
is kept as one file, without a write-ahead log beside it: whoever reads it, from wherever, needs that file alone.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, text

from ledger import open_to_read

Progress = Callable[[int, int], None]
"""Called with how many pages are copied, and of how many."""
_PAGES = 512
_SOUND = "ok"


def copy_database(source: Path, target: Path, progress: Progress) -> None:
    """Durable once it returns; readable by its owner only, from its first byte; `target` must not be there yet.

    Raises `sqlite3.Error`, `DatabaseError`, `OSError`, `NoLedgerError` (no file); then there is no `target`.
    """
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        engine = open_to_read(str(source))
        with engine.connect() as connection, connection.begin(), closing(sqlite3.connect(target)) as copy:
            _take(connection, copy, progress)
        _settle(target)
    except BaseException:
        for tail in ("", "-journal", "-wal", "-shm"):
            target.with_name(target.name + tail).unlink(missing_ok=True)
        raise


def damage(connection: Connection) -> str | None:
    """What SQLite finds wrong with its own file, the first of it; None where nothing is, and where it is no file."""
    if connection.dialect.name != "sqlite":
        return None
    found = str(connection.execute(text("PRAGMA quick_check(1)")).scalar_one())
    return None if found == _SOUND else " ".join(found.split())


def _take(connection: Connection, copy: sqlite3.Connection, progress: Progress) -> None:
    connection.execute(text("SELECT count(*) FROM sqlite_master"))  # from here on it sees this one state
    source = connection.connection.driver_connection
    if not isinstance(source, sqlite3.Connection):
        raise TypeError("Only SQLite copies itself like this.")
    source.backup(copy, pages=_PAGES, progress=lambda _status, left, total: progress(total - left, total))
    copy.execute("PRAGMA journal_mode = DELETE")


def _settle(file: Path) -> None:
    descriptor = os.open(file, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
