"""The logs of one database, each the continuation of the one before it (`ledger.lineage`): what they tell together.

Whoever was registered in one acts in the next, and may be erased there; the key that blinds is the first one's. And a
log that continues another one says what that was: here this is held against what stands of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Self

from sqlalchemy import Connection, Table, func, select, text

from ledger.checkpoint import Checkpoint
from ledger.errors import LedgerError
from ledger.opening import keys_of
from ledger.report import Report, Step
from ledger.signing import VerifierKey, to_base64
from ledger.succession import Succession
from ledger.tables import CHECKPOINT, ENTRY, KEY, LOG, PERSON, TERM

_LOGS = text("SELECT log, verifier FROM ledger_log ORDER BY log")
_LIVING = text("SELECT person FROM ledger_person")
_FIRST_NOTE = text("SELECT note FROM ledger_checkpoint WHERE log = :log ORDER BY size LIMIT 1")


_OWNED: Mapping[str, Table] = {
    "entries": ENTRY,
    "checkpoints": CHECKPOINT,
    "search rows": TERM,
    "keys": KEY,
    "people": PERSON,
}


class Relative(NamedTuple):
    """A log of the database, and its keys: from the one that is trusted, or that the database names for it."""

    log: int
    keys: Succession


@dataclass(slots=True, kw_only=True)
class Relatives:
    """All of them, the oldest first, and what their entries said so far."""

    logs: tuple[Relative, ...]
    living: frozenset[str] = frozenset()
    """Whose rows are there, in whichever log they were registered."""
    index_key: bytes = b""
    registered: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Commitment and key of each person."""
    erased: set[str] = field(default_factory=set)
    continued: dict[int, Mapping[str, object]] = field(default_factory=dict)
    """What entry 0 of each log says that continues another."""

    @classmethod
    def read(cls, connection: Connection, log: int, verifier: VerifierKey) -> Self:
        """`verifier`: the trusted key of one of them. Raises `MalformedError` where another has no key."""
        rows = connection.execute(_LOGS).all()
        logs = [
            Relative(row.log, keys_of(connection, row.log, verifier if row.log == log else _named(row.verifier)))
            for row in rows
        ]
        people = connection.execute(_LIVING).scalars()
        return cls(logs=tuple(logs), living=frozenset(p.hex() for p in people if isinstance(p, bytes)))

    def get(self, log: int) -> Relative:
        """The one of that number."""
        return next(relative for relative in self.logs if relative.log == log)

    def before(self, log: int) -> tuple[Relative, ...]:
        """Those that it continues, the oldest first."""
        return tuple(relative for relative in self.logs if relative.log < log)

    def is_newest(self, log: int) -> bool:
        """Whether nothing continues it."""
        return log == self.logs[-1].log

    def begins_as(self, log: int) -> str:
        """The kind of its entry 0."""
        return "log:opened" if log == self.logs[0].log else "log:continued"


def with_relatives(connection: Connection, relatives: Relatives, reports: Sequence[Report], log: int) -> Report:
    """One log's report, with a step for each of the others that were verified with it, and for where they meet.

    `reports`: of the oldest log, and of those after it, in their order.
    """
    steps, mine = [], reports[0]
    for place, (relative, report) in enumerate(zip(relatives.logs, reports, strict=False)):
        if relative.log == log:
            mine = report
        else:
            wrong = next((step.problem for step in report.steps if step.problem is not None), None)
            problem = None if wrong is None else f"{report.origin}: {wrong}"
            title = "Former log" if relative.log < log else "Later log"
            steps.append(Step(title=title, found=f"{report.origin}, {report.size} entries, sound", problem=problem))
        if place:
            meeting = _Meeting(relatives.logs[place - 1].keys, reports[place - 1], relative)
            found = f"{report.origin} says what it continues, signed by both keys"
            steps.append(Step(title="Turn", found=found, problem=meeting.problem(connection, relatives)))
    return replace(mine, steps=(*mine.steps, *steps))


def _named(text: object) -> VerifierKey:
    return VerifierKey.from_text(str(text))


def strays_in(connection: Connection) -> list[str]:
    """What there is that belongs to no log."""
    return [name for name, table in _OWNED.items() if _has_strays(connection, table)]


def _has_strays(connection: Connection, table: Table) -> bool:
    """Whether rows belong to no log. It goes from one log's number to the next, not from row to row."""
    logs = set(connection.execute(select(LOG.c.log)).scalars())
    found = connection.execute(select(func.min(table.c.log))).scalar()
    while found in logs:
        found = connection.execute(select(func.min(table.c.log)).where(table.c.log > found)).scalar()
    return found is not None


@dataclass(frozen=True, slots=True)
class _Meeting:
    """Where a log ends and another goes on."""

    former: Succession
    report: Report
    newer: Relative

    def problem(self, connection: Connection, relatives: Relatives) -> str | None:
        """What does not agree. Without the key, only whether the former log's key signed the newer one's beginning."""
        try:
            first = Checkpoint.from_text(str(connection.execute(_FIRST_NOTE, {"log": self.newer.log}).scalar()))
            first.note.check(self.former.newest)
            said = relatives.continued.get(self.newer.log)
            return None if said is None else self._untrue(said)
        except LedgerError as error:
            return f"{self.newer.keys.name} was not begun by the key of {self.former.name}: {error}"

    def _untrue(self, said: Mapping[str, object]) -> str | None:
        """Raises `LedgerError` where the checkpoint that was known does not hold."""
        held = (said["former"], said["held"], said["root"])
        if held != (self.former.name, self.report.size, to_base64(self.report.root)):
            return (
                f"{self.newer.keys.name} says that it continues {held[1]} entries of {held[0]}, and that is not "
                f"what stands here of {self.former.name}."
            )
        known = Checkpoint.from_text(str(said["known"]))
        if known.origin == self.former.name:
            known.check(self.former)
        return None
