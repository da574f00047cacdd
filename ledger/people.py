"""People: who stands behind a person ID, and what they typed, each under a key of that person's own.

Guarantees: entries hold random IDs, never a name; to destroy somebody's row is to destroy who they were and every word
they typed, while all proofs stay. The entry `person:registered` commits to who it is and to their key, so that nobody
can put another person behind an ID unseen: SHA-256(nonce 32 B ‖ team ‖ 0x00 ‖ user).
"""

import base64
import binascii
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, bindparam, delete, func, insert, select

from ledger.appending import Appender
from ledger.entry import Event
from ledger.errors import CannotOpenError, MalformedError, UnknownKeyError, UnknownPersonError
from ledger.keyring import PERSON as PURPOSE
from ledger.keyring import Keyring
from ledger.sealing import NONCE_BYTES, SealingKey, open_apart, seal_apart
from ledger.statements import Prepared
from ledger.tables import PERSON, TERM, lock_head

_ID_BYTES = 16
_COMMITMENT_NONCE_BYTES = 32
_WORDS_VERSION = b"\x01"

_BY_LOOKUP = Prepared(
    select(PERSON.c.person).where(PERSON.c.log == bindparam("log"), PERSON.c.lookup == bindparam("lookup"))
)
_BY_ID = select(PERSON.c.key, PERSON.c.wrapped, PERSON.c.sealed).where(
    PERSON.c.log == bindparam("log"), PERSON.c.person == bindparam("person")
)
_COUNT = select(func.count()).where(PERSON.c.log == bindparam("log"))
_ERASE = delete(PERSON).where(PERSON.c.log == bindparam("of_log"), PERSON.c.person == bindparam("id"))
_ERASE_TERMS = delete(TERM).where(TERM.c.log == bindparam("of_log"), TERM.c.term == bindparam("of"))


class PersonRow(NamedTuple):
    """What of a person's row is needed to know who it is: ID of their key, that key wrapped, who they are sealed."""

    key: bytes
    wrapped: bytes
    sealed: bytes


class Identity(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a person's row seals."""

    team: str
    user: str
    nonce: bytes

    def commitment(self) -> bytes:
        """What the ledger's entry says of it; it tells nothing without the nonce."""
        return sha256(self.nonce + _joined(self.team, self.user).encode()).digest()


class People:
    """The people of one log, and of those that it continues: who was registered once stays who they are."""

    def __init__(self, keyring: Keyring, appender: Appender, random: Callable[[int], bytes]) -> None:
        self._keyring = keyring
        self._appender = appender
        self._random = random

    def person(self, connection: Connection, team: str, user: str, at: int) -> str:
        """The ID of somebody, who is registered on first sight. `at` in UTC microseconds."""
        found = self.find(connection, team, user)
        if found is None:
            lock_head(connection, self._keyring.log)
            found = self.find(connection, team, user)  # or another process was first
        if found is not None:
            return found
        return self._register(connection, Identity(team, user, self._random(_COMMITMENT_NONCE_BYTES)), at)

    def find(self, connection: Connection, team: str, user: str) -> str | None:
        """The ID of somebody; None where they were never registered, or erased."""
        lookup = self._appender.term(*searched_as(team, user))
        for ring in self._keyring.lineage():
            found = _BY_LOOKUP.first(connection, {"log": ring.log, "lookup": lookup})
            if found is not None:
                return bytes(found[0]).hex()
        return None

    def count(self, connection: Connection) -> int:
        """How many there are."""
        return sum(connection.execute(_COUNT, {"log": ring.log}).scalar_one() for ring in self._keyring.lineage())

    def who(self, connection: Connection, person: str) -> tuple[str, str] | None:
        """Team and user; None where the person was erased or is unknown."""
        found = self._found(connection, person)
        if found is None:
            return None
        identity = open_identity(found.ring, person, found.row)
        return identity.team, identity.user

    def seal_words(self, connection: Connection, person: str, words: str) -> str:
        """Base64url of `1 ‖ nonce ‖ ciphertext ‖ tag`. Raises `UnknownKeyError` for a person who has no key."""
        found = self._found(connection, person)
        if found is None:
            raise UnknownKeyError(f"The person {person} is not registered, or was erased: nothing can be sealed.")
        sealed = seal_apart(found.key(), self._random(NONCE_BYTES), words.encode(), _about(found.ring, person, "words"))
        return base64.urlsafe_b64encode(_WORDS_VERSION + sealed).rstrip(b"=").decode()

    def open_words(self, connection: Connection, sealed: str, person: str) -> str | None:
        """What they typed; None where the person was erased. Raises `MalformedError`, `CannotOpenError`."""
        blob = _unpacked(sealed)
        found = self._found(connection, person)
        return None if found is None else open_apart(found.key(), blob, _about(found.ring, person, "words")).decode()

    def erase(self, connection: Connection, person: str, at: int) -> None:
        """Destroys who they are, what they typed and what finds them, with an entry. Raises `UnknownPersonError`.

        The entries that name them stay, and so do all proofs. The bytes are gone from the file once
        `ledger.tables.scrub` was called after the commit.
        """
        found = self._found(connection, person)
        if found is None:
            raise UnknownPersonError(f"There is no person {person}: they were erased already, or never registered.")
        connection.execute(_ERASE, {"of_log": found.ring.log, "id": bytes.fromhex(person)})
        term = self._appender.term("person", person)
        for ring in self._keyring.lineage():
            connection.execute(_ERASE_TERMS, {"of_log": ring.log, "of": term})
        event = Event(kind="person:erased", actor=None, via="ledger", body={"person": person})
        self._appender.append(connection, event, at)

    def _register(self, connection: Connection, identity: Identity, at: int) -> str:
        person, lookup = self._random(_ID_BYTES), self._appender.term(*searched_as(identity.team, identity.user))
        key = self._keyring.draw()
        plain = msgspec.msgpack.encode(identity)
        sealed = seal_apart(key, self._random(NONCE_BYTES), plain, _about(self._keyring, person.hex(), "who"))
        row = {"log": self._keyring.log, "person": person, "lookup": lookup, "key": key.id, "sealed": sealed}
        connection.execute(insert(PERSON), row | self._keyring.wrap(key, PURPOSE))
        body = {"person": person.hex(), "commitment": identity.commitment().hex(), "key": key.id.hex()}
        index = (("person", person.hex()),)
        event = Event(kind="person:registered", actor=None, via="ledger", body=body, index=index)
        self._appender.append(connection, event, at)
        return person.hex()

    def _found(self, connection: Connection, person: str) -> "_Found | None":
        try:
            sought = bytes.fromhex(person)
        except ValueError:
            return None
        for ring in self._keyring.lineage():
            row = connection.execute(_BY_ID, {"log": ring.log, "person": sought}).first()
            if row is not None:
                return _Found(ring, PersonRow(*row))
        return None


class _Found(NamedTuple):
    """A person's row, and the keys of the log that they were registered in."""

    ring: Keyring
    row: PersonRow

    def key(self) -> SealingKey:
        """The person's own."""
        return self.ring.unwrap(self.row.key, PURPOSE, self.row.wrapped)


def open_identity(keyring: Keyring, person: str, row: PersonRow) -> Identity:
    """Who a row says they are. Raises `WrongKeyError`, `CannotOpenError`."""
    key = keyring.unwrap(row.key, PURPOSE, row.wrapped)
    return msgspec.msgpack.decode(open_apart(key, row.sealed, _about(keyring, person, "who")), type=Identity)


def searched_as(team: str, user: str) -> tuple[str, str]:
    """Name and value that a person's row is found by, blinded."""
    return "who", _joined(team, user)


def _about(keyring: Keyring, person: str, what: str) -> bytes:
    return keyring.origin.encode() + bytes.fromhex(person) + what.encode()


def _joined(team: str, user: str) -> str:
    if "\0" in team:
        raise MalformedError("A team's ID has no NUL in it.")
    return f"{team}\0{user}"


def _unpacked(sealed: str) -> bytes:
    try:
        blob = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("Sealed words are base64url; these are not.") from None
    if blob[:1] != _WORDS_VERSION:
        raise CannotOpenError("These sealed words are of a version that this program does not know.")
    return blob[1:]
