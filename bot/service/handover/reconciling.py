"""Effects whose end nobody saw: a start that was not confirmed, a secret's message that was not answered for."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.credential import Delivery
from bot.domain.events import Outcome, RequestLost, RequestReclaimed, Via
from bot.domain.request import Request, State, Verb
from bot.ports import AuthorityLostError, AuthorityRefusedError, World
from bot.service.delivery import notices
from bot.service.handover.receipts import record_delivery

DELIVERY_TIME = timedelta(minutes=1)
"""How long a secret's message may stay unanswered before it counts as lost: longer than any of its time-outs."""


def lose_unconfirmed(world: World, *, starting: bool = False, limit: int = 100) -> int:
    """Count the starts as lost whose lease is over; how many.

    When the only process of a store is `starting`, nobody else can hold a lease, so every lease is over.
    """
    with world.store.work() as work:
        over = (
            work.requests.in_state([State.EXECUTING], limit=limit)
            if starting
            else work.requests.lease_over(work.now, limit=limit)
        )
        for request in over:
            lost = replace(request, state=request.after(Verb.LOSE), lease_until=None)
            work.requests.save(lost, expected=request.state)
            work.record(
                RequestLost(
                    actor=None,
                    via=Via.START if starting else Via.SWEEP,
                    outcome=Outcome.UNKNOWN,
                    request=request.id,
                    credential=request.credential,
                )
            )
    return len(over)


def reclaim_lost(world: World, *, limit: int = 100) -> int:
    """Look every lost start up at its authority; what it left there is deleted, and the owner may reveal again."""
    with world.store.read() as reader:
        lost = reader.requests.in_state([State.UNRESOLVED], limit=limit)
    return sum(_reclaim(world, request) for request in lost)


def settle_deliveries(world: World, *, starting: bool = False, limit: int = 100) -> int:
    """Secrets whose message was never answered for: nobody may have seen them, so their owners are told; how many."""
    with world.store.work() as work:
        before = work.now if starting else work.now - DELIVERY_TIME
        pending = work.credentials.delivery_pending(before, limit=limit)
        for credential in pending:
            record_delivery(world, work, credential, Delivery.UNKNOWN, via=Via.START if starting else Via.SWEEP)
    return len(pending)


def _reclaim(world: World, request: Request) -> bool:
    try:
        orphan = world.authority.remove_orphan(request.credential)
    except (AuthorityLostError, AuthorityRefusedError):
        return False  # still unresolved: the next sweep asks again
    with world.store.work() as work:
        reclaimed = replace(request, state=request.after(Verb.ORPHAN_REMOVED))
        work.requests.save(reclaimed, expected=request.state)
        notices.revealing(world, work, reclaimed)
        work.record(
            RequestReclaimed(
                actor=None,
                via=Via.SWEEP,
                request=request.id,
                credential=request.credential,
                orphan=orphan,
            )
        )
    return True
