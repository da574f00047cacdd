"""The sweep: whatever is due without anybody's doing. Killed at any instant and repeated, it does nothing twice."""

import logging
from collections.abc import Callable

from bot.domain.errors import CredError
from bot.ports import Conflict, StoreBusyError, World
from bot.service import effects, lifecycle, reconciling, requests

_log = logging.getLogger(__name__)


def sweep(world: World, *, starting: bool = False) -> dict[str, int]:
    """Do all that is due; how much of each, by name. `starting`: as the only process of the store, before it serves.

    A step that loses a race or finds the store busy is left to the next sweep; the others go on.
    """
    done = {
        "lost": _try(lambda: reconciling.lose_unconfirmed(world, starting=starting)),
        "reclaimed": _try(lambda: reconciling.reclaim_lost(world)),
        "unanswered": _try(lambda: reconciling.settle_deliveries(world, starting=starting)),
        "reminded": _try(lambda: requests.remind_approvers(world)),
        "lapsed": _try(lambda: requests.lapse_overdue(world)),
        "unconfirmed": _try(lambda: lifecycle.miss_receipts(world)),
        "suspended": _try(lambda: lifecycle.suspend_unconfirmed(world)),
        "carried out": _try(lambda: effects.carry_out_approved(world)),
        "expired": _try(lambda: lifecycle.expire_due(world)),
        "deleted": _try(lambda: lifecycle.finish_deletions(world)),
    }
    if any(done.values()):
        world.wake()
        _log.info("sweep: %s", ", ".join(f"{count} {name}" for name, count in done.items() if count))
    return done


def _try(step: Callable[[], int]) -> int:
    try:
        return step()
    except (Conflict, StoreBusyError) as reason:
        _log.warning("sweep: left to the next time: %s", reason)
        return 0
    except CredError:
        _log.exception("sweep: a step failed")
        return 0
