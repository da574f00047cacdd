"""The ledger on SQLite: the triggers that keep it append-only, opening a file to read, removing deleted bytes.

The triggers stop accidents (an UPDATE, a DELETE, an INSERT OR REPLACE), not attackers: against those stand the signed
roots. `ledger.tables` says which database a connection is to, and calls this module or `ledger.postgresql`.
"""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text

from ledger.errors import NoLedgerError


def _refuse(name: str, moment: str, when: str, sentence: str) -> tuple[str, str]:
    return name, f"CREATE TRIGGER {name} {moment} {when}BEGIN SELECT RAISE(ABORT, '{sentence}'); END"


_APPEND_ONLY = "the ledger is append-only"
TRIGGERS = dict(
    (
        _refuse("ledger_entry_update", "BEFORE UPDATE ON ledger_entry", "", _APPEND_ONLY),
        _refuse("ledger_entry_delete", "BEFORE DELETE ON ledger_entry", "", _APPEND_ONLY),
        _refuse(
            "ledger_entry_insert",  # INSERT OR REPLACE walks past the other two
            "BEFORE INSERT ON ledger_entry",
            'WHEN NEW."index" IS NOT (SELECT size FROM ledger_log WHERE log = NEW.log) ',
            "an entry is appended at the head of its log",
        ),
        _refuse("ledger_checkpoint_update", "BEFORE UPDATE ON ledger_checkpoint", "", _APPEND_ONLY),
        _refuse("ledger_checkpoint_delete", "BEFORE DELETE ON ledger_checkpoint", "", _APPEND_ONLY),
        _refuse(
            "ledger_checkpoint_insert",
            "BEFORE INSERT ON ledger_checkpoint",
            "WHEN NEW.size IS NOT (SELECT size FROM ledger_log WHERE log = NEW.log) OR EXISTS "
            "(SELECT 1 FROM ledger_checkpoint WHERE log = NEW.log AND size >= NEW.size) ",
            "a checkpoint is made at the head of its log",
        ),
        _refuse(
            "ledger_log_update",
            "BEFORE UPDATE ON ledger_log",
            "WHEN NEW.log IS NOT OLD.log OR NEW.origin IS NOT OLD.origin "
            "OR NEW.size < OLD.size OR NEW.time < OLD.time ",
            "a log only grows",
        ),
        _refuse("ledger_log_delete", "BEFORE DELETE ON ledger_log", "", _APPEND_ONLY),
        _refuse(
            "ledger_log_insert",
            "BEFORE INSERT ON ledger_log",
            "WHEN EXISTS (SELECT 1 FROM ledger_log WHERE log = NEW.log OR origin = NEW.origin) ",
            "the log exists",
        ),
    )
)
"""Name and definition of each trigger on SQLite."""


def make_triggers(connection: Connection) -> None:
    """All of them, on tables that were just made."""
    for definition in TRIGGERS.values():
        connection.exec_driver_sql(definition)


def lock_head(_connection: Connection, _log: int) -> None:
    """Nothing to do: `BEGIN IMMEDIATE` holds the whole database."""


def missing_triggers(connection: Connection) -> list[str]:
    """Names of the triggers that are gone or say something else than they should."""
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    standing = {row.name: row.sql for row in rows}
    return [name for name, definition in TRIGGERS.items() if standing.get(name) != definition]


def scrub(engine: Engine) -> bool:
    """Removes deleted bytes from the write-ahead log, too; `secure_delete` has removed them from the pages.

    False where a reader still needs the old pages: then it has to be done once more. Call it outside a transaction.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        busy: int = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
    return not busy


def open_to_read(database: str) -> Engine:
    """An engine over an SQLite file (a path or a `sqlite:///` URL) that cannot write, not even by mistake.

    Each transaction sees one state of the database, while the program goes on writing. Raises `NoLedgerError`.
    """
    path = Path(database.removeprefix("sqlite:///")).absolute()
    if "://" in database.removeprefix("sqlite:///") or not path.is_file():
        raise NoLedgerError(f"There is no SQLite database at {database}.")
    # Where SQLite may not put its index of the WAL, nobody writes: a copy in an auditor's folder, a mounted backup.
    mode = "mode=ro" if os.access(path.parent, os.W_OK) else "mode=ro&immutable=1"
    file = f"file:{quote(str(path))}?{mode}"
    engine = create_engine(
        "sqlite://",
        creator=lambda: sqlite3.connect(file, uri=True, isolation_level=None, check_same_thread=False),
        poolclass=NullPool,
    )
    event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
