"""The ledger on PostgreSQL: triggers, the right to add and no more, and an order that no two writers can both have.

Guarantees: whoever appends holds the head's row, which is locked before it is read, so indexes have no gap and no fork,
whichever process dies when (a sequence leaves gaps; locking the last entry lets two writers both follow it). The role
that the program works as needs no right to change or remove an entry: `RIGHTS` is all that it needs. Beside that,
triggers stop accidents of the tables' owner, a TRUNCATE too, which no row trigger sees.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text

from ledger.errors import NoLedgerError
from ledger.statements import Prepared

_PATIENCE_SECONDS = 10
_DRIVER = "postgresql+psycopg"

RIGHTS: Mapping[str, str] = MappingProxyType(
    {
        "ledger_schema": "SELECT",
        "ledger_log": "SELECT, UPDATE",
        "ledger_entry": "SELECT, INSERT",
        "ledger_term": "SELECT, INSERT",
        "ledger_checkpoint": "SELECT, INSERT",
        "ledger_key": "SELECT, INSERT, UPDATE",
        "ledger_person": "SELECT, INSERT",
    }
)
"""What a program that writes the log needs of each table. To erase people and to rewrap keys, be the tables' owner."""

_BITS = MappingProxyType({"ROW": 1, "STATEMENT": 0, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32})
_BEFORE = 2
"""PostgreSQL keeps a trigger's moment as bits (src/include/catalog/pg_trigger.h), the same in every version."""


@dataclass(frozen=True, slots=True)
class _Trigger:
    """Runs a function of ours before events on a table."""

    table: str
    events: tuple[str, ...]
    each: str
    function: str

    def definition(self, name: str) -> str:
        """To make it."""
        events = " OR ".join(self.events)
        return (
            f"CREATE TRIGGER {name} BEFORE {events} ON {self.table} FOR EACH {self.each} "
            f"EXECUTE FUNCTION {self.function}()"
        )

    def standing(self) -> tuple[str, int, str]:
        """As `_STANDING` reads it."""
        return self.table, _BEFORE | _BITS[self.each] | sum(_BITS[event] for event in self.events), self.function


def _raising(condition: str, sentence: str) -> str:
    raised = f"RAISE EXCEPTION '{sentence}' USING ERRCODE = 'restrict_violation';"
    if not condition:
        return f" BEGIN {raised} END "
    return f" BEGIN IF {condition} THEN {raised} END IF; RETURN NEW; END "


_FUNCTIONS = {
    "ledger_refuse": _raising("", "the ledger is append-only"),
    "ledger_append_entry": _raising(
        'NEW."index" IS DISTINCT FROM (SELECT size FROM ledger_log WHERE log = NEW.log)',
        "an entry is appended at the head of its log",
    ),
    "ledger_append_checkpoint": _raising(
        "NEW.size IS DISTINCT FROM (SELECT size FROM ledger_log WHERE log = NEW.log) OR EXISTS "
        "(SELECT 1 FROM ledger_checkpoint WHERE log = NEW.log AND size >= NEW.size)",
        "a checkpoint is made at the head of its log",
    ),
    "ledger_move_head": _raising(
        "NEW.log <> OLD.log OR NEW.origin <> OLD.origin OR NEW.size < OLD.size OR NEW.time < OLD.time",
        "a log only grows",
    ),
}
"""Name and body of each."""

_NEVER = ("UPDATE", "DELETE", "TRUNCATE")
TRIGGERS = {
    "ledger_entry_never": _Trigger("ledger_entry", _NEVER, "STATEMENT", "ledger_refuse"),
    "ledger_entry_insert": _Trigger("ledger_entry", ("INSERT",), "ROW", "ledger_append_entry"),
    "ledger_checkpoint_never": _Trigger("ledger_checkpoint", _NEVER, "STATEMENT", "ledger_refuse"),
    "ledger_checkpoint_insert": _Trigger("ledger_checkpoint", ("INSERT",), "ROW", "ledger_append_checkpoint"),
    "ledger_log_never": _Trigger("ledger_log", ("DELETE", "TRUNCATE"), "STATEMENT", "ledger_refuse"),
    "ledger_log_update": _Trigger("ledger_log", ("UPDATE",), "ROW", "ledger_move_head"),
    **{
        f"{table}_truncate": _Trigger(table, ("TRUNCATE",), "STATEMENT", "ledger_refuse")
        for table in ("ledger_key", "ledger_person", "ledger_term")
    },
}

_STANDING = text(
    "SELECT t.tgname, c.relname, t.tgtype, p.proname, p.prosrc FROM pg_trigger t "
    "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL AND t.tgattr::text = '' "
    "AND t.tgrelid = to_regclass(c.relname::text)"
)
"""Those that fire on each row and column, on the tables that this connection means by their names."""
_LOCK_HEAD = Prepared(text("SELECT log FROM ledger_log WHERE log = :log FOR UPDATE"))
_SCRUBBED = ("ledger_key", "ledger_person", "ledger_term")
_OWNED = text("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(:name)")


def make_triggers(connection: Connection) -> None:
    """All of them and their functions, on tables that were just made."""
    for name, body in _FUNCTIONS.items():
        connection.exec_driver_sql(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
    for name, trigger in TRIGGERS.items():
        connection.exec_driver_sql(trigger.definition(name))


def missing_triggers(connection: Connection) -> list[str]:
    """Names of the triggers that are gone, disabled, or do something else than they should."""
    standing = {row.tgname: row for row in connection.execute(_STANDING)}

    def stands(name: str, trigger: _Trigger) -> bool:
        row = standing.get(name)
        return (
            row is not None
            and (row.relname, row.tgtype, row.proname) == trigger.standing()
            and row.prosrc == _FUNCTIONS[trigger.function]
        )

    return [name for name, trigger in TRIGGERS.items() if not stands(name, trigger)]


def lock_head(connection: Connection, log: int) -> None:
    """Waits for the head's row. What is read from here on, in READ COMMITTED, is what its last holder left."""
    _LOCK_HEAD.first(connection, {"log": log})


def scrub(engine: Engine) -> bool:
    """Rewrites the tables that can be deleted from, so that their files hold no deleted row.

    The write-ahead log and its archives keep the old bytes until the server recycles them. False where the role is not
    the tables' owner, who alone may do it.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not all(connection.execute(_OWNED, {"name": name}).scalar() for name in _SCRUBBED):
            return False
        connection.exec_driver_sql(f"VACUUM (FULL) {', '.join(_SCRUBBED)}")
    return True


def open_to_read(database: str) -> Engine:
    """Raises `NoLedgerError` where the driver is not installed."""
    try:
        return create_engine(
            make_url(database).set(drivername=_DRIVER),
            isolation_level="REPEATABLE READ",
            poolclass=NullPool,
            hide_parameters=True,
            execution_options={"postgresql_readonly": True, "stream_results": True},  # a log need not fit into memory
            connect_args={"connect_timeout": _PATIENCE_SECONDS},
        )
    except ImportError:
        raise NoLedgerError("PostgreSQL needs its driver: pip install 'psycopg[binary]'") from None
