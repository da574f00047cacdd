"""From places to an open house: keys, database, ledger. What stands in the way is told in one sentence."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from bot.config import KeySource, Places
from bot.main.databases import Lock, NotReadyError, alone, check_there, has_something, said, to_serve
from bot.store import SCHEMAS, open_engine
from bot.store.engine import WRITING
from bot.store.migrate import Standing, standing
from ledger import KeyEncryptionKey, Ledger, LedgerError, LogKey, MalformedError, NoLedgerError, RollbackError

K = TypeVar("K", KeyEncryptionKey, LogKey)

RESTORE = "Restore the newest backup (`cred restore FILE`), or name another file in CRED_DATABASE_URL."

_ROLLED_BACK = (
    'Find out why, and restore the newest backup; if there is none, `cred restore --new-origin --reason "why"` goes on '
    "from this one, on record."
)


@dataclass(frozen=True, slots=True)
class Keys:
    """What `cred init` made, and nothing else ever makes."""

    kek: KeyEncryptionKey
    log_key: LogKey


@dataclass(frozen=True, slots=True)
class Opened:
    """A database, held as it has to be, and the ledger in it."""

    engine: Engine
    ledger: Ledger
    lock: Lock

    def close(self) -> None:
        """Let others have it."""
        self.lock.release()
        self.engine.dispose()


def read_keys(places: Places) -> Keys:
    """Both keys, from their files, the environment, or what a command prints. Raises `NotReadyError`."""
    for source, name in ((places.key, "CRED_KEY"), (places.log_key, "CRED_LOG_KEY")):
        if source.in_file and not source.file.exists():
            raise NotReadyError(_no_key(places, source.file, name))
    return Keys(_key(places.key, "CRED_KEY", KeyEncryptionKey), _key(places.log_key, "CRED_LOG_KEY", LogKey))


def _no_key(places: Places, file: Path, name: str) -> str:
    """A database that is there was made with a key, and no other will ever do."""
    if _holds_something(places):
        return (
            f"There is no key in {file}, and {places.shown} can be used with no other. "
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


def _holds_something(places: Places) -> bool:
    try:
        return has_something(places)
    except DatabaseError:
        return not places.on_postgres  # of a file that cannot be read, the key is needed all the same


@contextmanager
def told_of(places: Places) -> Iterator[None]:
    """What the disk or the database refuse in the block becomes `NotReadyError`, with what to do."""
    try:
        yield
    except DatabaseError as error:
        raise NotReadyError(
            f"The database {places.shown} cannot be used: {said(error)}. {remedy(places, error)}"
        ) from None
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)
        first = "See whether that disk is full or broken" if full else "Change who owns its folder"
        raise NotReadyError(
            f"{error.filename} cannot be made or written: {error.strerror}. {first}, or name another place for it."
        ) from None


def remedy(places: Places, error: DatabaseError) -> str:
    """A disk that is full or refuses is no reason to restore anything: what stands on it is whole."""
    if places.on_postgres:
        return "See that the server runs, and that CRED_DATABASE_URL is right."
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return "Nothing was changed. See whether that disk is full or broken, and try again."
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN):
        return "Nothing was changed. See who may write that file and its folder, and whether the disk may be written."
    return "Restore the newest backup; if that file is not Cred's, name another in CRED_DATABASE_URL."


def open_house(places: Places, keys: Keys, *, exclusive: bool = False) -> Opened:
    """Everything open, or nothing. `exclusive`: while nobody serves. Raises `NotReadyError`, `InUseError`."""
    check_there(places)
    engine = open_engine(places.database_url)
    try:
        with told_of(places):
            lock = alone(places, engine) if exclusive else to_serve(places, engine)
        try:
            return Opened(engine, _ledger(engine, places, keys), lock)
        except BaseException:
            lock.release()
            raise
    except BaseException:
        engine.dispose()
        raise


def _ledger(engine: Engine, places: Places, keys: Keys) -> Ledger:
    try:
        check_standing(engine, places.shown)
        # As a writer: what it reads is then newer than any checkpoint that another process keeps meanwhile.
        with engine.connect().execution_options(**WRITING) as connection, connection.begin():
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
        raise NotReadyError(f"The database {places.shown} cannot be read: {said(error)}. {RESTORE}") from None


def _unfinished(places: Places) -> str:
    """What to do where a change of keys was interrupted: its next key lies there."""
    for source, command in ((places.key, "rotate-encryption"), (places.log_key, "rotate-log")):
        coming = source.file.with_name(f"{source.file.name}.new")
        if coming.exists():
            return f" {coming} was left by a change of keys: run `cred keys {command}` again, which finishes it."
    return ""


def check_standing(engine: Engine, database: str) -> None:
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


__all__ = ["RESTORE", "Keys", "NotReadyError", "Opened", "check_standing", "open_house", "read_keys", "told_of"]
