"""Other thresholds, hours or time zones are another plan of every warning that is still to come.

The living credentials are gone through once after such a change, in batches, by whichever process sweeps. How far that
has come is kept beside which rules it is about, so it is taken up again after a crash, and done twice by nobody.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from bot.domain import reminder
from bot.domain.ids import CredentialId
from bot.domain.policy import Policy
from bot.domain.reminder import Plan, Watched
from bot.ports import Chore, World

_CHORE = "replanning"
_SEPARATOR = ">"
"""Between the rules and the last credential that was looked at; without it all of them were."""


def replan(world: World, *, limit: int = 200) -> int:
    """Plan the next few anew, if the rules have changed; how many were looked at, of the last few how many moved."""
    rules = rules_of(world.policy)
    with world.store.work() as work:
        chore = work.chores.get(_CHORE)
        if chore is not None and chore.mark == rules:
            return 0
        known, _, last = ("" if chore is None else chore.mark).partition(_SEPARATOR)
        after = CredentialId(UUID(last)) if last and known == rules else None
        watched = work.warnings.living(after, limit=limit)
        plans = ((each, _plan(world, each, work.now)) for each in watched)
        moved = [(each.id, plan) for each, plan in plans if plan != each.plan]
        work.warnings.plan(moved)
        mark = f"{rules}{_SEPARATOR}{watched[-1].id}" if len(watched) == limit else rules
        work.chores.save(_CHORE, Chore(done_at=work.now, mark=mark))
    return len(watched) if len(watched) == limit else len(moved)


def _plan(world: World, watched: Watched, now: datetime) -> Plan:
    schedule = world.policy.schedule(watched.role, watched.estate, watched.expires_at)
    return reminder.replanned(watched.plan, schedule, now)


def rules_of(policy: Policy) -> str:
    """A digest of everything in a policy by which a warning is planned."""
    hours = policy.hours
    rules = (
        policy.warn_days,
        policy.time_zone,
        (hours.opens.isoformat(), hours.closes.isoformat(), sorted(hours.days)),
        sorted((role.key, role.warn_days) for role in policy.roles.values()),
        sorted((estate.key, estate.time_zone, estate.warn_days) for estate in policy.estates.values()),
    )
    return hashlib.sha256(repr(rules).encode()).hexdigest()
