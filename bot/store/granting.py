"""On PostgreSQL: what the program's role may do, table by table, while another role owns the tables.

The ledger says what it needs of its own tables: entries can be added, and neither changed nor removed. Of the tables of
the present everything, but the owner alone changes their form.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from bot.store.rows import METADATA
from ledger import LEDGER_RIGHTS

_RIGHTS = {
    **LEDGER_RIGHTS,
    **dict.fromkeys(sorted(METADATA.tables), "SELECT, INSERT, UPDATE, DELETE"),
    "alembic_version": "SELECT",
}
_MAY = text("SELECT has_table_privilege(to_regclass(:table), :right)")
_FOR_EVER = ("ledger_entry", "ledger_checkpoint")
"""Whose rows nobody needs to change."""


def grants(role: str) -> Iterable[str]:
    """The statements that the owner of the tables runs."""
    quoted = '"' + role.replace('"', '""') + '"'
    for table, rights in _RIGHTS.items():
        yield f'GRANT {rights} ON "{table}" TO {quoted};'


def lacking(connection: Connection) -> list[str]:
    """What the connection's role would need and may not, such as `INSERT ON request`."""
    return [
        f"{right} ON {table}"
        for table, rights in _RIGHTS.items()
        for right in rights.split(", ")
        if not _may(connection, table, right)
    ]


def too_much(connection: Connection) -> list[str]:
    """What it may do to the written history, and does not need."""
    return [
        f"{right} ON {table}"
        for table in _FOR_EVER
        for right in ("UPDATE", "DELETE", "TRUNCATE")
        if _may(connection, table, right)
    ]


def _may(connection: Connection, table: str, right: str) -> bool:
    return bool(connection.execute(_MAY, {"table": f'"{table}"', "right": right}).scalar())
