"""`cred restore`: a backup takes the database's place, once it was seen to be whole and no older than what is known.

Guarantees: the backup is copied beside the database first, and that copy is what is checked: each entry opened with the
key, the root under the log's signature, and the whole held against every checkpoint that is known from elsewhere and
against the database that stands there. Until the copy takes its place by one renaming, nothing was changed; afterwards
the former database is kept under a name of its own. Killed at any instant, one of the two stands there whole.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from bot.config import Places
from bot.main.backing_up import copying
from bot.main.opening import Keys, NotReadyError, read_keys
from bot.store import SCHEMAS
from bot.store.copying import copy_database, damage
from bot.store.exclusive import ExclusiveLock
from bot.store.migrate import Standing, standing
from bot.store.replacing import replace_database
from ledger import Checkpoint, Ledger, LedgerError, Promise, RollbackError, open_to_read, verify_with_key

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and of how much."""
_NEWER = "Restore a newer backup."


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What stands there now. `former`: the database that stood there before; None where there was none."""

    database: Path
    former: Path | None
    entries: int
    behind: bool
    """Whether it is of an older version, so that `cred migrate` comes next."""


@dataclass(frozen=True, slots=True)
class _Checked:
    entries: int
    behind: bool


def restore(places: Places, backup: Path, outside: Path | None, now: datetime, progress: Progress) -> Restored:
    """`outside`: a checkpoint kept elsewhere. Raises `NotReadyError`, `InUseError`: then nothing was changed."""
    keys = read_keys(places)
    if not backup.is_file():
        raise NotReadyError(f"There is no backup at {backup}.")
    if backup.resolve() == places.database.resolve():
        raise NotReadyError(f"{backup} is the database itself.")
    places.database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = ExclusiveLock(places.database)
    try:
        with copying(backup, places.database), _copied(backup, places.database, progress) as copy:
            checked = _held_against_all(copy, places, keys, outside, progress=progress)
            former = replace_database(places.database, copy, f"before-{now:%Y%m%dT%H%M%SZ}")
    finally:
        lock.release()
    return Restored(database=places.database, former=former, entries=checked.entries, behind=checked.behind)


def _held_against_all(copy: Path, places: Places, keys: Keys, outside: Path | None, *, progress: Progress) -> _Checked:
    try:
        known = [*_given(outside, keys), *_standing_there(places, keys)]
        return _checked(copy, places, keys, known, progress=progress)
    except RollbackError as error:
        raise NotReadyError(f"The backup was not restored, and nothing was changed. {error} {_NEWER}") from None
    except LedgerError as error:
        raise NotReadyError(f"The backup was not restored, and nothing was changed. {error}") from None


@contextmanager
def _copied(backup: Path, database: Path, progress: Progress) -> Iterator[Path]:
    """The backup beside the database; gone after the block, unless it took the database's place."""
    copy = database.with_name(f".{database.name}-restoring")
    for tail in ("", "-journal"):
        copy.with_name(copy.name + tail).unlink(missing_ok=True)
    copy_database(backup, copy, lambda done, total: progress("Copying pages", done, total))
    try:
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def _given(outside: Path | None, keys: Keys) -> Iterator[Promise]:
    if outside is None:
        return
    checkpoint = Checkpoint.from_text(outside.read_text(encoding="utf-8"))
    checkpoint.check(keys.log_key.verifier)
    yield Promise.of(checkpoint, f"the checkpoint in {outside}")


def _standing_there(places: Places, keys: Keys) -> Iterator[Promise]:
    """What the database that is to be replaced holds, signed or not; nothing where it cannot be read any more."""
    if not places.database.is_file():
        return
    try:
        engine = open_to_read(places.database_url)
        with engine.connect() as connection, connection.begin():
            ledger = Ledger.open(connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS)
            yield ledger.promise(connection, f"the database in {places.database}")
    except (LedgerError, DatabaseError):
        return


def _checked(copy: Path, places: Places, keys: Keys, known: Sequence[Promise], *, progress: Progress) -> _Checked:
    """Raises `NotReadyError` where the copy is not sound, `RollbackError` where it is older than what is known."""
    engine = open_to_read(str(copy))
    found = standing(engine)
    if found not in (Standing.CURRENT, Standing.BEHIND):
        raise NotReadyError("That is no database of Cred, or one of a newer version. Nothing was changed.")
    with engine.connect() as connection, connection.begin():
        if wrong := damage(connection):
            raise NotReadyError(f"The backup is damaged: {wrong}. Nothing was changed. {_NEWER}")
        Ledger.open(
            connection,
            kek=keys.kek,
            log_key=keys.log_key,
            schemas=SCHEMAS,
            checkpoints=places.checkpoints,
            promises=known,
        )
        report = verify_with_key(
            connection,
            keys.log_key.verifier,
            keys.kek,
            SCHEMAS,
            progress=lambda done, total: progress("Opening entries", done, total),
        )
    problems = [step.problem for step in report.steps if step.problem is not None]
    if problems:
        raise NotReadyError(f"The ledger in the backup is not sound, so nothing was changed: {problems[0]}")
    return _Checked(entries=report.size, behind=found is Standing.BEHIND)
