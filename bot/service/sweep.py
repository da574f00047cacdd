"""The sweep: whatever is due without anybody's doing. Killed at any instant and repeated, it does nothing twice.

It is a table of steps. Each call of a step does one batch, claimed within the transaction that does it, so that no
step keeps the writer from people for longer than a batch takes. Batches go round: ten thousand of one step do not keep
the others waiting.
"""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from bot.ports import Conflict, StoreBusyError, World
from bot.service import delegating, effects, escalating, leaving, lifecycle, requests, reviewing, siem
from bot.service.delivery import checkpoints, digest, retention
from bot.service.expiry import replanning, unused, warnings
from bot.service.handover import overlap, reconciling
from bot.service.vendors import errands

BATCH: Final = 10
"""Of what one transaction does at most: its entries are sealed and its rows written within a tenth of a second."""
_ROUNDS: Final = 200
"""After so many batches of each step the rest is left to the next sweep."""

_log = logging.getLogger(__name__)


class Do(Protocol):
    """One batch of a step: does what is due, at most `limit`, and says how much that was.

    A step that could do nothing with what it found says 0 of it, or it is asked again at once.
    """

    def __call__(self, world: World, *, limit: int) -> int: ...


@dataclass(frozen=True, slots=True)
class Step:
    """Something that becomes due. Its name completes "sweep: 3 …" in the log."""

    name: str
    do: Do
    batch: int = BATCH


STEPS: Final = (
    Step("lost", reconciling.lose_unconfirmed),
    Step("reclaimed", reconciling.reclaim_lost, batch=100),  # a transaction each
    Step("unanswered", reconciling.settle_deliveries),
    Step("absences over", delegating.end_over),
    Step("asked to stand in", delegating.ask_stand_ins),
    Step("escalated", escalating.escalate_undecided),
    Step("reminded", requests.remind_approvers, batch=100),  # a transaction each
    Step("lapsed", requests.lapse_overdue),
    Step("withdrawn for who left", leaving.close_abandoned),
    Step("left", leaving.show_what_is_left, batch=100),  # a transaction each
    Step("back", leaving.welcome_back, batch=100),
    Step("expired", lifecycle.expire_due, batch=100),  # before whatever else might be done to what has ended
    Step("unconfirmed", lifecycle.miss_receipts),
    Step("suspended", lifecycle.suspend_unconfirmed),
    Step("warned of an old secret", overlap.warn_of_use),
    Step("retired", overlap.retire_due),
    Step("told that nobody uses it", unused.tell_owners),
    Step("looked at for lack of use", unused.suspend_unused),
    Step("carried out", effects.carry_out_approved, batch=100),  # a transaction each
    Step("replanned", replanning.replan, batch=500),
    Step("warned", warnings.raise_due, batch=200),
    Step("digests", digest.announce),
    Step("checkpoints told", checkpoints.announce),
    Step("deleted", lifecycle.finish_deletions),
    Step("still to be deleted elsewhere", errands.remind, batch=200),  # many of one owner are one message
    Step("not reviewed in time", reviewing.miss_overdue),
    Step("reviewers reminded", reviewing.remind_reviewers),
    Step("told the SIEM", siem.push, batch=500),  # one request outside of any transaction
    Step("old messages forgotten", retention.forget_settled, batch=100),  # a few pages of one table
)
"""In the order in which they are done. Another step is another line here."""

_AT_START: Final = (
    Step("lost", partial(reconciling.lose_unconfirmed, starting=True)),
    Step("unanswered", partial(reconciling.settle_deliveries, starting=True)),
)
"""What the only process of a store knows before it serves: nobody else is in the middle of anything."""


def sweep(world: World, *, starting: bool = False) -> dict[str, int]:
    """Do all that is due; how much of each step that did something. `starting`: before the store's only process serves.

    A step that fails, loses a race or finds the store busy is left to the next sweep; the others go on.
    """
    done = run(world, (*_AT_START, *STEPS) if starting else STEPS)
    if done:
        _log.info("sweep: %s", ", ".join(f"{count} {name}" for name, count in done.items()))
    return done


def run(world: World, steps: Iterable[Step]) -> dict[str, int]:
    """Go round the steps, a batch of each, until none has a full one left."""
    done: Counter[str] = Counter()
    busy = list(steps)
    for _ in range(_ROUNDS):
        busy = [step for step in busy if _batch(world, step, done)]
        if not busy:
            break
    return dict(+done)


def _batch(world: World, step: Step, done: Counter[str]) -> bool:
    """Do one batch; whether there may be more of it."""
    try:
        count = step.do(world, limit=step.batch)
    except (Conflict, StoreBusyError) as reason:
        _log.warning("sweep: %s: left to the next time: %s", step.name, reason)
        return False
    except Exception:  # noqa: BLE001 - whatever it is, no other step waits for it
        _log.exception("sweep: %s: the step failed; it is tried again the next time", step.name)
        return False
    if count:
        done[step.name] += count
        world.wake()
    return count >= step.batch
