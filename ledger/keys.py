"""The key-encryption key, which wraps all other keys and is kept apart from the database.

Guarantees: key material never shows in a `repr` or a message; a key comes out of its wrapping only as what it was
wrapped as (the rows: `ledger.keyring`). The key's text carries the front of its ID, so that a letter lost on the way is
noticed at once, and not as a ledger that does not open.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ledger.errors import CannotOpenError, MalformedError, WrongKeyError
from ledger.keyfile import read_output, read_secret, read_variable
from ledger.sealing import KEY_BYTES, SealingKey, open_apart, seal_apart

_FORM = "cred-kek-1"
_SHORT_ID = 4


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A key of the program's own, kept by the ledger. `id` (32 bytes) commits to `secret` (32 bytes)."""

    id: bytes
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyEncryptionKey:
    """The key that wraps all others. It is kept apart from the database and never stands in it."""

    _key: SealingKey = field(repr=False)

    @property
    def id(self) -> bytes:
        """32 bytes that commit to the key; each wrapped row names it."""
        return self._key.id

    @classmethod
    def generate(cls, random: Callable[[int], bytes]) -> "KeyEncryptionKey":
        """A new key. `random` gives that many unpredictable bytes."""
        return cls(SealingKey.of(random(KEY_BYTES)))

    def to_text(self) -> str:
        """`cred-kek-1+hex(front of the key ID)+base64(key)`. A secret."""
        return f"{_FORM}+{self.id[:_SHORT_ID].hex()}+{base64.b64encode(self._key.secret).decode()}"

    @classmethod
    def from_text(cls, text: str) -> "KeyEncryptionKey":
        """Raises `MalformedError`, which never repeats the text."""
        form, _, rest = text.strip().partition("+")
        claimed, _, encoded = rest.partition("+")
        try:
            secret = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if form != _FORM or len(secret) != KEY_BYTES:
            raise MalformedError(f"This is no key-encryption key: it would be {_FORM}+ID+base64 of 32 bytes.")
        key = cls(SealingKey.of(secret))
        if key.id[:_SHORT_ID].hex() != claimed:
            raise MalformedError("The key-encryption key's ID does not fit it: a letter was lost or changed.")
        return key

    @classmethod
    def read(cls, path: Path) -> "KeyEncryptionKey":
        """From a file of mode 0600. Raises `KeyFileError`."""
        return read_secret(path, cls)

    @classmethod
    def from_command(cls, command: str) -> "KeyEncryptionKey":
        """From what a command prints. Raises `KeyFileError`."""
        return read_output(command, cls)

    @classmethod
    def from_environment(cls, variable: str) -> "KeyEncryptionKey":
        """From the environment, which then no longer has it. Raises `KeyFileError`."""
        return read_variable(variable, cls)

    def wrap(self, key: SealingKey, about: bytes, nonce: bytes) -> bytes:
        """60 bytes: nonce, sealed key, tag. `about` says whose key it is and for what."""
        return seal_apart(self._key, nonce, key.secret, about)

    def unwrap(self, wrapped: bytes, about: bytes, expected: bytes) -> SealingKey:
        """Raises `WrongKeyError`, also where the key that comes out is not the one of the `expected` ID."""
        try:
            key = SealingKey.of(open_apart(self._key, wrapped, about))
        except (CannotOpenError, MalformedError):
            key = None
        if key is None or key.id != expected:
            raise WrongKeyError(
                f"The key {expected.hex()[:16]} does not open under this key-encryption key: "
                "it is not the one that this ledger was made with, or the row was changed."
            )
        return key
