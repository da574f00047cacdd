"""`cred export ocsf`: the ledger's entries as JSON lines for a SIEM, read from the database and written once each.

Guarantees: the file is its own cursor. Its last whole line names the last entry that was written, and the next export
goes on behind it, in the logs that continue that one too; a line that a kill tore off is cut away and written again,
whole. Two exports never write at once.
"""

import fcntl
import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from bot.config import Places
from bot.main.opening import NotReadyError, read_keys, told_of
from bot.ports import LogPlace
from bot.service.siem import event
from bot.store import SCHEMAS
from bot.store.history import SqlHistory
from ledger import Ledger, LedgerError, open_to_read

_BATCH = 500
_SINCE = re.compile(r"(?:(?P<log>\S+)#)?(?P<index>[0-9]{1,15})", re.ASCII)
_LONGEST_LINE = 1 << 20
"""Bytes; an entry has 65,535 at most."""


def export_to(places: Places, file: Path, version: str) -> int:
    """Append what is new to a file; how many entries. Raises `NotReadyError`."""
    with _history(places) as history, _opened(file) as out:
        start, done = _next(out, file, history.origins), 0
        _refuse_the_future(history, start, str(file))
        for batch in _batches(history, start, version):
            _append(out, batch, file)
            done += batch.count("\n")
        return done


def _append(out: BinaryIO, batch: str, file: Path) -> None:
    try:
        out.write(batch.encode())
        out.flush()
        os.fsync(out.fileno())
    except OSError as error:
        raise NotReadyError(
            f"{file} cannot be written: {error.strerror}. See whether that disk is full or broken, and export again: "
            "it goes on behind the last whole line."
        ) from None


def export_from(places: Places, since: str, version: str) -> Iterator[str]:
    """Lines from an entry on, some at a time. `since`: a number, or a `metadata.uid`. Raises `NotReadyError`."""
    with _history(places) as history:
        start = _place(since, history.origins)
        _refuse_the_future(history, start, "--since")
        yield from _batches(history, start, version)


def _refuse_the_future(history: SqlHistory, start: LogPlace | None, source: str) -> None:
    """What is said to have been written must be on record: else another history stands here now."""
    if start is None or start.index == 0:
        return
    before = history.entries(LogPlace(start.log, start.index - 1), limit=1)
    if not any((entry.log, entry.index) == (start.log, start.index - 1) for entry in before):
        raise NotReadyError(
            f"{source} speaks of entry {start.index - 1} of {start.log}, which does not go that far here. "
            "Is this an older copy of the database, or another one? Run `cred verify`."
        )


def _place(since: str, origins: tuple[str, ...]) -> LogPlace:
    """A number alone is enough where there is one log."""
    said = _SINCE.fullmatch(since)
    if said is None or (said["log"] or origins[0]) not in origins:
        raise NotReadyError(f"--since is an entry's number or its metadata.uid, of a log on record: {_some(origins)}.")
    if said["log"] is None and len(origins) > 1 and int(said["index"]):
        raise NotReadyError(f"There are {len(origins)} logs, so --since says of which: LOG#NUMBER. {_some(origins)}.")
    return LogPlace(said["log"] or origins[0], int(said["index"]))


def _some(origins: tuple[str, ...]) -> str:
    return ", ".join(origins)


def _batches(history: SqlHistory, start: LogPlace | None, version: str) -> Iterator[str]:
    user_of = cache(history.user)
    while entries := history.entries(start, limit=_BATCH):
        told = (event(entry, version, user_of) for entry in entries)
        yield "".join(f"{json.dumps(each, separators=(',', ':'))}\n" for each in told)
        start = LogPlace(entries[-1].log, entries[-1].index + 1)


@contextmanager
def _history(places: Places) -> Iterator[SqlHistory]:
    keys = read_keys(places)
    try:
        engine = open_to_read(places.database_url)
        with told_of(places), engine.connect() as connection, connection.begin():
            ledger = Ledger.open(connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS)

            @contextmanager
            def connect() -> Iterator[Connection]:
                yield connection

            yield SqlHistory(ledger, connect)
    except LedgerError as error:
        raise NotReadyError(str(error)) from None


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise NotReadyError(f"{file} cannot be written: {error.strerror}.") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise NotReadyError(f"{file} is no regular file, so nothing can go on behind what it holds. Name another.")
    with os.fdopen(descriptor, "r+b") as out:
        try:
            fcntl.flock(out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotReadyError(f"Another export writes to {file} just now.") from None
        yield out


def _next(out: BinaryIO, file: Path, origins: tuple[str, ...]) -> LogPlace | None:
    """The entry behind the last whole line, None before the first; what comes after that line is cut off."""
    end = out.seek(0, os.SEEK_END)
    out.seek(max(0, end - 2 * _LONGEST_LINE))
    tail = out.read()
    whole = tail[: tail.rfind(b"\n") + 1]
    out.truncate(end - len(tail) + len(whole))
    out.seek(0, os.SEEK_END)
    if not whole:
        if len(tail) < end:
            raise NotReadyError(f"{file} is not what an export wrote: it has no lines.")
        return None
    try:
        last = json.loads(whole.splitlines()[-1])["metadata"]
        log, index = last["log_name"], int(last["sequence"])
    except (ValueError, KeyError, TypeError):
        raise NotReadyError(f"{file} is not what an export wrote: its last line is none of its events.") from None
    if log not in origins:
        raise NotReadyError(
            f"{file} holds the events of the log {log}, which is not on record here. Name another file. "
            f"On record: {_some(origins)}."
        )
    return LogPlace(log, index + 1)
