"""The keys that the ledger keeps: rows, each wrapped by the key-encryption key, found by purpose or by ID.

Guarantees: a key is looked up in the database each time and only its unwrapping is remembered, so that a key whose
transaction was rolled back, or that was destroyed, is never handed out. A row opens for its own log, ID and purpose
only. Every creation is an entry: `ledger.appending` writes it in the same transaction. A log that goes on under a new
origin goes on with the keys of the one before it, which stay where they are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from ledger.errors import OriginMismatchError, UnknownKeyError
from ledger.keys import KeyEncryptionKey
from ledger.sealing import KEY_BYTES, NONCE_BYTES, SealingKey
from ledger.tables import KEY

ENTRIES = "entry"
INDEX = "index"
PERSON = "person"
OWN_PURPOSES = frozenset({ENTRIES, INDEX, PERSON})
"""What the ledger keeps for itself and hands to nobody."""

_PRIMARY = select(KEY.c.id, KEY.c.wrapped).where(
    KEY.c.log == bindparam("log"), KEY.c.purpose == bindparam("purpose"), KEY.c.status == "primary"
)
_BY_ID = select(KEY.c.purpose, KEY.c.wrapped).where(KEY.c.log == bindparam("log"), KEY.c.id == bindparam("id"))
_STATES = (
    select(KEY.c.id, KEY.c.purpose, KEY.c.status, KEY.c.created, KEY.c.wrapped_by)
    .where(KEY.c.log == bindparam("log"))
    .order_by(KEY.c.created, KEY.c.id)
)
_SERVED = (
    select(KEY.c.id, KEY.c.wrapped, KEY.c.created)
    .where(KEY.c.log == bindparam("log"), KEY.c.purpose == bindparam("purpose"), KEY.c.status != "destroyed")
    .order_by(KEY.c.created.desc(), KEY.c.id)
)
_DEMOTE = (
    update(KEY)
    .where(KEY.c.log == bindparam("of_log"), KEY.c.purpose == bindparam("of"), KEY.c.status == "primary")
    .values(status="active")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyState:
    """A key's row, without the key. `created` in UTC microseconds."""

    id: bytes
    purpose: str
    status: str
    created: int
    wrapped_by: bytes


class Keyring:
    """The keys of one log, and of those that it continues."""

    def __init__(
        self,
        log: int,
        origin: str,
        kek: KeyEncryptionKey,
        random: Callable[[int], bytes],
        former: "Keyring | None" = None,
    ) -> None:
        """`former`: of the log that this one continues."""
        self.log = log
        self.origin = origin
        self.former = former
        self._kek = kek
        self.random = random
        self._unwrapped: dict[tuple[bytes, str, bytes], SealingKey] = {}

    @property
    def kek_id(self) -> bytes:
        """Of the key-encryption key."""
        return self._kek.id

    def under(self, kek: KeyEncryptionKey) -> "Keyring":
        """The same log's, with another key-encryption key."""
        former = None if self.former is None else self.former.under(kek)
        return Keyring(self.log, self.origin, kek, self.random, former)

    def next(self, log: int, origin: str) -> "Keyring":
        """Of a log that continues this one."""
        return Keyring(log, origin, self._kek, self.random, self)

    def lineage(self) -> Iterator["Keyring"]:
        """This one, then each that it continues, the newest first."""
        ring: Keyring | None = self
        while ring is not None:
            yield ring
            ring = ring.former

    def of(self, origin: str) -> "Keyring":
        """That of one of them. Raises `OriginMismatchError`."""
        rings = {ring.origin: ring for ring in self.lineage()}
        if origin not in rings:
            raise OriginMismatchError(f"This database holds no log {origin}. The logs in it: {', '.join(rings)}.")
        return rings[origin]

    def states(self, connection: Connection) -> list[KeyState]:
        """Every key, in the order of their creation."""
        rings = reversed([*self.lineage()])
        return [KeyState(**row) for ring in rings for row in connection.execute(_STATES, {"log": ring.log}).mappings()]

    def primary(self, connection: Connection, purpose: str) -> SealingKey | None:
        """The key that serves a purpose now; None before its first use. Raises `WrongKeyError`."""
        row = connection.execute(_PRIMARY, {"log": self.log, "purpose": purpose}).first()
        if row is None:
            return None if self.former is None else self.former.primary(connection, purpose)
        return self.remembered(row.id, purpose, row.wrapped)

    def served(self, connection: Connection, purpose: str) -> list[tuple[SealingKey, int]]:
        """Every key that ever served a purpose, the newest first, and when it was made. Raises `WrongKeyError`."""
        return [
            (ring.remembered(row.id, purpose, row.wrapped), row.created)
            for ring in self.lineage()
            for row in connection.execute(_SERVED, {"log": ring.log, "purpose": purpose})
        ]

    def by_id(self, connection: Connection, key_id: bytes) -> tuple[str, SealingKey]:
        """Purpose and key. Raises `UnknownKeyError`, `WrongKeyError`."""
        row = connection.execute(_BY_ID, {"log": self.log, "id": key_id}).first()
        if row is None and self.former is not None:
            return self.former.by_id(connection, key_id)
        if row is None:
            raise UnknownKeyError(f"No key {key_id.hex()[:16]} is in the ledger: it was destroyed, or never was.")
        return row.purpose, self.remembered(key_id, row.purpose, row.wrapped)

    def make(self, connection: Connection, purpose: str, at: int) -> SealingKey:
        """A new primary key of a purpose; the one before it stays active. `at` in UTC microseconds."""
        key = self.draw()
        connection.execute(_DEMOTE, {"of_log": self.log, "of": purpose})
        row = {"id": key.id, "log": self.log, "purpose": purpose, "status": "primary", "created": at}
        connection.execute(insert(KEY), row | self.wrap(key, purpose))
        return key

    def draw(self) -> SealingKey:
        """A new key that is written nowhere yet."""
        return SealingKey.of(self.random(KEY_BYTES))

    def wrap(self, key: SealingKey, purpose: str) -> dict[str, bytes]:
        """The columns of a row that hold the key."""
        nonce = self.random(NONCE_BYTES)
        return {"wrapped": self._kek.wrap(key, self._about(key.id, purpose), nonce), "wrapped_by": self._kek.id}

    def unwrap(self, key_id: bytes, purpose: str, wrapped: bytes) -> SealingKey:
        """The reverse of `wrap`. Raises `WrongKeyError`."""
        return self._kek.unwrap(wrapped, self._about(key_id, purpose), key_id)

    def remembered(self, key_id: bytes, purpose: str, wrapped: bytes) -> SealingKey:
        """`unwrap`, done once for what a row that was just read says."""
        place = (key_id, purpose, wrapped)
        key = self._unwrapped.get(place)
        if key is None:
            key = self._unwrapped[place] = self.unwrap(key_id, purpose, wrapped)
        return key

    def _about(self, key_id: bytes, purpose: str) -> bytes:
        return self.origin.encode() + key_id + purpose.encode()
