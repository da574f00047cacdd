"""A witness's key, its public half, and cosignatures: C2SP tlog-cosignature, version 1, Ed25519 (keys of type 4).

Guarantees: a cosignature says that at its time the witness knew no longer history of the log than this one, and that
this one continued all that it had seen before; it is made and checked over the very text of the checkpoint. Texts of
keys are those of `ledger.signing`. Formats: c2sp.org/tlog-cosignature and c2sp.org/signed-note.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import BadSignatureError, MalformedError
from ledger.keyfile import read_secret
from ledger.signing import KEY_BYTES, PRIVATE, check_ed25519, check_name, key_from_text, key_id_of, to_base64

_COSIGNATURE_ED25519 = b"\x04"
_TIME_BYTES = 8
_SIGNATURE_BYTES = 64
_LATEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """The public key of a witness, and its name."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """4 bytes that tell the keys of a note apart."""
        return key_id_of(self.name, _COSIGNATURE_ED25519, self.public)

    def to_text(self) -> str:
        """`name+hex(key id)+base64(0x04 ‖ public key)`."""
        return f"{self.name}+{self.id.hex()}+{to_base64(_COSIGNATURE_ED25519 + self.public)}"

    @classmethod
    def from_text(cls, text: str) -> "CosignerKey":
        """Raises `MalformedError`, also where the ID in the text is not the key's own."""
        name, claimed, public = key_from_text(text.strip(), _COSIGNATURE_ED25519, "witness's verifier key")
        key = cls(name, public)
        if key.id.hex() != claimed:
            raise MalformedError("The witness's key ID does not fit its name and key: a letter was lost or changed.")
        return key

    def check(self, text: bytes, cosignature: bytes) -> None:
        """Raises `BadSignatureError`. `text` is that of the checkpoint, without its signatures."""
        check_ed25519(self.name, self.public, _cosigned(text, time_of(cosignature)), cosignature[_TIME_BYTES:])


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The key that a witness signs with. The secret half never shows itself."""

    name: str
    seed: bytes = field(repr=False)

    @classmethod
    def generate(cls, name: str, random: Callable[[int], bytes]) -> "WitnessKey":
        """A new key. `random` gives that many unpredictable bytes. Raises `MalformedError` for a bad name."""
        check_name(name)
        return cls(name, random(KEY_BYTES))

    @property
    def cosigner(self) -> CosignerKey:
        """The public half."""
        return CosignerKey(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    def to_text(self) -> str:
        """`PRIVATE+KEY+name+hex(key id)+base64(0x04 ‖ seed)`. A secret."""
        return f"{PRIVATE}{self.name}+{self.cosigner.id.hex()}+{to_base64(_COSIGNATURE_ED25519 + self.seed)}"

    @classmethod
    def from_text(cls, text: str) -> "WitnessKey":
        """Raises `MalformedError`, which never repeats the text."""
        stripped = text.strip()
        if not stripped.startswith(PRIVATE):
            raise MalformedError(f"This is no witness's key: it would start with {PRIVATE}")
        name, claimed, seed = key_from_text(stripped.removeprefix(PRIVATE), _COSIGNATURE_ED25519, "witness's key")
        key = cls(name, seed)
        if key.cosigner.id.hex() != claimed:
            raise MalformedError("The witness's key ID does not fit its name and key: a letter was lost or changed.")
        return key

    @classmethod
    def read(cls, path: Path) -> "WitnessKey":
        """From a file of mode 0600. Raises `KeyFileError`."""
        return read_secret(path, cls)

    def cosign(self, text: bytes, time: int) -> bytes:
        """72 bytes: time (u64, UTC seconds), signature. Only for a text whose consistency was checked."""
        signature = Ed25519PrivateKey.from_private_bytes(self.seed).sign(_cosigned(text, time))
        return time.to_bytes(_TIME_BYTES, "big") + signature


def time_of(cosignature: bytes) -> int:
    """When it was made, UTC seconds: as good as the witness's clock. Raises `BadSignatureError`."""
    if len(cosignature) != _TIME_BYTES + _SIGNATURE_BYTES:
        raise BadSignatureError(f"A cosignature has {_TIME_BYTES + _SIGNATURE_BYTES} bytes, this {len(cosignature)}.")
    time = int.from_bytes(cosignature[:_TIME_BYTES], "big")
    if time > _LATEST:
        raise BadSignatureError("A cosignature's time is beyond all clocks.")
    return time


def _cosigned(text: bytes, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n".encode() + text
