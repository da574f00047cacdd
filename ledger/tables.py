"""The ledger's tables, and the triggers that make them append-only. All SQL that only SQLite speaks stands here.

The triggers stop accidents (an UPDATE, a DELETE, an INSERT OR REPLACE), not attackers: against those stand the signed
roots. The tables have their own MetaData and version, so that no migration of the program's tables ever rebuilds them
and thereby drops the triggers. Keys and people can be deleted from: to destroy a key is to destroy what it sealed.
"""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    NullPool,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    insert,
    inspect,
    select,
    text,
)

from ledger.errors import NoLedgerError

VERSION = 1
METADATA = MetaData()

SCHEMA = Table("ledger_schema", METADATA, Column("version", Integer, primary_key=True))

LOG = Table(
    "ledger_log",
    METADATA,
    Column("log", Integer, primary_key=True),
    Column("origin", String, nullable=False, unique=True),
    Column("verifier", String, nullable=False),  # the log key's public half, as text
    Column("size", BigInteger, nullable=False),
    Column("time", BigInteger, nullable=False),  # of the newest entry, UTC µs
    Column("clock", BigInteger, nullable=False),  # what the clock said then: behind `time` after a step back
    Column("nodes", LargeBinary, nullable=False),  # compact range of `size` leaves
    Column("data_key", LargeBinary, nullable=False),
    Column("data_key_size", BigInteger, nullable=False),  # the log's size at which the data key has served enough
    Column("data_key_time", BigInteger, nullable=False),  # and the time
)

ENTRY = Table(
    "ledger_entry",
    METADATA,
    Column("log", Integer, nullable=False),
    Column("index", BigInteger, nullable=False),
    Column("entry", LargeBinary, nullable=False),
    PrimaryKeyConstraint("log", "index"),
    sqlite_with_rowid=False,
)

TERM = Table(
    "ledger_term",
    METADATA,
    Column("log", Integer, nullable=False),
    Column("term", LargeBinary, nullable=False),
    Column("index", BigInteger, nullable=False),
    PrimaryKeyConstraint("log", "term", "index"),
    sqlite_with_rowid=False,
)

KEY = Table(
    "ledger_key",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("log", Integer, nullable=False),
    Column("purpose", String, nullable=False),
    Column("status", String, nullable=False),  # primary, active, destroyed
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapped_by", LargeBinary, nullable=False),  # ID of the key-encryption key
    Column("created", BigInteger, nullable=False),
)
Index(
    "ledger_key_primary",
    KEY.c.log,
    KEY.c.purpose,
    unique=True,
    sqlite_where=KEY.c.status == "primary",
    postgresql_where=KEY.c.status == "primary",
)

PERSON = Table(
    "ledger_person",
    METADATA,
    Column("log", Integer, nullable=False),
    Column("person", LargeBinary, nullable=False),
    Column("lookup", LargeBinary, nullable=False),  # blind index of who it is
    Column("key", LargeBinary, nullable=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("wrapped_by", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # team, user and the commitment's nonce, under the person's own key
    PrimaryKeyConstraint("log", "person"),
    UniqueConstraint("log", "lookup"),
)

CHECKPOINT = Table(
    "ledger_checkpoint",
    METADATA,
    Column("log", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    PrimaryKeyConstraint("log", "size"),
)


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


def make_tables(connection: Connection) -> None:
    """Tables, triggers and the version row. Does nothing where they stand already."""
    if inspect(connection).has_table(SCHEMA.name):
        check_tables(connection)
        return
    METADATA.create_all(connection)
    for definition in TRIGGERS.values():
        connection.exec_driver_sql(definition)
    connection.execute(insert(SCHEMA), {"version": VERSION})


def check_tables(connection: Connection) -> None:
    """Raises `NoLedgerError`: no ledger here, a part of it missing, or one of another version."""
    present = set(inspect(connection).get_table_names())
    missing = [name for name in METADATA.tables if name not in present]
    if len(missing) == len(METADATA.tables):
        raise NoLedgerError("There is no ledger in this database.")
    if missing:
        raise NoLedgerError(f"A part of the ledger is gone from this database: {', '.join(missing)}.")
    version = connection.execute(select(SCHEMA.c.version)).scalar()
    if version != VERSION:
        raise NoLedgerError(f"The ledger's tables are of version {version}; this program knows version {VERSION}.")


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
