"""A new key-encryption key: every key that the old one wraps is wrapped by the new one, all or none of them.

Guarantees: no key changes, only what it is wrapped in, so no entry and no proof changes either; each key was opened and
found to be itself before it is wrapped anew, and one that does not open stops the whole; the entry `key:rewrapped`
commits with it. Backups from before need the old key-encryption key for as long as they are kept.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, bindparam, select, update

from ledger.keyring import PERSON as PEOPLE
from ledger.keyring import Keyring
from ledger.tables import KEY, PERSON, lock_head

Progress = Callable[[int, int], None]
"""Called with how many keys are wrapped anew, and of how many."""


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many rows of each table."""

    keys: int
    people: int


@dataclass(frozen=True, slots=True)
class _Row:
    """A wrapped key, and where it stands."""

    table: Table
    place: dict[str, bytes]
    key_id: bytes
    purpose: str
    wrapped: bytes


def rewrap(connection: Connection, old: Keyring, new: Keyring, progress: Progress | None) -> Rewrapped:
    """Raises `WrongKeyError`. The rings are of the same logs, with the old and with the new key-encryption key."""
    lock_head(connection, old.log)
    rings = [*zip(old.lineage(), new.lineage(), strict=True)]
    rows = [(row, rings_of) for rings_of in rings for row in _rows_of(connection, rings_of[0].log)]
    for done, (row, (unwrapping, wrapping)) in enumerate(rows, start=1):
        key = unwrapping.unwrap(row.key_id, row.purpose, row.wrapped)
        columns = [row.table.c[name.removeprefix("of_")] == bindparam(name) for name in row.place]
        statement = update(row.table).where(row.table.c.log == unwrapping.log, *columns)
        connection.execute(statement.values(**wrapping.wrap(key, row.purpose)), row.place)
        if progress is not None:
            progress(done, len(rows))
    people = sum(row.table is PERSON for row, _ in rows)
    return Rewrapped(keys=len(rows) - people, people=people)


def _rows_of(connection: Connection, log: int) -> Iterator[_Row]:
    yield from _keys(connection, log)
    yield from _people(connection, log)


def _keys(connection: Connection, log: int) -> Iterator[_Row]:
    for row in _rows(connection, KEY, log):
        yield _Row(KEY, {"of_id": row["id"]}, row["id"], row["purpose"], row["wrapped"])


def _people(connection: Connection, log: int) -> Iterator[_Row]:
    for row in _rows(connection, PERSON, log):
        yield _Row(PERSON, {"of_person": row["person"]}, row["key"], PEOPLE, row["wrapped"])


def _rows(connection: Connection, table: Any, log: int) -> Iterator[RowMapping]:
    yield from connection.execute(select(table).where(table.c.log == log)).mappings().all()
