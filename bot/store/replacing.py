"""One database file takes another's place, in one renaming; the other is kept, whole, under a name of its own.

A write-ahead log belongs to its file by name only: left behind, it would be played into the new one. So the old
database is folded into one file first, and nobody reads or writes it from then until it is gone from its place.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from bot.store.exclusive import InUseError

_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_TAILS = ("-wal", "-shm", "-journal")


def replace_database(place: Path, new: Path, suffix: str) -> Path | None:
    """The former database's new place: `place` with a suffix; None where there was none.

    Both are of one folder. Raises `InUseError` where somebody has it open, and `OSError`; then nothing was changed.
    """
    if not place.exists():
        _remove_tails(place)
        new.rename(place)
        _settle(place.parent)
        return None
    former = _free(place.with_name(f"{place.name}.{suffix}"))
    with _left_by_all(place):
        for tail in ("", *_TAILS):  # tails are left only where it cannot be opened: then they go with it
            if _tailed(place, tail).exists():
                _tailed(former, tail).hardlink_to(_tailed(place, tail))  # unlike a renaming, it overwrites nothing
        _settle(place.parent)
        _remove_tails(place)
        new.rename(place)
        _settle(place.parent)
    return former


@contextmanager
def _left_by_all(place: Path) -> Iterator[None]:
    """One file, and nobody else's for the time of the block; or, where it is damaged, as it is."""
    with closing(sqlite3.connect(place, isolation_level=None, timeout=0)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in _LOCKED:
                raise InUseError(
                    f"Another process has {place} open. Stop `cred serve`, and whatever reads it."
                ) from None
        yield


def _free(file: Path) -> Path:
    """Where nothing stands: the name, or the same with a number."""
    names = (file if number == 1 else file.with_name(f"{file.name}-{number}") for number in count(1))
    return next(name for name in names if not name.exists())


def _remove_tails(place: Path) -> None:
    for tail in _TAILS:
        _tailed(place, tail).unlink(missing_ok=True)


def _tailed(file: Path, tail: str) -> Path:
    return file.with_name(file.name + tail)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
