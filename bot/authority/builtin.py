"""The built-in authority: it issues its own client secrets and keeps of each a keyed hash, nothing else.

A record is `pepper key id (32 B) ‖ HMAC-SHA256(pepper, client ID ‖ 0x00 ‖ secret) (32 B)`: it is of one client only, so
that whoever can write the database cannot lend a record of theirs to another credential. A 256-bit random secret needs
no slow hash (NIST SP 800-63B, 5.1.2.2: from 112 bits on, an approved one-way function will do); the pepper lives
wrapped, apart from the rows that it protects.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain import secret_format
from bot.domain.credential import Credential
from bot.domain.ids import ClientId, CredentialId
from bot.ports import Concealed, Entropy, Issued, Order

KEY_ID_LENGTH = 32
_NOBODYS = bytes(2 * KEY_ID_LENGTH)
"""Stands for a record that is not there, so that comparing takes as long; no pepper has an ID of zeros."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pepper:
    """A key that secrets are hashed under. `key_id`: 32 bytes, which the record starts with. `key`: 32 bytes."""

    key_id: bytes
    key: bytes = field(repr=False)


class BuiltinAuthority:
    """Implements `bot.ports.Authority`, and `bot.service.authentication.SecretCheck` for its own records."""

    name = "builtin"

    def __init__(self, peppers: Sequence[Pepper], entropy: Entropy) -> None:
        """New records are made under the first pepper; those under the others go on working."""
        if not peppers or any(len(p.key_id) != KEY_ID_LENGTH or not any(p.key_id) for p in peppers):
            raise ValueError("The built-in authority needs a pepper, and each needs an ID of 32 bytes, not all zero.")
        self._newest = peppers[0]
        self._peppers = {pepper.key_id: pepper.key for pepper in peppers}
        self._entropy = entropy

    def issue(self, order: Order) -> Issued:  # noqa: ARG002 - an authority elsewhere is told; here the rows know it all
        """A new client ID with its first secret."""
        return self.mint_for(ClientId(str(self._entropy.uuid())))

    def reissue(self, credential: Credential) -> Issued:
        """Another secret for the same client ID: in place of one that nobody confirmed, or beside one that works."""
        return self.mint_for(credential.client_id)

    def remove_orphan(self, correlation: CredentialId) -> bool:  # noqa: ARG002 - there is nowhere to look it up
        """Nothing of an order lives outside our own database, so a lost one leaves nothing behind."""
        return False

    def which(self, client_id: str, presented: Concealed, records: Sequence[bytes]) -> int | None:
        """The place of the record that was made of this secret for this client, or None.

        The secret is hashed under every pepper and compared with every record, whichever matches: so the time is the
        same for any records of a number, and a caller that has none (an empty record is nobody's) costs the same.
        """
        digests = [key_id + _hash(key, client_id, presented) for key_id, key in self._peppers.items()]
        found: int | None = None
        for place, record in enumerate(records):
            for digest in digests:
                if hmac.compare_digest(digest, record or _NOBODYS):
                    found = place
        return found

    def mint_for(self, client_id: ClientId) -> Issued:
        """A new secret for a client ID."""
        secret = Concealed(secret_format.mint(self._entropy.token))
        record = self._newest.key_id + _hash(self._newest.key, client_id, secret)
        return Issued(client_id=client_id, secret=secret, record=record)


def _hash(pepper: bytes, client_id: str, secret: Concealed) -> bytes:
    return hmac.digest(pepper, client_id.encode() + b"\x00" + secret.disclose().encode(), "sha256")
