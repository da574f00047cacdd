"""Seal and open: AES-256-GCM (NIST SP 800-38D) under a key that its key ID commits to.

Guarantees: a ciphertext opens under one key only, because whoever opens it looks the key up by an ID that is derived
from it (AES-GCM by itself does not commit to its key); and only as what it was sealed, because the associated data
says whose and what it is. Pure: nonces are arguments, drawn anew by the caller for each sealing.
"""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import CannotOpenError, MalformedError

KEY_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
_KEY_ID_INFO = b"cred-ledger/1 key id"


def key_id(key: bytes) -> bytes:
    """32 bytes that commit to a key: HKDF-Expand-SHA256 (RFC 5869, 2.3; one block) with the ledger's own label."""
    return hmac.digest(key, _KEY_ID_INFO + b"\x01", sha256)


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A 256-bit key at work. It never shows itself."""

    id: bytes
    secret: bytes = field(repr=False)
    _cipher: AESGCM = field(repr=False, compare=False)

    @classmethod
    def of(cls, secret: bytes) -> "SealingKey":
        """Raises `MalformedError` for anything but 32 bytes."""
        if len(secret) != KEY_BYTES:
            raise MalformedError(f"A key has {KEY_BYTES} bytes, this has {len(secret)}.")
        return cls(id=key_id(secret), secret=secret, _cipher=AESGCM(secret))

    def seal(self, nonce: bytes, plain: bytes, about: bytes) -> bytes:
        """Ciphertext and 16-byte tag. `about` is authenticated, not hidden. Never give a nonce twice."""
        return self._cipher.encrypt(nonce, plain, about)

    def open(self, nonce: bytes, sealed: bytes, about: bytes) -> bytes:
        """The plain bytes. Raises `CannotOpenError`, which says no more than that."""
        try:
            return self._cipher.decrypt(nonce, sealed, about)
        except InvalidTag:
            raise CannotOpenError("It does not open under this key: another key, or changed bytes.") from None


def seal_apart(key: SealingKey, nonce: bytes, plain: bytes, about: bytes) -> bytes:
    """`nonce ‖ ciphertext ‖ tag`: for what is kept outside of entries (wrapped keys, people, words)."""
    return nonce + key.seal(nonce, plain, about)


def open_apart(key: SealingKey, sealed: bytes, about: bytes) -> bytes:
    """The reverse of `seal_apart`. Raises `CannotOpenError`."""
    if len(sealed) < NONCE_BYTES + TAG_BYTES:
        raise CannotOpenError("It is too short to be anything sealed.")
    return key.open(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about)


def blind(key: bytes, name: str, value: str) -> bytes:
    """16 bytes to search by, that tell nothing without the key: HMAC-SHA256(key, name ‖ 0x00 ‖ value), its front.

    They show which rows are about the same thing, and how many: never give a field of few values.
    """
    return hmac.digest(key, name.encode() + b"\x00" + value.encode(), sha256)[:16]
