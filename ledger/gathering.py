"""Cosignatures for a running program's checkpoints: asked of the policy's witnesses, kept once as many signed as must.

Guarantees: nothing is asked inside a transaction, and nobody's request waits for it; only what is durable and kept in
the second store is shown to a witness; what is kept as cosigned is never made older (`ledger.keeping`). A witness that
does not answer is left out, and asked again.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from ledger.checkpoint import Checkpoint
from ledger.errors import TooFewWitnessesError
from ledger.log import Ledger
from ledger.trust import TrustPolicy

if TYPE_CHECKING:
    from ledger.witness import Round

Connect = Callable[[], AbstractContextManager[Connection]]


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAnswer:
    """What one witness said of a checkpoint, or what it said last."""

    name: str
    size: int | None = None
    """Of the newest checkpoint that bears its cosignature."""
    at: datetime | None = None
    problem: str = ""
    contradicts: bool = False


class Gathering:
    """For one ledger and one policy. One thread asks; any may look at the answers."""

    def __init__(self, ledger: Ledger, policy: TrustPolicy, connect: Connect) -> None:
        self._ledger = ledger
        self._policy = policy
        self._connect = connect
        self.answers: tuple[WitnessAnswer, ...] = self._known(ledger.cosigned())

    def ask(self) -> tuple[WitnessAnswer, ...]:
        """Has the newest checkpoint cosigned by whoever has not yet. Raises `RollbackError`, `NotKeptError`."""
        from ledger.witness import ask_witnesses, new_client  # noqa: PLC0415 - its client is slow to load, and few ask

        with self._connect() as connection:
            newest = self._ledger.newest_checkpoint(connection)
        before = self._ledger.cosigned()
        if before is not None and before.size == newest.size:
            newest = before
        if len(self._policy.signed_by(newest)) == len(self._asked):
            self.answers = self._known(newest)
            return self.answers
        with new_client() as client:
            found = ask_witnesses(self._policy, newest, before, self._prove(newest), client)
        self._keep(found.checkpoint)
        self._note(found)
        return self.answers

    def _note(self, found: "Round") -> None:
        known = {answer.name: answer for answer in (*self.answers, *self._known(found.checkpoint))}
        self.answers = tuple(
            replace(
                known.get(outcome.witness, WitnessAnswer(name=outcome.witness)),
                problem=outcome.problem,
                contradicts=outcome.contradicts,
            )
            for outcome in found.outcomes
        )

    @property
    def _asked(self) -> list[str]:
        return [witness.name for witness in self._policy.witnesses if witness.url is not None]

    def _known(self, checkpoint: Checkpoint | None) -> tuple[WitnessAnswer, ...]:
        signed = {} if checkpoint is None else self._policy.signed_by(checkpoint)
        size = None if checkpoint is None else checkpoint.size
        return tuple(
            WitnessAnswer(name=name, size=size, at=datetime.fromtimestamp(signed[name], UTC))
            for name in self._asked
            if name in signed
        )

    def _keep(self, checkpoint: Checkpoint) -> None:
        try:
            self._policy.check(checkpoint)
        except TooFewWitnessesError:
            return
        self._ledger.keep_cosigned(checkpoint)

    def _prove(self, newest: Checkpoint) -> Callable[[int], tuple[bytes, ...]]:
        def prove(old: int) -> tuple[bytes, ...]:
            with self._connect() as connection:
                return self._ledger.prove_consistency(connection, old, newest)

        return prove
