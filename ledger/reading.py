"""Reading what was sealed: by place, or by what it is about.

Guarantees: an entry is opened only in its own place, under the key that its header commits to, and only in canonical
form; whatever fails raises and names the entry, it is never skipped.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, bindparam, select

from ledger.entry import Header, OpenEntry, instant, open_entry
from ledger.errors import CannotOpenError, LedgerError, MalformedError
from ledger.keyring import ENTRIES, Keyring
from ledger.schema import Schemas
from ledger.sealing import SealingKey
from ledger.tables import ENTRY, TERM

_BATCH = 500
_ROWS = (
    select(ENTRY.c.index, ENTRY.c.entry)
    .where(ENTRY.c.log == bindparam("log"), ENTRY.c.index >= bindparam("start"), ENTRY.c.index < bindparam("stop"))
    .order_by(ENTRY.c.index)
    .limit(_BATCH)
)
_ABOUT = (
    select(ENTRY.c.index, ENTRY.c.entry)
    .join(TERM, (TERM.c.log == ENTRY.c.log) & (TERM.c.index == ENTRY.c.index))
    .where(TERM.c.log == bindparam("log"), TERM.c.term == bindparam("term"), TERM.c.index < bindparam("before"))
    .order_by(TERM.c.index.desc())
    .limit(bindparam("most"))
)
_NO_END = 2**63 - 1


class Reading:
    """Opens the entries of one log."""

    def __init__(self, keyring: Keyring, schemas: Schemas) -> None:
        self._keyring = keyring
        self._schemas = schemas

    def history(self, connection: Connection, log: str | None, start: int) -> Iterator[OpenEntry]:
        """From an entry of a log on, then every entry of those that continue it. Without a log: from the very first."""
        rings = [*self._keyring.lineage()]
        first = rings[-1] if log is None else self._keyring.of(log)
        for ring in reversed(rings[: rings.index(first) + 1]):
            yield from Reading(ring, self._schemas).entries(connection, start if ring is first else 0, None)

    def entries(self, connection: Connection, start: int, stop: int | None) -> Iterator[OpenEntry]:
        """In their order, in batches: no cursor stays open between them."""
        keys: dict[bytes, SealingKey] = {}
        end = _NO_END if stop is None else stop
        while rows := connection.execute(_ROWS, {"log": self._keyring.log, "start": start, "stop": end}).all():
            for index, entry in rows:
                yield self._opened(connection, keys, index, entry)
            start = rows[-1][0] + 1

    def found(self, connection: Connection, term: bytes, before: int | None, limit: int) -> list[OpenEntry]:
        """Newest first. `before`: an index of this log; without it, those of the logs that it continues come after."""
        keys: dict[bytes, SealingKey] = {}
        place = {"log": self._keyring.log, "term": term, "before": _NO_END if before is None else before, "most": limit}
        mine = [self._opened(connection, keys, index, entry) for index, entry in connection.execute(_ABOUT, place)]
        if before is not None or self._keyring.former is None or len(mine) == limit:
            return mine
        return mine + Reading(self._keyring.former, self._schemas).found(connection, term, None, limit - len(mine))

    def _opened(self, connection: Connection, keys: dict[bytes, SealingKey], index: int, entry: bytes) -> OpenEntry:
        try:
            header = Header.from_bytes(entry)
            if header.index != index:
                raise MalformedError(f"it was sealed as entry {header.index}.")
            key = keys.get(header.key_id)
            if key is None:
                purpose, key = self._keyring.by_id(connection, header.key_id)
                if purpose != ENTRIES:
                    raise CannotOpenError("Its key is not one for entries.")
                keys[key.id] = key
            event = self._schemas.decode(open_entry(key, self._keyring.origin, header, entry))
        except LedgerError as error:
            error.add_note(f"Entry {index} of {self._keyring.origin}.")
            raise
        return OpenEntry(origin=self._keyring.origin, index=index, at=instant(header.time), event=event)
