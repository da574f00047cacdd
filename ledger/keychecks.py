"""What the entries say of the keys, held against the rows of the keys: the part of a verification that is about keys.

Each row opens, is wrapped by the key-encryption key at hand, and has the entry of its creation, at its time; each entry
of a creation has its row; of each purpose the newest key serves; and the log seals under the newest data key, for no
longer than it may. Rows are taken as an attacker may have left them, so no type is presumed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

from ledger.appending import data_key_columns
from ledger.errors import NoLedgerError, WrongKeyError
from ledger.keyring import ENTRIES, INDEX, Keyring
from ledger.opener import Noted

if TYPE_CHECKING:
    from ledger.sealing import SealingKey

_KEYS = text(
    "SELECT id, purpose, status, wrapped, wrapped_by, created FROM ledger_key WHERE log = :log ORDER BY created, id"
)
_HEAD = text("SELECT data_key, data_key_size, data_key_time FROM ledger_log WHERE log = :log")
_GENESIS = 2
"""The entry of the first data key; it serves from entry 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Created:
    """What the entry of a key's creation says. `time` in UTC microseconds."""

    purpose: str
    index: int
    time: int


class KeyChecks:
    """The keys of one log, opened, and what entries say of them."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        """Raises `WrongKeyError` where not one key opens, `NoLedgerError` where there is none."""
        self._keyring = keyring
        self._rows = {blob(row.id): row for row in connection.execute(_KEYS, {"log": keyring.log})}
        self._head = connection.execute(_HEAD, {"log": keyring.log}).one()
        self._keys: dict[bytes, SealingKey] = {}
        self._created: dict[bytes, _Created] = {}
        self._wrapped_by: str | None = None
        for key_id, row in self._rows.items():
            try:
                self._keys[key_id] = keyring.unwrap(key_id, str(row.purpose), blob(row.wrapped))
            except WrongKeyError:
                continue
        if not self._rows:
            raise NoLedgerError("The ledger's keys are gone from this database: nothing can be opened.")
        if not self._keys:
            raise WrongKeyError("Not one key of this ledger opens under the key-encryption key given: it is another's.")

    @property
    def created(self) -> int:
        """How many keys have an entry of their creation."""
        return len(self._created)

    def index_key(self) -> bytes:
        """What blinds the values that are searched by; empty where it is gone."""
        return next((key.secret for key_id, key in self._keys.items() if self._rows[key_id].purpose == INDEX), b"")

    def for_entries(self) -> dict[bytes, bytes]:
        """The data keys by their IDs."""
        return {key_id: key.secret for key_id, key in self._keys.items() if self._rows[key_id].purpose == ENTRIES}

    def note(self, noted: Noted) -> None:
        """What one entry says, if it is about keys."""
        event = noted.event
        if event.kind == "key:created":
            said = _Created(purpose=str(event.body["purpose"]), index=noted.index, time=noted.time)
            self._created[bytes.fromhex(str(event.body["key"]))] = said
        elif event.kind == "key:rewrapped":
            self._wrapped_by = str(event.body["after"])

    def problems(self, *, newest: bool = True) -> Iterator[str]:
        """What does not agree, once every entry was noted.

        The keys of a log that another one continues are wrapped anew with its keys, and by an entry there.
        """
        for key_id, row in self._rows.items():
            yield from self._row(key_id, row)
        for key_id, created in self._created.items():
            if key_id not in self._rows:
                yield f"The key {short(key_id)} for {created.purpose!r} is gone from the table."
        if newest and self._wrapped_by not in (None, self._keyring.kek_id.hex()):
            yield "The newest entry of a new key-encryption key names another than the one given."
        yield from self._serving()

    def _row(self, key_id: bytes, row: Any) -> Iterator[str]:
        created = self._created.get(key_id)
        name = f"{short(key_id)} for {row.purpose!r}"
        if key_id not in self._keys:
            yield f"The row of the key {name} was changed."
        elif created is None or created.purpose != row.purpose:
            yield f"No entry created the key {name}."
        elif row.created != created.time:
            yield f"The row of the key {name} says another time than the entry of its creation."
        elif row.wrapped_by != self._keyring.kek_id:
            yield f"The row of the key {name} says that another key-encryption key wraps it."

    def _serving(self) -> Iterator[str]:
        newest = {created.purpose: key_id for key_id, created in self._created.items()}
        for key_id, row in self._rows.items():
            expected = "primary" if newest.get(row.purpose) == key_id else "active"
            if row.status != expected:
                yield f"The key {short(key_id)} for {row.purpose!r} is called {row.status!r}, but it is {expected}."
        data_key = self._keys.get(newest.get(ENTRIES, b""))
        if data_key is None:
            return
        created = self._created[data_key.id]
        most = data_key_columns(data_key, 0 if created.index == _GENESIS else created.index, created.time)
        if self._head.data_key != data_key.id:
            yield "The log seals under another data key than the newest."
        elif not (
            _at_most(self._head.data_key_size, most["data_key_size"])
            and _at_most(self._head.data_key_time, most["data_key_time"])
        ):
            yield "The log's head lets its data key serve for longer than it may."


def _at_most(value: Any, most: Any) -> bool:
    return isinstance(value, int) and value <= most


def blob(value: Any) -> bytes:
    """A column as an attacker may have left it: what is no blob is none that opens."""
    return value if isinstance(value, bytes) else b""


def short(key_id: bytes) -> str:
    """Enough of an ID to find it by."""
    return key_id.hex()[:16]
