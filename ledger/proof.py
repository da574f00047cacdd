"""The proof that an entry is in the log, as a file that anybody can check without the log: C2SP tlog-proof.

Guarantees: what is parsed has exactly one form; a proof holds only if its entry is the one that the checkpoint's tree
has in that place, and the entry itself says that place. The entry travels in the `extra` line, sealed as it is, so the
file is all that a check needs beside the log's verifier key. Format: c2sp.org/tlog-proof. Pure.
"""

import re
from dataclasses import dataclass

from ledger.checkpoint import Checkpoint
from ledger.entry import Header
from ledger.errors import BadProofError, MalformedError
from ledger.merkle import HASH_BYTES, LONGEST_PROOF, check_inclusion, leaf_hash
from ledger.signing import VerifierKey, from_base64, to_base64

SUFFIX = ".tlog-proof"
_FORM = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})", re.ASCII)
_EXTRA = "extra "


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProof:
    """One entry, its place, and the hashes that lead from it to the checkpoint's root. Nothing is checked by parsing.

    `entry` is None where a proof came without one: then the entry's leaf hash must be had from elsewhere.
    """

    index: int
    entry: bytes | None
    path: tuple[bytes, ...]
    checkpoint: Checkpoint

    def to_text(self) -> str:
        """The file."""
        extra = [] if self.entry is None else [_EXTRA + to_base64(self.entry)]
        lines = [_FORM, *extra, f"index {self.index}", *map(to_base64, self.path), "", self.checkpoint.to_text()]
        return "\n".join(lines)

    @classmethod
    def from_text(cls, text: str) -> "EntryProof":
        """The form only: `check` tells whether to believe it. Raises `MalformedError`."""
        head, _, checkpoint = text.partition("\n\n")
        form, *lines = head.split("\n")
        if form != _FORM or not lines:
            raise MalformedError(f"This is no proof: its first line would be {_FORM}.")
        entry = from_base64(lines.pop(0).removeprefix(_EXTRA)) if lines[0].startswith(_EXTRA) else None
        place = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if place is None:
            raise MalformedError("The proof does not say which entry it is about.")
        return cls(
            index=int(place[1]), entry=entry, path=hashes_from(lines), checkpoint=Checkpoint.from_text(checkpoint)
        )

    def check(self, verifier: VerifierKey) -> Header:
        """The entry's header, once all of it holds. Raises `BadSignatureError`, `BadProofError`, `MalformedError`."""
        self.checkpoint.check(verifier)
        if self.entry is None:
            raise BadProofError("The proof comes without its entry, so there is nothing that it could prove.")
        check_inclusion(leaf_hash(self.entry), self.index, self.checkpoint.size, self.path, self.checkpoint.root)
        header = Header.from_bytes(self.entry)
        if header.index != self.index:
            raise BadProofError(f"The entry in place {self.index} says that it is entry {header.index}.")
        return header


def hashes_from(lines: list[str]) -> tuple[bytes, ...]:
    """One hash a line, in base64. Raises `MalformedError`, also for more than any tree of this format has."""
    hashes = tuple(map(from_base64, lines))
    if len(hashes) > LONGEST_PROOF or any(len(hashed) != HASH_BYTES for hashed in hashes):
        raise MalformedError(f"A proof is at most {LONGEST_PROOF} hashes of {HASH_BYTES} bytes, one a line.")
    return hashes
