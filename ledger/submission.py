"""What a log sends to a witness: an older size, the proof that it was continued, and the checkpoint to be cosigned.

Guarantees: what is parsed has exactly one form. Format: the body of `add-checkpoint`, c2sp.org/tlog-witness. Pure.
"""

import re
from dataclasses import dataclass

from ledger.checkpoint import Checkpoint
from ledger.errors import MalformedError
from ledger.merkle import LONGEST_PROOF
from ledger.proof import hashes_from
from ledger.signing import to_base64

LONGEST = 64 * 1024
"""Bytes of a body that are read: 63 hashes and a checkpoint with all its signatures take a third of it."""
_OLD = re.compile(r"old (0|[1-9][0-9]{0,18})", re.ASCII)
_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\n", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Nothing of it is checked by parsing."""

    old: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def to_text(self) -> str:
        """The body of the request. Raises `MalformedError` for a proof of more than 63 hashes."""
        if len(self.path) > LONGEST_PROOF:
            raise MalformedError(f"A witness takes {LONGEST_PROOF} hashes at most.")
        return "\n".join([f"old {self.old}", *map(to_base64, self.path), "", self.checkpoint.to_text()])

    @classmethod
    def from_text(cls, text: str) -> "Submission":
        """Raises `MalformedError`."""
        head, _, checkpoint = text.partition("\n\n")
        first, *lines = head.split("\n")
        old = _OLD.fullmatch(first)
        if old is None:
            raise MalformedError("The first line would be `old` and a size.")
        return cls(old=int(old[1]), path=hashes_from(lines), checkpoint=Checkpoint.from_text(checkpoint))


def size_from(body: str) -> int:
    """The size that a witness answers with 409. Raises `MalformedError`."""
    size = _SIZE.fullmatch(body)
    if size is None:
        raise MalformedError("The witness answered a conflict without the size that it has seen.")
    return int(size[1])
