"""A request enters the books: announced to those who approve, or approved by a rule of the policy."""

from dataclasses import replace
from datetime import datetime

from bot.domain.client_key import name_of
from bot.domain.events import RequestAllowed, RequestOpened, Via
from bot.domain.request import Request, Verb
from bot.ports import UnitOfWork, World
from bot.service.delivery import notices


def enter(world: World, work: UnitOfWork, request: Request, submission: str) -> Request:
    """Put a request into the books, inside a transaction: announced to those who approve, or approved by a rule."""
    request = replace(request, delegations=tuple(work.delegations.holding(work.now)))
    work.requests.add(request, submission)
    work.record(_opened(request))
    if not request.by_rule:
        notices.announce(world, work, request)
        return request
    approved = replace(
        request,
        state=request.after(Verb.QUORUM),
        decided_at=work.now,
        lapses_at=claim_by(world, work, request),
    )
    work.requests.save(approved, expected=request.state)
    notices.outcome(world, work, approved)
    work.record(
        RequestAllowed(
            actor=request.asked.requester,
            via=Via.SLACK,
            request=request.id,
            credential=request.credential,
            rule=request.rule,
            lapses_at=approved.lapses_at,
            policy=request.policy,
        )
    )
    return approved


def claim_by(world: World, work: UnitOfWork, request: Request) -> datetime:
    """Until when an approved request waits for its owner."""
    return min(work.now + world.policy.windows.claim, request.asked.expires_at)


def _opened(request: Request) -> RequestOpened:
    asked = request.asked
    return RequestOpened(
        actor=asked.requester,
        via=Via.SLACK,
        request=request.id,
        credential=request.credential,
        asks=asked.kind,
        owner=asked.owner,
        estate=asked.estate,
        role=asked.role,
        name=asked.name,
        description=asked.description,
        reason=asked.reason,
        expires_at=asked.expires_at,
        permissions=tuple(sorted(request.permissions)),
        quorum=request.quorum,
        policy=request.policy,
        digest=request.digest,
        lapses_at=request.lapses_at,
        authority=asked.authority,
        key=name_of(asked.key) or None,
    )
