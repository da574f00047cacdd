"""The end of a request that takes no effect: withdrawn, lapsed, its approval void, or refused by an authority."""

from dataclasses import replace

from bot.domain.credential import Credential
from bot.domain.events import Outcome, RequestClosed, Via
from bot.domain.ids import UserId
from bot.domain.kind import NEW
from bot.domain.machine import can
from bot.domain.request import TRANSITIONS, Request, State, Verb
from bot.ports import UnitOfWork, World
from bot.service.delivery import notices


def close(
    world: World, work: UnitOfWork, request: Request, verb: Verb, *, actor: UserId | None, via: Via, why: str = ""
) -> Request:
    """End a request inside a transaction: its state, its entry, its name freed, its people told."""
    ended = replace(request, state=request.after(verb), decided_at=work.now, lease_until=None, closing=why)
    work.requests.save(ended, expected=request.state)
    if ended.asked.kind in NEW:
        work.names.free(ended.credential)
    notices.outcome(world, work, ended)
    outcome = Outcome.REFUSED if ended.state in (State.REFUSED, State.DENIED) else Outcome.DONE
    work.record(
        RequestClosed(
            actor=actor,
            via=via,
            outcome=outcome,
            request=ended.id,
            credential=ended.credential,
            state=ended.state,
            why=why,
        )
    )
    return ended


def withdraw(world: World, work: UnitOfWork, request: Request, *, why: str) -> None:
    """End a request that waits for something, because that has no more sense. One that is being carried out stays."""
    if can(TRANSITIONS, request.state, Verb.WITHDRAW):
        close(world, work, request, Verb.WITHDRAW, actor=None, via=Via.SWEEP, why=why)


def withdraw_all(world: World, work: UnitOfWork, credential: Credential, *, why: str) -> None:
    """The same for all that is asked for of a credential that ends: nobody is reminded of it any more."""
    for request in work.requests.open_for(credential.id):
        withdraw(world, work, request, why=why)
