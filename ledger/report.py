"""What a verification found: numbered steps, each passed or with what is wrong, in words for whoever has to act."""

import base64
from dataclasses import dataclass

from ledger.verified import Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that was checked. `problem` is None where it holds; `found` says what was seen."""

    title: str
    found: str
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The outcome of a verification. What was `verified` counts only if it is `sound`."""

    level: str
    """`keyless` or `with key`; `, anchored` where an outside checkpoint was held against the log; `, witnessed`."""
    verified: Verified
    steps: tuple[Step, ...]

    @property
    def origin(self) -> str:
        """Which log."""
        return self.verified.origin

    @property
    def size(self) -> int:
        """How many entries could be read in order."""
        return self.verified.tree.size

    @property
    def root(self) -> bytes:
        """Of the entries as they were read."""
        return self.verified.tree.root()

    @property
    def sound(self) -> bool:
        """Whether every step passed. A report without steps is none."""
        return bool(self.steps) and all(step.problem is None for step in self.steps)

    def to_text(self) -> str:
        """Some calm lines for a terminal or a file."""
        lines = [f"{self.origin}", f"Checked: {self.level}", ""]
        for number, step in enumerate(self.steps, start=1):
            mark = "✓" if step.problem is None else "✗"
            lines.append(f"  {mark} {number:>2}  {step.title:<12} {step.problem or step.found}")
        lines += ["", f"Size  {self.size}", f"Root  {base64.b64encode(self.root).decode()}", "", self._verdict()]
        return "\n".join(lines)

    def _verdict(self) -> str:
        wrong = [str(number) for number, step in enumerate(self.steps, start=1) if step.problem is not None]
        if self.sound:
            return "The log is sound."
        return f"The log is NOT sound: see step {', '.join(wrong)}. Keep a copy of the database before anything else."
