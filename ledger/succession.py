"""A log's key that was replaced by another: how the old one vouches for the new, and how a verifier follows.

The checkpoint at which it happens is signed by both, and carries one line more, of a signature type for experiments
(C2SP signed-note, 0xff), which readers pass over that do not know it:

    key id   SHA-256(name ‖ 0x0A ‖ 0xff ‖ "cred-ledger/1 successor"), its front
    value    old public key 32 B ‖ new public key 32 B ‖ signature by the old 64 B ‖ signature by the new 64 B
    signed   "cred-ledger/1 successor" ‖ 0x0A ‖ old public key ‖ new public key ‖ the checkpoint's text

Guarantees: who trusts one key of a log comes to the others in this way only, forwards and backwards; a checkpoint
counts only under the key that was the log's at its size. So an old key that leaks later signs nothing that is taken for
new. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from ledger.checkpoint import Checkpoint, Signature
from ledger.errors import BadSignatureError
from ledger.signing import KEY_BYTES, LogKey, VerifierKey, check_ed25519, key_id_of, to_base64

_LABEL = b"cred-ledger/1 successor"
_SIGNATURE_BYTES = 64
_LONG = 2 * (KEY_BYTES + _SIGNATURE_BYTES)


@dataclass(frozen=True, slots=True)
class _Voucher:
    """One key followed another at a size of the log."""

    size: int
    old: VerifierKey
    new: VerifierKey


def sign_over(old: LogKey, new: LogKey, size: int, root: bytes) -> Checkpoint:
    """The checkpoint at which `new` takes over, both of one origin: signed by both, with what they vouch for."""
    checkpoint = Checkpoint.sign(old, size, root)
    text = checkpoint.note.text.encode()
    said = _said(old.verifier.public, new.verifier.public, text)
    value = old.verifier.public + new.verifier.public + old.sign(said) + new.sign(said)
    mine = Signature(new.origin, new.verifier.id, new.sign(text))
    return checkpoint.with_signatures([mine, Signature(new.origin, _line_id(new.origin), value)])


def voucher_front(origin: str) -> str:
    """How the line of a voucher begins, whatever it says: base64 of the key ID, as far as that alone decides it."""
    return f"— {origin} {to_base64(_line_id(origin))[:5]}"


@dataclass(frozen=True, slots=True)
class Succession:
    """The keys of one log, each with the size at which it took over; in place of a `VerifierKey` where one is asked."""

    keys: tuple[tuple[int, VerifierKey], ...]

    @classmethod
    def follow(cls, trusted: VerifierKey, checkpoints: Iterable[Checkpoint]) -> "Succession":
        """From a key that is trusted to those that it vouches for, and that vouch for it, in the log's checkpoints."""
        vouchers = sorted(filter(None, map(_voucher_in, checkpoints)), key=lambda voucher: voucher.size)
        keys = [(0, trusted)]
        for voucher in vouchers:
            if voucher.old == keys[-1][1]:
                keys.append((voucher.size, voucher.new))
        for voucher in reversed(vouchers):
            if voucher.new == keys[0][1]:
                keys[0] = (voucher.size, voucher.new)
                keys.insert(0, (0, voucher.old))
        return cls(tuple(keys))

    @property
    def name(self) -> str:
        """The log's origin."""
        return self.newest.name

    @property
    def first(self) -> VerifierKey:
        """The key that the log was begun with."""
        return self.keys[0][1]

    @property
    def newest(self) -> VerifierKey:
        """The key that signs it now."""
        return self.keys[-1][1]

    def at(self, size: int) -> VerifierKey:
        """The key that signed for the log at a size."""
        return next(key for since, key in reversed(self.keys) if since <= size)

    def changes(self) -> list[tuple[str, str]]:
        """Each old key and the one that followed, as texts."""
        texts = [key.to_text() for _, key in self.keys]
        return list(pairwise(texts))


def _voucher_in(checkpoint: Checkpoint) -> _Voucher | None:
    """None where there is none, or none that both keys signed."""
    line_id = _line_id(checkpoint.origin)
    for line in checkpoint.note.signatures:
        if (line.name, line.key_id, len(line.value)) != (checkpoint.origin, line_id, _LONG):
            continue
        keys, signatures = line.value[: 2 * KEY_BYTES], line.value[2 * KEY_BYTES :]
        old, new = (VerifierKey(checkpoint.origin, key) for key in (keys[:KEY_BYTES], keys[KEY_BYTES:]))
        said = _said(old.public, new.public, checkpoint.note.text.encode())
        try:
            check_ed25519(old.name, old.public, said, signatures[:_SIGNATURE_BYTES])
            check_ed25519(new.name, new.public, said, signatures[_SIGNATURE_BYTES:])
        except BadSignatureError:
            return None
        return _Voucher(checkpoint.size, old, new)
    return None


def _said(old: bytes, new: bytes, text: bytes) -> bytes:
    return _LABEL + b"\n" + old + new + text


def _line_id(origin: str) -> bytes:
    return key_id_of(origin, b"\xff" + _LABEL, b"")
