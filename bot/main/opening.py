"""From places to an open house: keys, database, ledger. What stands in the way is told in one sentence."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from bot.config import KeySource, Places
from bot.domain.errors import CredError
from bot.store import SCHEMAS, open_engine
from bot.store.exclusive import ExclusiveLock
from bot.store.migrate import Standing, standing
from ledger import KeyEncryptionKey, Ledger, LedgerError, LogKey, MalformedError, NoLedgerError, RollbackError

K = TypeVar("K", KeyEncryptionKey, LogKey)

RESTORE = "Restore the newest backup (`cred restore FILE`), or name another file in CRED_DATABASE_URL."

_ROLLED_BACK = (
    'Find out why, and restore the newest backup; if there is none, `cred restore --new-origin --reason "why"` goes on '
    "from this one, on record."
)


class NotReadyError(CredError):
    """The program cannot start; the message says what to do."""

    code = "not-ready"


@dataclass(frozen=True, slots=True)
class Keys:
    """What `cred init` made, and nothing else ever makes."""

    kek: KeyEncryptionKey
    log_key: LogKey


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that nobody else works with, and the ledger in it."""

    engine: Engine
    ledger: Ledger
    lock: ExclusiveLock

    def close(self) -> None:
        """Let others have it."""
        self.engine.dispose()
        self.lock.release()


def read_keys(places: Places) -> Keys:
    """Both keys, from their files, the environment, or what a command prints. Raises `NotReadyError`."""
    for source, name in ((places.key, "CRED_KEY"), (places.log_key, "CRED_LOG_KEY")):
        if source.in_file and not source.file.exists():
            raise NotReadyError(_no_key(places, source.file, name))
    return Keys(_key(places.key, "CRED_KEY", KeyEncryptionKey), _key(places.log_key, "CRED_LOG_KEY", LogKey))


def _no_key(places: Places, file: Path, name: str) -> str:
    """A database that is there was made with a key, and no other will ever do."""
    if places.database.is_file() and places.database.stat().st_size > 0:
        return (
            f"There is no key in {file}, and {places.database} can be used with no other. "
            f"Restore the key from its backup, or set {name}_FILE, {name}_COMMAND or {name}."
        )
    return f"There is no key in {file}. Run `cred init` once, or set {name}_FILE, {name}_COMMAND or {name}."


def _key(source: KeySource, name: str, kind: type[K]) -> K:
    try:
        if source.text is not None:
            return kind.from_text(source.text.disclose())
        return kind.read(source.file) if source.command is None else kind.from_command(source.command)
    except MalformedError as error:
        raise NotReadyError(f"{name} cannot be used: {error}") from None
    except LedgerError as error:
        raise NotReadyError(str(error)) from None


@contextmanager
def told_of(database: Path) -> Iterator[None]:
    """What the disk or SQLite refuse in the block becomes `NotReadyError`, with what to do."""
    try:
        yield
    except DatabaseError as error:
        remedy = "Restore the newest backup; if that file is not Cred's, name another in CRED_DATABASE_URL."
        raise NotReadyError(f"The database {database} cannot be used: {error.orig}. {remedy}") from None
    except OSError as error:
        remedy = "Change who owns its folder, or name another place for it."
        raise NotReadyError(f"{error.filename} cannot be made or written: {error.strerror}. {remedy}") from None


@contextmanager
def exclusively(database: Path) -> Iterator[ExclusiveLock]:
    """Hold the lock for a block. Raises `NotReadyError` where there is no database."""
    lock = _lock(database)
    try:
        yield lock
    finally:
        lock.release()


def check_there(database: Path) -> None:
    """Whether there is a database that can be written. Raises `NotReadyError`."""
    if not database.is_file():
        raise NotReadyError(f"There is no database at {database}. Run `cred init` once, or set CRED_DATABASE_URL.")
    if not os.access(database, os.W_OK) or not os.access(database.parent, os.W_OK):
        raise NotReadyError(f"The database {database} or its folder cannot be written. Change who owns them.")


def _lock(database: Path) -> ExclusiveLock:
    check_there(database)
    return ExclusiveLock(database)


def open_house(places: Places, keys: Keys) -> Opened:
    """Everything open, or nothing. Raises `NotReadyError`, `InUseError`."""
    lock = _lock(places.database)
    engine = open_engine(places.database_url)
    try:
        return Opened(engine, _ledger(engine, places, keys), lock)
    except BaseException:
        engine.dispose()
        lock.release()
        raise


def _ledger(engine: Engine, places: Places, keys: Keys) -> Ledger:
    try:
        check_standing(engine, places.database)
        with engine.connect() as connection, connection.begin():
            return Ledger.open(
                connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS, checkpoints=places.checkpoints
            )
    except NoLedgerError as error:
        raise NotReadyError(f"{error} Run `cred init` with another CRED_DATABASE_URL, or restore a backup.") from None
    except RollbackError as error:
        raise NotReadyError(f"{error} Nothing was started. {_ROLLED_BACK}") from None
    except LedgerError as error:
        raise NotReadyError(f"{error}{_unfinished(places)}") from None
    except DatabaseError as error:
        raise NotReadyError(f"The database {places.database} cannot be read: {error.orig}. {RESTORE}") from None


def _unfinished(places: Places) -> str:
    """What to do where a change of keys was interrupted: its next key lies there."""
    for source, command in ((places.key, "rotate-encryption"), (places.log_key, "rotate-log")):
        coming = source.file.with_name(f"{source.file.name}.new")
        if coming.exists():
            return f" {coming} was left by a change of keys: run `cred keys {command}` again, which finishes it."
    return ""


def check_standing(engine: Engine, database: Path) -> None:
    """Whether the tables are this version's. Raises `NotReadyError`."""
    match standing(engine):
        case Standing.CURRENT:
            return
        case Standing.ABSENT:
            raise NotReadyError(f"The database {database} is empty. Run `cred init` once.")
        case Standing.BEHIND:
            raise NotReadyError(f"The database {database} is of an older version. Back it up, then run `cred migrate`.")
        case Standing.AHEAD:
            raise NotReadyError(f"The database {database} is of a newer version of Cred. Install that version.")
