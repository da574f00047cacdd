"""The built-in authority: it issues its own client secrets and keeps of each a keyed hash, nothing else.

A record is `pepper key id (32 B) ‖ HMAC-SHA256(pepper, client ID ‖ 0x00 ‖ secret) (32 B)`: it is of one client only, so
that whoever can write the database cannot lend a record of theirs to another credential. A 256-bit random secret needs
no slow hash (NIST SP 800-63B, 5.1.2.2: from 112 bits on, an approved one-way function will do); the pepper lives
wrapped, apart from the rows that it protects.

Of a client with a key of its own it is `pepper key id ‖ HMAC-SHA256(pepper, client ID ‖ 0x01 ‖ key) ‖ key`, so that
nobody who can only write the database can put another key there.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain import secret_format
from bot.domain.client_key import NO_KEY, ClientKey
from bot.domain.credential import Credential
from bot.domain.ids import ClientId, CredentialId
from bot.ports import Concealed, Entropy, Issued, Order

KEY_ID_LENGTH = 32
_HEAD = 2 * KEY_ID_LENGTH
"""Bytes before a key."""
_SECRET, _KEY = b"\x00", b"\x01"
"""Between a client ID and what is its own: so that a record of the one kind is never one of the other."""
_NOBODYS = bytes(_HEAD)
"""Stands for a record that is not there, so that comparing takes as long; no pepper has an ID of zeros."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pepper:
    """A key that secrets are hashed under. `key_id`: 32 bytes, which the record starts with. `key`: 32 bytes."""

    key_id: bytes
    key: bytes = field(repr=False)


class BuiltinAuthority:
    """Implements `bot.ports.Authority`, and `bot.service.logins.authentication.SecretCheck` for its own records."""

    name = "builtin"

    def __init__(self, peppers: Sequence[Pepper], entropy: Entropy) -> None:
        """New records are made under the first pepper; those under the others go on working."""
        if not peppers or any(len(p.key_id) != KEY_ID_LENGTH or not any(p.key_id) for p in peppers):
            raise ValueError("The built-in authority needs a pepper, and each needs an ID of 32 bytes, not all zero.")
        self._newest = peppers[0]
        self._peppers = {pepper.key_id: pepper.key for pepper in peppers}
        self._entropy = entropy

    def issue(self, order: Order) -> Issued:
        """A new client ID with its first secret, or its key."""
        return self.mint_for(ClientId(str(self._entropy.uuid())), order.key)

    def reissue(self, credential: Credential, key: ClientKey = NO_KEY) -> Issued:
        """Another secret for the same client ID: in place of one that nobody confirmed, or beside one that works."""
        return self.mint_for(credential.client_id, key)

    def remove_orphan(self, correlation: CredentialId) -> bool:  # noqa: ARG002 - there is nowhere to look it up
        """Nothing of an order lives outside our own database, so a lost one leaves nothing behind."""
        return False

    def which(self, client_id: str, presented: Concealed, records: Sequence[bytes]) -> int | None:
        """The place of the record that was made of this secret for this client, or None.

        The secret is hashed under every pepper and compared with every record, whichever matches: so the time is the
        same for any records of a number, and a caller that has none (an empty record is nobody's) costs the same.
        """
        told = client_id.encode() + _SECRET + presented.disclose().encode()
        digests = [key_id + _hash(key, told) for key_id, key in self._peppers.items()]
        found: int | None = None
        for place, record in enumerate(records):
            for digest in digests:
                if hmac.compare_digest(digest, record or _NOBODYS):
                    found = place
        return found

    def keys_in(self, client_id: str, records: Sequence[bytes]) -> list[ClientKey]:
        """Of each record the key that it binds to this client; `NO_KEY` of one that binds none, or is another's."""
        return [self._key_in(client_id, record) for record in records]

    def mint_for(self, client_id: ClientId, key: ClientKey = NO_KEY) -> Issued:
        """A new secret for a client ID, or the record of its key."""
        secret = None if key else Concealed(secret_format.mint(self._entropy.token))
        told = key.encode() if secret is None else secret.disclose().encode()
        bound = client_id.encode() + (_SECRET if secret else _KEY) + told
        record = self._newest.key_id + _hash(self._newest.key, bound) + key.encode()
        return Issued(client_id=client_id, secret=secret, record=record)

    def _key_in(self, client_id: str, record: bytes) -> ClientKey:
        pepper, key = self._peppers.get(record[:KEY_ID_LENGTH]), record[_HEAD:]
        if pepper is None or not key:
            return NO_KEY
        expected = _hash(pepper, client_id.encode() + _KEY + key)
        return ClientKey(key.decode()) if hmac.compare_digest(expected, record[KEY_ID_LENGTH:_HEAD]) else NO_KEY


def _hash(pepper: bytes, told: bytes) -> bytes:
    return hmac.digest(pepper, told, "sha256")
