"""What somebody decides about an expiry that they were warned of: to hear of it later, or to let it come.

To rotate, extend or hand on is a request (`bot.service.requests`); these two need nobody's approval, and nobody's
press is trusted: it is asked anew each time who may decide, and whether there is still something to decide.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain import reminder
from bot.domain.credential import USABLE, Credential
from bot.domain.errors import ALLOWED, Decision, Denied, Reason
from bot.domain.events import ExpiryAccepted, Via, WarningSnoozed
from bot.domain.ids import CredentialId, UserId
from bot.domain.notice import Resolution
from bot.ports import World
from bot.service.expiry.grouping import settle
from bot.service.handover.receipts import NOT_FOUND

DAY, WEEK = 1, 7
"""For how many days a warning can be put off."""
_DECIDED = Denied(
    Reason.WRONG_STATE, "Somebody has decided that this credential may expire, so nobody is warned of it."
)
_TOO_LATE = Denied(Reason.WRONG_STATE, "The last warning cannot be put off. Rotate or extend it, or let it expire.")


def snooze(world: World, credential_id: CredentialId, days: int, actor: UserId) -> Credential | Denied:
    """Silence until that many mornings from now, where the estate is, but never past the last threshold."""
    with world.store.work() as work:
        found = work.credentials.get(credential_id)
        decision = may_decide(world, work.now, found, actor)
        if isinstance(decision, Denied) or found is None:
            return decision if isinstance(decision, Denied) else NOT_FOUND
        plan = found.plan
        if plan.let_expire_by is not None:
            return _DECIDED
        schedule = world.policy.schedule(found.role, found.estate, found.expires_at)
        if not reminder.can_snooze(plan, schedule, work.now):
            return _TOO_LATE
        silent = reminder.snooze(plan, schedule, schedule.morning_after(work.now, days))
        if silent.snoozed_until is None or (
            plan.snoozed_until is not None and plan.snoozed_until >= silent.snoozed_until
        ):
            return found
        after = replace(found, plan=silent)
        work.credentials.save(after, expected=found.state)
        settle(world, work, after, Resolution.SNOOZED, actor)
        work.record(WarningSnoozed(actor=actor, via=Via.SLACK, credential=found.id, until=silent.snoozed_until))
    world.wake()
    return after


def let_expire(world: World, credential_id: CredentialId, actor: UserId) -> Credential | Denied:
    """Nobody is warned of this expiry any more, and everybody sees who decided that."""
    with world.store.work() as work:
        found = work.credentials.get(credential_id)
        decision = may_decide(world, work.now, found, actor)
        if isinstance(decision, Denied) or found is None:
            return decision if isinstance(decision, Denied) else NOT_FOUND
        if found.plan.let_expire_by is not None:
            return found
        after = replace(found, plan=reminder.let_expire(found.plan, actor))
        work.credentials.save(after, expected=found.state)
        settle(world, work, after, Resolution.LET_EXPIRE, actor)
        work.record(ExpiryAccepted(actor=actor, via=Via.SLACK, credential=found.id, expires_at=found.expires_at))
    world.wake()
    return after


def may_decide(world: World, now: datetime, credential: Credential | None, actor: UserId) -> Decision:
    """Whether somebody may decide about an expiry now, and whether there is something to decide."""
    if credential is None:
        return NOT_FOUND
    decision = world.policy.may_change(actor, credential.estate, credential.owner, world.directory)
    if isinstance(decision, Denied):
        return decision
    if credential.state in USABLE and now < credential.expires_at:
        return ALLOWED
    state = credential.state.told if credential.state not in USABLE else "expired"
    return Denied(Reason.WRONG_STATE, f"This credential is {state}, so there is nothing left to decide.")
