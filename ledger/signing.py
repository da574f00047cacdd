"""The log's signing key and its public half, and their texts: C2SP signed-note keys of type 1, Ed25519 (RFC 8032).

Guarantees: a key's text has one form and carries the key's ID, so a letter lost on the way is noticed; the secret half
never shows in a `repr` or a message; a witness's key (`ledger.cosigning`, type 4) is never taken for a log's. Formats:
c2sp.org/signed-note; the secret key's text is the one that golang.org/x/mod/sumdb/note writes. A key's name is the
origin of the log that it signs.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ledger.errors import BadSignatureError, MalformedError
from ledger.keyfile import read_output, read_public, read_secret

KEY_ID_BYTES = 4
KEY_BYTES = 32
PRIVATE = "PRIVATE+KEY+"
_ED25519 = b"\x01"
_LONGEST_NAME = 255


def check_name(name: str) -> None:
    """Raises `MalformedError` for a name that a signed note cannot carry: empty, too long, with a space or a plus."""
    fits = 0 < len(name.encode()) <= _LONGEST_NAME and name.isprintable()
    if not fits or "+" in name or any(letter.isspace() for letter in name):
        raise MalformedError(
            f"{name!r} cannot name a log: 1 to {_LONGEST_NAME} bytes, no space, no plus (say ledger.example.com/cred)."
        )


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public Ed25519 key and the name that it signs for."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """4 bytes that tell the keys of a note apart: SHA-256(name ‖ 0x0A ‖ type ‖ public key), their front."""
        return key_id_of(self.name, _ED25519, self.public)

    def at(self, size: int) -> "VerifierKey":  # noqa: ARG002 - keys that follow one another tell (`ledger.succession`)
        """This one, whatever the log's size."""
        return self

    def to_text(self) -> str:
        """`name+hex(key id)+base64(type ‖ public key)`: what an auditor is given."""
        return f"{self.name}+{self.id.hex()}+{to_base64(_ED25519 + self.public)}"

    @classmethod
    def from_text(cls, text: str) -> "VerifierKey":
        """Raises `MalformedError`, also where the ID in the text is not the key's own."""
        name, claimed, key = key_from_text(text.strip(), _ED25519, "verifier key")
        verifier = cls(name, key)
        if verifier.id.hex() != claimed:
            raise MalformedError("The verifier key's ID does not fit its name and key: a letter was lost or changed.")
        return verifier

    @classmethod
    def read(cls, path: Path) -> "VerifierKey":
        """From its file; it is public, so the mode does not matter. Raises `KeyFileError`."""
        return read_public(path, cls)

    def check(self, text: bytes, signature: bytes) -> None:
        """Raises `BadSignatureError`."""
        check_ed25519(self.name, self.public, text, signature)


@dataclass(frozen=True, slots=True)
class LogKey:
    """The Ed25519 key that signs checkpoints. Its name is the log's origin. The secret half never shows itself."""

    origin: str
    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls, origin: str, random: Callable[[int], bytes]) -> "LogKey":
        """A new key. `random` gives that many unpredictable bytes. Raises `MalformedError` for a bad origin."""
        check_name(origin)
        return cls(origin, random(KEY_BYTES))

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.origin, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def named(self, origin: str) -> "LogKey":
        """The same key for a log that goes on under another origin: by its name it is another key, with another ID."""
        check_name(origin)
        return LogKey(origin, self.seed)

    def to_text(self) -> str:
        """`PRIVATE+KEY+name+hex(key id)+base64(type ‖ seed)`. A secret."""
        return f"{PRIVATE}{self.origin}+{self.verifier.id.hex()}+{to_base64(_ED25519 + self.seed)}"

    @classmethod
    def from_text(cls, text: str) -> "LogKey":
        """Raises `MalformedError`, which never repeats the text."""
        stripped = text.strip()
        if not stripped.startswith(PRIVATE):
            raise MalformedError(f"This is no log key: it would start with {PRIVATE}")
        name, claimed, seed = key_from_text(stripped.removeprefix(PRIVATE), _ED25519, "log key")
        key = cls(name, seed)
        if key.verifier.id.hex() != claimed:
            raise MalformedError("The log key's ID does not fit its name and key: a letter was lost or changed.")
        return key

    @classmethod
    def read(cls, path: Path) -> "LogKey":
        """From a file of mode 0600. Raises `KeyFileError`."""
        return read_secret(path, cls)

    @classmethod
    def from_command(cls, command: str) -> "LogKey":
        """From what a command prints. Raises `KeyFileError`."""
        return read_output(command, cls)

    def sign(self, text: bytes) -> bytes:
        """64 bytes (RFC 8032)."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(text)


def key_id_of(name: str, kind: bytes, public: bytes) -> bytes:
    """SHA-256(name ‖ 0x0A ‖ type ‖ public key), its front."""
    return sha256(name.encode() + b"\n" + kind + public).digest()[:KEY_ID_BYTES]


def check_ed25519(name: str, public: bytes, text: bytes, signature: bytes) -> None:
    """Raises `BadSignatureError` in the name of whoever should have signed."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
    except (InvalidSignature, ValueError):
        raise BadSignatureError(f"The signature of {name} does not fit the text.") from None


def key_from_text(text: str, kind: bytes, what: str) -> tuple[str, str, bytes]:
    """Name, claimed key ID and 32 bytes of `name+ID+base64(type ‖ bytes)`. Raises `MalformedError`."""
    name, _, rest = text.partition("+")
    claimed, _, encoded = rest.partition("+")
    try:
        check_name(name)
        blob = from_base64(encoded)
    except MalformedError:
        raise MalformedError(f"This is no {what}: it would be name+ID+base64.") from None
    if blob[:1] != kind or len(blob) != 1 + KEY_BYTES:
        raise MalformedError(f"This {what} is not of the one kind read here, Ed25519 (type {kind[0]}, 32 bytes).")
    return name, claimed, blob[1:]


def to_base64(blob: bytes) -> str:
    """Standard alphabet, padded."""
    return base64.b64encode(blob).decode()


def from_base64(text: str) -> bytes:
    """The reverse, of the one form only. Raises `MalformedError`."""
    try:
        blob = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("A part that should be base64 is not.") from None
    if to_base64(blob) != text:  # the decoder forgives stray bits after the last byte; two texts, one meaning
        raise MalformedError("A part that should be base64 is not in its one form.")
    return blob
