"""`cred restore`: a backup takes the database's place, once it was seen to be whole and no older than what is known.

Guarantees: the backup is copied beside the database first, and that copy is what is checked: each entry opened with the
key, the root under the log's signature, and the whole held against every checkpoint that is known from elsewhere and
against the database that stands there. Until the copy takes its place by one renaming, nothing was changed; afterwards
the former database is kept under a name of its own. Killed at any instant, one of the two stands there whole.

What is older than what is known goes on under a new origin, or not at all: then the copy says so in the new log's entry
0, with the reason that a person gave, before it takes the database's place.
"""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.config import Places
from bot.main.backing_up import Progress, copying
from bot.main.databases import alone, in_a_file
from bot.main.examining import UNCHANGED, Checked, Examination, Wish
from bot.main.opening import Keys, NotReadyError, read_keys, told_of
from bot.store import SCHEMAS, open_engine
from bot.store.copying import copy_database
from bot.store.engine import WRITING
from bot.store.exclusive import ExclusiveLock
from bot.store.replacing import replace_database
from ledger import Ledger, LedgerError

_TAILS = ("", "-journal", "-wal", "-shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What stands there now. `former`: the database that stood there before; None where there was none."""

    database: str
    former: Path | None
    checked: Checked
    verifier: Path | None
    """Where the verifier key of a new origin stands."""


def restore(places: Places, wish: Wish, now: datetime, progress: Progress) -> Restored:
    """Raises `NotReadyError`, `InUseError`: then nothing was changed."""
    if places.on_postgres:
        return _go_on(places, wish, now, progress)
    keys, source = read_keys(places), wish.backup or places.database
    if not source.is_file():
        raise NotReadyError(f"There is no {'backup' if wish.backup else 'database'} at {source}.")
    if wish.backup is not None and wish.backup.resolve() == places.database.resolve():
        raise NotReadyError(f"{wish.backup} is the database itself.")
    with copying(source, places.database, otherwise=UNCHANGED):
        places.database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = ExclusiveLock(places.database)
    try:
        with (
            copying(source, places.database, otherwise=UNCHANGED),
            _copied(source, places.database, progress) as copy,
        ):
            checked = Examination(places, keys, wish, progress).check(f"sqlite:///{copy}", now)
            former = replace_database(places.database, copy, f"before-{now:%Y%m%dT%H%M%SZ}")
        return _done(places, keys, wish, checked, former=former)
    finally:
        lock.release()


def _go_on(places: Places, wish: Wish, now: datetime, progress: Progress) -> Restored:
    """Under a new origin, from what the server's own tools put there."""
    if wish.backup is not None:
        in_a_file(
            places,
            f'Stop every `cred serve`, then run: pg_restore --clean --if-exists --dbname="$CRED_DATABASE_URL" '
            f"{shlex.quote(str(wish.backup))} If it is too old then: cred restore --new-origin",
        )
    keys, engine = read_keys(places), open_engine(places.database_url)
    try:
        with told_of(places):
            lock = alone(places, engine)
        try:
            with told_of(places):
                checked = Examination(places, keys, wish, progress).check(places.database_url, now)
            return _done(places, keys, wish, checked, former=None)
        finally:
            lock.release()
    finally:
        engine.dispose()


def _done(places: Places, keys: Keys, wish: Wish, checked: Checked, *, former: Path | None) -> Restored:
    verifier = None
    if wish.reason is not None:
        _promise(places, keys)
        verifier = places.verifier_of(checked.origin, first=keys.log_key.origin)
    return Restored(database=places.shown, former=former, checked=checked, verifier=verifier)


def _promise(places: Places, keys: Keys) -> None:
    """Keeps the new log's first checkpoint where checkpoints are kept. Cut short here, the next start does it."""
    engine = open_engine(places.database_url)
    try:
        with engine.connect().execution_options(**WRITING) as connection, connection.begin():
            ledger = Ledger.open(
                connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS, checkpoints=places.checkpoints
            )
            ledger.checkpoint(connection)
    except LedgerError as error:
        raise NotReadyError(f"The database was restored, but its checkpoint was not kept: {error}") from None
    finally:
        engine.dispose()


@contextmanager
def _copied(backup: Path, database: Path, progress: Progress) -> Iterator[Path]:
    """The backup beside the database; gone after the block, unless it took the database's place."""
    copy = database.with_name(f".{database.name}-restoring")
    for tail in _TAILS:
        copy.with_name(copy.name + tail).unlink(missing_ok=True)
    copy_database(backup, copy, lambda done, total: progress("Copying pages", done, total))
    try:
        yield copy
    finally:
        for tail in _TAILS:
            copy.with_name(copy.name + tail).unlink(missing_ok=True)
