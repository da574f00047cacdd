"""What comes from outside and is held against a log: a checkpoint that somebody kept, and the witnesses who signed it.

Nobody who has the database alone, or the database and the log key, can have changed these: so a rollback, a cut tail or
a second history shows here, if anywhere.
"""

from dataclasses import dataclass

from ledger.checkpoint import Checkpoint, LogVerifier
from ledger.entry import instant
from ledger.errors import LedgerError
from ledger.report import Step
from ledger.trust import TrustPolicy
from ledger.walking import Walk

_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint from outside, and the policy of who must have cosigned it, if one is given."""

    checkpoint: Checkpoint
    policy: TrustPolicy | None = None

    @classmethod
    def from_text(cls, note: str, policy: TrustPolicy | None = None) -> "Anchor":
        """Raises `MalformedError`."""
        return cls(Checkpoint.from_text(note), policy)

    @property
    def level(self) -> str:
        """What it adds to the level of a verification."""
        return ", anchored" if self.policy is None else ", anchored, witnessed"

    def steps(self, found: Walk, keys: LogVerifier) -> tuple[Step, ...]:
        """One, and another where there is a policy."""
        mine = _continues(found, self.checkpoint, keys)
        return (mine,) if self.policy is None else (mine, _witnessed(self.checkpoint, self.policy))


def short_of(found: Walk, size: int) -> str:
    """A checkpoint promises more than there is."""
    return (
        f"A checkpoint promises {size} entries, but only {found.tree.size} could be read: "
        f"entry {found.tree.size} and what follows it is gone or broken."
    )


def _continues(found: Walk, outside: Checkpoint, keys: LogVerifier) -> Step:
    problem = None
    try:
        outside.check(keys)
    except LedgerError as error:
        problem = f"The checkpoint given does not hold: {error}"
    else:
        computed = found.roots.get(outside.size)
        if outside.size < found.since:
            problem = (
                f"The checkpoint given has {outside.size} entries, and the first {found.since} were not read again: "
                "verify once without the note of what was verified before."
            )
        elif computed is None:
            problem = short_of(found, outside.size)
        elif computed != outside.root:
            problem = f"The first {outside.size} entries are not those of the checkpoint given: history was rewritten."
    return Step(title="Anchor", found=f"continues the checkpoint of {outside.size} entries given", problem=problem)


def _witnessed(outside: Checkpoint, policy: TrustPolicy) -> Step:
    try:
        signed = policy.check(outside)
    except LedgerError as error:
        return Step(title="Witnesses", found="", problem=str(error))
    who = ", ".join(f"{name} ({instant(at * _MICROS):%Y-%m-%d %H:%M} UTC)" for name, at in signed.items())
    return Step(title="Witnesses", found=f"cosigned by {who or 'none, and none is asked for'}")
