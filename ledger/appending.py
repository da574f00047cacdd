"""One entry more: its bytes, its place in the tree, what it is found by, and the new head, all in one transaction.

Guarantees: everything that an append depends on is read in the caller's own transaction, once nobody else can append
any more, so nothing remembered can be wrong after a rollback; a nonce is drawn for each attempt and never derived from
the index (a restored backup issues the same index again); the time of entries never goes backwards, and a clock that
does is itself an entry; a data key serves 2^20 entries or 31 days, whichever comes first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Self
from weakref import ReferenceType, ref

from sqlalchemy import Connection, RootTransaction, bindparam, insert, select, update

from ledger.entry import Event, Header, check_fits, seal_entry
from ledger.errors import UnknownKeyError
from ledger.keyring import ENTRIES, Keyring
from ledger.merkle import CompactRange, leaf_hash
from ledger.schema import Schemas
from ledger.sealing import NONCE_BYTES, SealingKey, blind
from ledger.statements import Prepared
from ledger.tables import ENTRY, KEY, LOG, TERM, lock_head

_KEY_SERVES_ENTRIES = 2**20
_KEY_SERVES_MICROS = 31 * 24 * 3600 * 1_000_000
_STEP_MICROS = 1_000_000
"""A clock that falls back by more than this was set; by less, it was only corrected."""

_STATE = (LOG.c.size, LOG.c.time, LOG.c.clock, LOG.c.nodes, LOG.c.data_key_size, LOG.c.data_key_time)
_HEAD = Prepared(
    select(*_STATE, KEY.c.id, KEY.c.wrapped)
    .outerjoin_from(LOG, KEY, KEY.c.id == LOG.c.data_key)
    .where(LOG.c.log == bindparam("log"))
)
_INSERT_ENTRY = Prepared(insert(ENTRY), "log", "index", "entry")
_INSERT_TERMS = Prepared(insert(TERM), "log", "term", "index")
_MOVE_HEAD = Prepared(
    update(LOG)
    .where(LOG.c.log == bindparam("of_log"))
    .values({name: bindparam(name) for name in ("size", "time", "clock", "nodes")})
)
_CHANGE_KEY = Prepared(
    update(LOG)
    .where(LOG.c.log == bindparam("of_log"))
    .values({name: bindparam(name) for name in ("data_key", "data_key_size", "data_key_time")})
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How far a log has come. Times in UTC microseconds."""

    tree: CompactRange
    time: int
    clock: int
    data_key_size: int
    data_key_time: int
    data_key: tuple[bytes, bytes] | None
    """ID and wrapped key; None where the key is gone from its table."""

    @classmethod
    def read(cls, connection: Connection, log: int) -> Self:
        """As the transaction sees it."""
        size, time, clock, nodes, key_size, key_time, key_id, wrapped = _HEAD.first(connection, {"log": log})
        return cls(
            tree=CompactRange.from_bytes(size, nodes),
            time=time,
            clock=clock,
            data_key_size=key_size,
            data_key_time=key_time,
            data_key=None if key_id is None else (key_id, wrapped),
        )


class Appender:
    """Writes the entries of one log."""

    def __init__(self, keyring: Keyring, schemas: Schemas, index_key: bytes, random: Callable[[int], bytes]) -> None:
        self._keyring = keyring
        self._schemas = schemas
        self._index_key = index_key
        self._random = random
        self._written_in: ReferenceType[RootTransaction] | None = None

    def append(self, connection: Connection, event: Event, clock: int) -> Head:
        """The head whose newest entry is this event. Raises `SchemaError` and `TooLargeError` before it writes."""
        return self.append_all(connection, (event,), clock)

    def append_all(self, connection: Connection, events: Sequence[Event], clock: int) -> Head:
        """The same for several in a row, one at least: the head is read once; what they are found by goes in at once.

        Whatever needs no head is made before it is locked.
        """
        sealable = [(self._schemas.encode(event), {self.term(*pair) for pair in event.index}) for event in events]
        for payload, _ in sealable:
            check_fits(payload)
        head, found = self._head(connection, clock), list[dict[str, bytes | int]]()
        for payload, terms in sealable:
            if head.tree.size >= head.data_key_size or max(head.time, clock) >= head.data_key_time:
                head = self._change_data_key(connection, head, clock)
            found += ({"log": self._keyring.log, "term": term, "index": head.tree.size} for term in terms)
            head = self._write(connection, head, payload, clock)
        if found:
            _INSERT_TERMS.run(connection, *found)
        return head

    def make_key(self, connection: Connection, purpose: str, clock: int | None) -> SealingKey:
        """A new primary key of a purpose and its entry. Without a clock, at the time of the newest entry.

        Where another process was first, the key that it made.
        """
        head = self._locked(connection)
        made = self._keyring.primary(connection, purpose)
        if made is not None:
            return made
        now = head.clock if clock is None else clock
        key = self._keyring.make(connection, purpose, max(head.time, now))
        self.append(connection, key_created(key, purpose), now)
        return key

    def rotate_key(self, connection: Connection, purpose: str, clock: int) -> SealingKey:
        """Another primary key of a purpose of the program's, and its entry; the one before it stays."""
        head = self._locked(connection)
        key = self._keyring.make(connection, purpose, max(head.time, clock))
        self.append(connection, key_created(key, purpose), clock)
        return key

    def rotate_data_key(self, connection: Connection, clock: int) -> Head:
        """A new key for the entries from here on, before the old one has served its time; its entry is the first."""
        return self._change_data_key(connection, self._head(connection, clock), clock)

    def wrote_in(self, connection: Connection) -> bool:
        """Whether the connection's transaction holds entries that are not committed yet."""
        return self._written_in is not None and self._written_in() is connection.get_transaction()

    def term(self, name: str, value: str) -> bytes:
        """What an entry about this value is found by."""
        return blind(self._index_key, name, value)

    def _head(self, connection: Connection, clock: int) -> Head:
        """As it stands, after an entry that the clock was set back, if it was."""
        head = self._locked(connection)
        if clock < head.clock - _STEP_MICROS:
            return self._own(connection, head, "clock:stepped-back", {"before": head.clock, "after": clock}, clock)
        return head

    def _locked(self, connection: Connection) -> Head:
        """The head, which nobody else moves before the transaction ends."""
        lock_head(connection, self._keyring.log)
        return Head.read(connection, self._keyring.log)

    def _change_data_key(self, connection: Connection, head: Head, clock: int) -> Head:
        at = max(head.time, clock)
        key = self._keyring.make(connection, ENTRIES, at)
        _CHANGE_KEY.run(connection, {"of_log": self._keyring.log} | data_key_columns(key, head.tree.size, at))
        payload = self._schemas.encode(key_created(key, ENTRIES))
        return self._write(connection, Head.read(connection, self._keyring.log), payload, clock)

    def _own(self, connection: Connection, head: Head, kind: str, body: dict[str, int], clock: int) -> Head:
        event = Event(kind=kind, actor=None, via="ledger", body=body)
        return self._write(connection, head, self._schemas.encode(event), clock)

    def _write(self, connection: Connection, head: Head, payload: bytes, clock: int) -> Head:
        log, place, time = self._keyring.log, head.tree.size, max(head.time, clock)
        key = self._data_key(head)
        header = Header(key_id=key.id, index=place, time=time, nonce=self._random(NONCE_BYTES))
        entry = seal_entry(key, self._keyring.origin, header, payload)
        moved = replace(head, tree=head.tree.append(leaf_hash(entry)), time=time, clock=clock)
        _INSERT_ENTRY.run(connection, {"log": log, "index": place, "entry": entry})
        size, nodes = moved.tree.size, moved.tree.to_bytes()
        _MOVE_HEAD.run(connection, {"of_log": log, "size": size, "time": time, "clock": clock, "nodes": nodes})
        transaction = connection.get_transaction()
        self._written_in = None if transaction is None else ref(transaction)
        return moved

    def _data_key(self, head: Head) -> SealingKey:
        if head.data_key is None:
            raise UnknownKeyError("The data key of this ledger is gone from its table: nothing can be sealed.")
        key_id, wrapped = head.data_key
        return self._keyring.remembered(key_id, ENTRIES, wrapped)


def key_created(key: SealingKey, purpose: str) -> Event:
    """The entry of a key's creation."""
    body = {"key": key.id.hex(), "purpose": purpose}
    return Event(kind="key:created", actor=None, via="ledger", body=body)


def data_key_columns(key: SealingKey, size: int, at: int) -> dict[str, bytes | int]:
    """What a log's row says of its data key: which it is, and until when it serves."""
    return {
        "data_key": key.id,
        "data_key_size": size + _KEY_SERVES_ENTRIES,
        "data_key_time": at + _KEY_SERVES_MICROS,
    }
