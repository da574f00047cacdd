"""The ledger's tables, and what each database does for them in its own words: `ledger.sqlite`, `ledger.postgresql`.

The tables have their own MetaData and version, so that no migration of the program's tables ever rebuilds them and
thereby drops the triggers that make them append-only. Keys and people can be deleted from: to destroy a key is to
destroy what it sealed.
"""

from typing import Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    select,
)

from ledger import postgresql, sqlite
from ledger.errors import NoLedgerError

VERSION = 1
METADATA = MetaData()

SCHEMA = Table("ledger_schema", METADATA, Column("version", Integer, primary_key=True, autoincrement=False))

LOG = Table(
    "ledger_log",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
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


class _Speech(Protocol):
    """What a database must say in its own words."""

    def make_triggers(self, connection: Connection) -> None: ...

    def missing_triggers(self, connection: Connection) -> list[str]: ...

    def lock_head(self, connection: Connection, log: int) -> None: ...

    def scrub(self, engine: Engine) -> bool: ...

    def open_to_read(self, database: str) -> Engine: ...


_SPEECH: dict[str, _Speech] = {"sqlite": sqlite, "postgresql": postgresql}


def make_tables(connection: Connection) -> None:
    """Tables, triggers and the version row. Does nothing where they stand already."""
    if inspect(connection).has_table(SCHEMA.name):
        check_tables(connection)
        return
    METADATA.create_all(connection)
    _speaking(connection.dialect.name).make_triggers(connection)
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
    """Names of the triggers that are gone, disabled, or do something else than they should."""
    return _speaking(connection.dialect.name).missing_triggers(connection)


def lock_head(connection: Connection, log: int) -> None:
    """Nobody else appends to the log from here to the end of the transaction."""
    _speaking(connection.dialect.name).lock_head(connection, log)


def scrub(engine: Engine) -> bool:
    """Removes the bytes of deleted rows, as far as the database can. Call it outside a transaction.

    False where somebody still needs the old rows: then it has to be done once more.
    """
    return _speaking(engine.dialect.name).scrub(engine)


def open_to_read(database: str) -> Engine:
    """An engine that cannot write, not even by mistake: over an SQLite file (a path or a `sqlite:///` URL), or a
    `postgresql://` URL. Each transaction sees one state of the database, while the program goes on writing.

    Raises `NoLedgerError`.
    """
    name = "postgresql" if database.startswith(("postgresql://", "postgres://")) else "sqlite"
    return _speaking(name).open_to_read(database)


def _speaking(name: str) -> _Speech:
    return _SPEECH[name]
