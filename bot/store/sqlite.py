"""What only SQLite says: a commit is durable, a deletion is real, and transactions are ours to begin."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from sqlalchemy import Connection, Engine, Select, create_engine, event, make_url
from sqlalchemy.dialects import sqlite

from bot.store.writing import writes

_BUSY_MS = 5_000
_HOT_BUSY_MS = 100
"""Only a database in recovery makes a reader wait, and whoever waits there holds up every other answer."""
_ROOM = 1 << 20
"""Bytes that must be free beside the database before a failed write counts as mended."""
_PRAGMAS = (
    f"PRAGMA busy_timeout = {_BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)


def open_engine(url: str) -> Engine:
    """For a `sqlite:///` URL. The file's folder is made if it is missing, readable by its owner only."""
    parsed = make_url(url)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # An error's text goes to the log, and parameters hold what people typed: they are left out of it.
    engine = create_engine(url, hide_parameters=True, pool_size=8, max_overflow=24, pool_timeout=10, pool_use_lifo=True)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def wrote(connection: Connection) -> bool:
    """Whether its transaction has changed anything: a turn that wrote nothing proves nothing."""
    return bool(_changes(connection) != connection.info["changes_before"])


def try_to_write(connection: Connection) -> None:
    """Write something that changes nothing. Raises `OSError` where there is no room beside the database.

    On a full disk one page may still fit into the log that SQLite has already: that is no proof.
    """
    with TemporaryFile(dir=Path(str(connection.engine.url.database)).parent) as tried:
        tried.write(bytes(_ROOM))
        tried.flush()
        os.fsync(tried.fileno())
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    connection.exec_driver_sql(f"PRAGMA user_version = {version}")  # a page is written


@contextmanager
def migrating(connection: Connection) -> Iterator[None]:
    """A transaction in which tables are made anew: batch mode copies them and drops the old ones."""
    # The setting can change only while no transaction is open.
    connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")
    try:
        with connection.begin():
            yield
    finally:
        connection.invalidate()  # nobody shall find a connection without foreign keys in the pool


def dangling(connection: Connection) -> str | None:
    """A table with a row that points to nothing; None where there is none."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    return None if broken is None else str(broken[0])


class SqliteReader:
    """`bot.store.engine.HotReader`."""

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        """Takes a connection out of the engine's pool for good, with the pragmas that the engine sets."""
        made = statement.compile(
            dialect=sqlite.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True}
        )
        self.statement = str(made)
        self.parameters = {name: str(value) for name, value in made.params.items()}
        self._held = engine.raw_connection()
        self.connection = _driver(self._held.driver_connection)
        self._held.detach()
        self.connection.execute("PRAGMA query_only = ON")
        self.connection.execute(f"PRAGMA busy_timeout = {_HOT_BUSY_MS}")

    def rows(self, values: Mapping[str, str]) -> list[tuple[Any, ...]]:
        """Raises `sqlite3.Error` where the database cannot be read."""
        return self.connection.execute(self.statement, {**self.parameters, **values}).fetchall()

    def close(self) -> None:
        """Give the connection up."""
        self._held.close()


hot_reader = SqliteReader


def _driver(connection: object) -> sqlite3.Connection:
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError("The hot read is written for SQLite's own driver.")
    return connection


def _set_up(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # the driver begins no transaction of its own
    cursor = dbapi_connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    if writes(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.info["changes_before"] = _changes(connection)
    else:
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN")  # waits for nobody and cannot fail: a tenth of the price of Core's way


def _changes(connection: Connection) -> Any:
    """How many rows this connection has ever changed."""
    driver: Any = connection.connection.driver_connection
    return driver.total_changes
