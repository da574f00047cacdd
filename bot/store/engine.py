"""The connection to SQLite: a commit is durable, a deletion is real, and transactions are ours to begin."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

_BUSY_MS = 5_000
WRITING = {"cred_writing": True}
"""Execution options of a connection whose transaction takes the write lock at once."""

_PRAGMAS = (
    f"PRAGMA busy_timeout = {_BUSY_MS}",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
)


def open_engine(url: str) -> Engine:
    """An engine for a `sqlite:///` URL. The file's folder is made if it is missing, readable by its owner only."""
    parsed = make_url(url)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # An error's text goes to the log, and parameters hold what people typed: they are left out of it.
    engine = create_engine(url, hide_parameters=True, pool_size=8, max_overflow=24, pool_timeout=10)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(dbapi_connection: Any, _record: object) -> None:
    dbapi_connection.isolation_level = None  # the driver begins no transaction of its own
    cursor = dbapi_connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    if connection.get_execution_options().get("cred_writing", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN")  # waits for nobody and cannot fail: a tenth of the price of Core's way
