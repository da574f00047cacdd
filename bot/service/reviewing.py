"""The review of what was taken without approval: by two others, in time, or it is ended.

The review is of the taking, not of the secret: it stays open until two others have done it, though the credential ended
long before or was never revealed.
"""

from dataclasses import replace
from datetime import timedelta

from bot.domain import break_glass
from bot.domain.break_glass import Glass, State, judge, stands
from bot.domain.credential import Verb
from bot.domain.errors import ALLOWED, Decision, Denied, Reason
from bot.domain.events import CredentialDeleted, ReviewCast, ReviewMissed, Via
from bot.domain.ids import RequestId, UserId, Words
from bot.domain.kind import Kind
from bot.domain.naming import clean
from bot.domain.request import Request, Vote
from bot.domain.request import Verb as RequestVerb
from bot.domain.voting import Ballot
from bot.ports import Reader, UnitOfWork, World
from bot.service.closing import close
from bot.service.delivery import alarm
from bot.service.freshness import refresh_for
from bot.service.lifecycle import end
from bot.service.requests import record_refusal

REMIND_EVERY = timedelta(days=1)


def look(world: World, user: UserId, request_id: RequestId) -> Glass | None:
    """A broken glass, for whoever is told of it."""
    with world.store.read() as reader:
        glass = reader.glasses.get(request_id)
    if glass is None:
        return None
    may_see = break_glass.told(glass.request, world.policy, world.directory) | {glass.taker}
    return glass if user in may_see else None


def review(world: World, ballot: Ballot) -> Glass | Denied:
    """Count a review, if at this moment this person may review this, as it was shown to them.

    The workspace is asked first who is who. A refusal ends what was taken, in the same transaction.
    """
    with world.store.read() as reader:
        found = reader.glasses.get(ballot.request)
    if found is None:
        return _NOT_FOUND
    stale = refresh_for(world, found.request, also=ballot.voter, votes=found.reviews)
    if stale is not None:
        return stale
    with world.store.work() as work:
        glass = work.glasses.get(ballot.request)
        if glass is None:
            return _NOT_FOUND
        verdict = judge(ballot, glass, world.policy, world.directory)
        if isinstance(verdict, Denied):
            record_refusal(work, ballot, verdict)
            return verdict
        reviewed = _counted(world, work, glass, ballot, verdict)
    world.wake()
    return reviewed


def miss_overdue(world: World, *, limit: int = 100) -> int:
    """End what nobody has reviewed in time, once each; how many. Their reviews stay open."""
    with world.store.work() as work:
        overdue = work.glasses.overdue(work.now, limit=limit)
        for glass in overdue:
            missed = replace(glass, missed=True)
            work.glasses.save(missed, before=glass)
            credential = glass.request.credential
            work.record(ReviewMissed(actor=None, via=Via.SWEEP, request=glass.request.id, credential=credential))
            _end(world, work, missed, actor=None, why="nobody reviewed in time that it was taken without approval")
            alarm.announce(world, work, missed)
    return len(overdue)


def remind_reviewers(world: World, *, limit: int = 100) -> int:
    """Remind those who can review what waits for it, once a day; of how many."""
    with world.store.work() as work:
        unreminded = work.glasses.unreminded(work.now - REMIND_EVERY, limit=limit)
        for glass in unreminded:
            work.glasses.save(replace(glass, reminded_at=work.now), before=glass)
            alarm.remind(world, work, glass)
    return len(unreminded)


def still_stands(world: World, reader: Reader, request: Request) -> Decision:
    """Whether a request's secret may be handed over, as far as its review goes: always, where it needs none."""
    if request.asked.kind is not Kind.BREAK_GLASS:
        return ALLOWED
    glass = reader.glasses.get(request.id)
    return _NOT_FOUND if glass is None else stands(glass, world.policy)


def _counted(world: World, work: UnitOfWork, glass: Glass, ballot: Ballot, verb: break_glass.Verb | None) -> Glass:
    cast = Vote(voter=ballot.voter, verdict=ballot.verdict, at=work.now, reason=Words(clean(ballot.reason)))
    after = replace(glass, reviews=(*glass.reviews, cast), state=glass.state if verb is None else glass.after(verb))
    work.glasses.add_review(glass.request.id, cast)
    if verb is not None:
        work.glasses.save(after, before=glass)
    work.record(
        ReviewCast(
            actor=cast.voter,
            via=Via.SLACK,
            request=glass.request.id,
            credential=glass.request.credential,
            verdict=cast.verdict,
            digest=glass.request.digest,
            state=after.state,
            reason=cast.reason,
        )
    )
    if after.state is State.UNJUSTIFIED:
        _end(world, work, after, actor=cast.voter, why="a review found that taking it was not justified")
        alarm.announce(world, work, after)
    else:
        alarm.reviewed(world, work, after)
    return after


def _end(world: World, work: UnitOfWork, glass: Glass, *, actor: UserId | None, why: str) -> None:
    """End what was taken, if it has not ended, and bring its cards up to date.

    A secret that is being made at this moment is held back by `still_stands`.
    """
    via = Via.SWEEP if actor is None else Via.SLACK
    if glass.request.can(RequestVerb.REVOKE):
        close(world, work, glass.request, RequestVerb.REVOKE, actor=actor, via=via, why=f"It is ended: {why}.")
    elif glass.credential is not None and glass.credential.can(Verb.REVOKE):
        end(world, work, glass.credential, Verb.REVOKE)
        work.record(CredentialDeleted(actor=actor, via=via, credential=glass.credential.id, why=why))
    else:
        alarm.refresh(world, work, glass.request)


_NOT_FOUND = Denied(Reason.NOT_FOUND, "I know no such request, or it is not for you to see.")
