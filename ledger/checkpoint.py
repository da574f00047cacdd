"""Checkpoints as signed notes: the text that promises a tree's size and root, and the signatures under it.

Guarantees: what is parsed here has exactly one form, so what two readers see is the same; a signature counts only
under the very text that it was made for, by a key of the expected name and ID. Formats: c2sp.org/tlog-checkpoint and
c2sp.org/signed-note; cosignatures are lines like any other. No extension lines. Pure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from ledger.cosigning import WitnessKey
from ledger.errors import BadSignatureError, MalformedError
from ledger.merkle import HASH_BYTES
from ledger.signing import KEY_ID_BYTES, LogKey, VerifierKey, check_name, from_base64, to_base64

_MOST_SIGNATURES = 32
"""C2SP signed-note asks verifiers to accept at least 16."""
_LARGEST = 2**63 - 1
_ED25519_BYTES = 64
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class Verifier(Protocol):
    """Whose signature is asked for: a log's `VerifierKey` or a witness's `CosignerKey`."""

    @property
    def name(self) -> str:
        """Before the signature in its line."""

    @property
    def id(self) -> bytes:
        """4 bytes in front of the signature."""

    def check(self, text: bytes, signature: bytes, /) -> None:
        """Raises `BadSignatureError`."""


class LogVerifier(Protocol):
    """A log's key, or its keys one after another (`ledger.succession`)."""

    @property
    def name(self) -> str:
        """The log's origin."""

    def at(self, size: int) -> VerifierKey:
        """Which signs for the log at a size."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: who says to have signed, with the key's ID before the signature itself."""

    name: str
    key_id: bytes
    value: bytes

    def line(self) -> str:
        """As it stands under the text, with its newline."""
        return f"— {self.name} {to_base64(self.key_id + self.value)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and the signatures under it. None of them is checked by parsing."""

    text: str
    signatures: tuple[Signature, ...]

    def to_text(self) -> str:
        """Text, blank line, one line a signature."""
        return self.text + "\n" + "".join(signature.line() for signature in self.signatures)

    @classmethod
    def from_text(cls, note: str) -> "Note":
        """Raises `MalformedError` for anything that is not a signed note, to the letter."""
        if any(letter < " " and letter != "\n" for letter in note):
            raise MalformedError("A signed note has no control characters but the newline.")
        text, gap, lines = note.rpartition("\n\n")
        if not gap or not text or not lines.endswith("\n"):
            raise MalformedError("A signed note is a text, a blank line and signature lines, each ended by a newline.")
        return cls(text + "\n", signatures_from(lines))

    def check(self, verifier: Verifier) -> None:
        """Raises `BadSignatureError` unless the key signed; signatures by keys that are not asked for say nothing."""
        mine = self.by(verifier)
        if not mine:
            raise BadSignatureError(f"{verifier.name} did not sign this with the key {verifier.id.hex()}.")
        for signature in mine:
            verifier.check(self.text.encode(), signature.value)

    def by(self, verifier: Verifier) -> tuple[Signature, ...]:
        """The lines that claim to be this key's, unchecked."""
        return tuple(s for s in self.signatures if s.name == verifier.name and s.key_id == verifier.id)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A promise: the log of this origin had this root when it had this many entries. `note` carries the signatures."""

    origin: str
    size: int
    root: bytes
    note: Note

    @classmethod
    def sign(cls, key: LogKey, size: int, root: bytes) -> "Checkpoint":
        """Signed by the log itself."""
        text = body(key.origin, size, root)
        signature = Signature(key.origin, key.verifier.id, key.sign(text.encode()))
        return cls(key.origin, size, root, Note(text, (signature,)))

    def cosign(self, key: WitnessKey, time: int) -> Signature:
        """A witness's line for it. `time` in UTC seconds. Only once it was checked to continue what was seen before."""
        return Signature(key.name, key.cosigner.id, key.cosign(self.note.text.encode(), time))

    def with_signatures(self, more: Iterable[Signature]) -> "Checkpoint":
        """Further lines under the same text. Of one key the later stands: a newer cosignature replaces an older."""
        lines = tuple({(line.name, line.key_id): line for line in (*self.note.signatures, *more)}.values())
        return replace(self, note=replace(self.note, signatures=lines))

    def by_the_log_alone(self) -> "Checkpoint":
        """With the one line of the log's own that is newest, which is enough to hold it by."""
        mine = [line for line in self.note.signatures if line.name == self.origin and len(line.value) == _ED25519_BYTES]
        return replace(self, note=replace(self.note, signatures=tuple(mine[-1:])))

    def to_text(self) -> str:
        """The signed note."""
        return self.note.to_text()

    @classmethod
    def from_text(cls, text: str) -> "Checkpoint":
        """The form only: `check` tells whether to believe it. Raises `MalformedError`."""
        note = Note.from_text(text)
        lines = note.text.split("\n")
        if len(lines) != len(("origin", "size", "root", "end")) or _DECIMAL.fullmatch(lines[1]) is None:
            raise MalformedError("A checkpoint is three lines: the log's origin, its size, its root in base64.")
        size, root = int(lines[1]), from_base64(lines[2])
        if size > _LARGEST:
            raise MalformedError(f"A log of {size} entries is none.")
        if len(root) != HASH_BYTES:
            raise MalformedError(f"A root has {HASH_BYTES} bytes, this has {len(root)}.")
        check_name(lines[0])
        return cls(lines[0], size, root, note)

    def check(self, verifier: LogVerifier) -> None:
        """Raises `BadSignatureError` unless the log of this very origin signed it, by the key that was its own then."""
        if self.origin != verifier.name:
            raise BadSignatureError(f"It is a checkpoint of {self.origin}, not of {verifier.name}.")
        self.note.check(verifier.at(self.size))


def body(origin: str, size: int, root: bytes) -> str:
    """The text that signatures cover, its last newline included."""
    return f"{origin}\n{size}\n{to_base64(root)}\n"


def signatures_from(lines: str) -> tuple[Signature, ...]:
    """Signature lines, each ended by a newline. Raises `MalformedError`."""
    if not lines.endswith("\n"):
        raise MalformedError("Signature lines end with a newline.")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > _MOST_SIGNATURES:
        raise MalformedError(f"A note with more than {_MOST_SIGNATURES} signatures is not read.")
    return signatures


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, encoded = rest.partition(" ")
    blob = from_base64(encoded)
    if dash != "—" or len(blob) <= KEY_ID_BYTES:
        raise MalformedError("A signature line is an em dash, a name, and base64 of a key ID and a signature.")
    check_name(name)
    return Signature(name, blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])
