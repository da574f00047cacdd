"""By which key of a client an assertion was signed (RFC 7523, section 3; JWS by PyJWT and cryptography)."""

from collections.abc import Sequence

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from bot.authority.builtin import BuiltinAuthority
from bot.authority.key_sets import KeySets
from bot.domain.client_key import ALGORITHMS, NO_KEY, ClientKey, has_address
from bot.service.logins.assertions import Assertion
from bot.service.logins.authentication import SECRETS_COMPARED
from bot.service.public_key import PublicKey, algorithms, opened

_MOST_TRIED = 4
"""Keys of a JWKS that are tried where an assertion does not say by which of them it was signed."""
_NOBODYS: dict[str, PublicKey] = {
    "EdDSA": Ed25519PrivateKey.from_private_bytes(b"\x01" * 32).public_key(),
    "ES256": derive_private_key(1, SECP256R1()).public_key(),
    "RS256": RSAPublicNumbers(65537, (1 << 2047) + 1).public_key(),
    "PS256": RSAPublicNumbers(65537, (1 << 2047) + 1).public_key(),
}
"""Tried where there is no key, so that it takes as long. What they verify counts for nothing: anybody can make it."""


class Signatures:
    """Implements `bot.service.logins.assertions.SignatureCheck` for the records of the built-in authority."""

    def __init__(self, authority: BuiltinAuthority, key_sets: KeySets) -> None:
        self._authority = authority
        self._key_sets = key_sets
        self._jws = jwt.PyJWS()

    def which(self, client_id: str, assertion: Assertion, records: Sequence[bytes]) -> int | None:
        """The place of the record whose key signed it, or None. No key at all costs the work of two."""
        found: int | None = None
        keys = self._authority.keys_in(client_id, records)
        for place, key in enumerate([*keys, *[NO_KEY] * (SECRETS_COMPARED - len(keys))]):
            if self._signed(assertion, key):
                found = place
        return found

    def _signed(self, assertion: Assertion, key: ClientKey) -> bool:
        candidates = self._candidates(assertion, key)
        tried = [self._verifies(assertion, each) for each in candidates or [_NOBODYS[assertion.algorithm]]]
        return bool(candidates) and any(tried)

    def _candidates(self, assertion: Assertion, key: ClientKey) -> list[PublicKey]:
        if key == NO_KEY or assertion.algorithm not in ALGORITHMS:
            return []
        if has_address(key):
            return self._key_sets.find(key, assertion.key_id, assertion.algorithm)[:_MOST_TRIED]
        only = opened(key)
        return [only] if assertion.algorithm in algorithms(only) else []

    def _verifies(self, assertion: Assertion, key: PublicKey) -> bool:
        try:
            self._jws.decode_complete(assertion.token, key, algorithms=[assertion.algorithm])
        except jwt.PyJWTError:
            return False
        return True
