"""Where the database is: a file on SQLite, a server on PostgreSQL; how it is looked for, and how it is held."""

import os
from typing import Protocol

from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from bot.config import Places
from bot.domain.errors import CredError
from bot.store import holding, open_engine
from bot.store.exclusive import ExclusiveLock
from bot.store.migrate import Standing, standing
from ledger import LedgerError, open_to_read

_ANY_TABLE = {
    "sqlite": text("SELECT 1 FROM sqlite_master"),
    "postgresql": text("SELECT 1 FROM pg_tables WHERE schemaname = current_schema()"),
}


class NotReadyError(CredError):
    """The program cannot start; the message says what to do."""

    code = "not-ready"


class Lock(Protocol):
    """Held from when it was taken until then, or until the process dies."""

    def release(self) -> None: ...


def said(error: DatabaseError) -> str:
    """What a database says, on one line."""
    return " ".join(str(error.orig).split()).rstrip(".")


def check_there(places: Places) -> None:
    """Whether there is a database that can be written. Raises `NotReadyError`."""
    if places.on_postgres:
        return  # whoever asks it next is told
    file = places.database
    if not file.is_file():
        raise NotReadyError(f"There is no database at {file}. Run `cred init` once, or set CRED_DATABASE_URL.")
    if not os.access(file, os.W_OK) or not os.access(file.parent, os.W_OK):
        raise NotReadyError(f"The database {file} or its folder cannot be written. Change who owns them.")


def has_something(places: Places) -> bool:
    """Whether anything at all is in the database. Raises `DatabaseError`, `NotReadyError`; writes nothing."""
    if not places.on_postgres and not (places.database.is_file() and places.database.stat().st_size > 0):
        return False
    try:
        engine = open_to_read(places.database_url)
    except LedgerError as error:
        raise NotReadyError(str(error)) from None
    with engine.connect() as connection:
        return connection.execute(_ANY_TABLE[engine.dialect.name]).first() is not None


def is_initialised(places: Places) -> bool:
    """Whether tables of Cred are in it. Raises `DatabaseError`; writes nothing."""
    return has_something(places) and standing(open_to_read(places.database_url)) is not Standing.ABSENT


def to_serve(places: Places, engine: Engine) -> Lock:
    """On SQLite, for the only process. Raises `InUseError`."""
    return holding.serving(engine, places.shown) if places.on_postgres else ExclusiveLock(places.database)


def alone(places: Places, engine: Engine) -> Lock:
    """For whoever changes tables or keys, while nobody serves. Raises the same."""
    return holding.alone(engine, places.shown) if places.on_postgres else ExclusiveLock(places.database)


def in_a_file(places: Places, remedy: str) -> None:
    """Raises `NotReadyError` with what to do instead, where the database is no file of ours."""
    if places.on_postgres:
        raise NotReadyError(f"{places.shown} is on a server, whose own tools do that. {remedy}")


__all__ = [
    "Lock",
    "NotReadyError",
    "alone",
    "check_there",
    "has_something",
    "in_a_file",
    "is_initialised",
    "open_engine",
    "said",
    "to_serve",
]
