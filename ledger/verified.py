"""How far a log was verified, so that the next verification reads only what is new: an auditor's own note, kept apart.

Guarantees: the entries before that point are bound by the hashes in the note, so new entries count only as their
continuation; whether the old rows are still what they were is not looked at again. The text has one form:
`cred-ledger-verified-1`, origin, size, time of the newest entry (UTC µs), then one base64 hash a line. Pure.
"""

import re
from dataclasses import dataclass

from ledger.errors import MalformedError
from ledger.merkle import CompactRange
from ledger.signing import check_name, from_base64, to_base64

_FORM = "cred-ledger-verified-1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The tree of the entries that were verified, and the time of the newest of them (UTC µs)."""

    origin: str
    tree: CompactRange
    time: int

    def to_text(self) -> str:
        """A few lines."""
        lines = [_FORM, self.origin, str(self.tree.size), str(self.time), *map(to_base64, self.tree.nodes)]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def from_text(cls, text: str) -> "Verified":
        """Raises `MalformedError`."""
        form, *lines = text.split("\n")
        if form != _FORM or len(lines) < len(("origin", "size", "time", "end")) or lines.pop():
            raise MalformedError(f"This is no note of how far a log was verified: its first line would be {_FORM}.")
        origin, size, time, *nodes = lines
        if _NUMBER.fullmatch(size) is None or _NUMBER.fullmatch(time) is None:
            raise MalformedError("The size and the time in the note are not numbers.")
        check_name(origin)
        tree = CompactRange(int(size), tuple(map(from_base64, nodes)))
        return cls(origin=origin, tree=tree, time=int(time))


NOTHING = Verified(origin="", tree=CompactRange(), time=0)
"""Before the first verification."""
