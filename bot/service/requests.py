"""The road of an approval request: asked, decided by others, withdrawn or lapsed.

Somebody asks for a credential. Other people, never the requester and never the owner, say yes or no. Once enough of
them have said yes, the owner may reveal the secret (`bot.service.issuance`). Each step is one transaction: the
request's new state, its ledger entry and the messages that tell people commit together, or nothing happened.
"""

from dataclasses import replace

from bot.domain.errors import Denied, Reason
from bot.domain.events import Outcome, RequestClosed, RequestOpened, Via, VoteCast, VoteRefused
from bot.domain.ids import CredentialId, RequestId, UserId, Words
from bot.domain.naming import clean, name_key
from bot.domain.request import Asked, Kind, Request, State, Verb, Vote, digest_of
from bot.domain.voting import Ballot, judge, may_withdraw
from bot.ports import UnitOfWork, World
from bot.service import notices
from bot.service.asking import AddCommand, Problem, name_taken, problems_with
from bot.service.freshness import refresh_voters


def open_add(world: World, command: AddCommand) -> Request | tuple[Problem, ...]:
    """Open a request for a new credential, or say everything that is wrong with it.

    The same form sent twice opens one request.
    """
    with world.store.work() as work:
        before = work.requests.by_submission(command.submission)
        if before is not None:
            return before
        problems = problems_with(world, work, command)
        if problems:
            return problems
        request = _request(world, work, command)
        if not work.names.take(request.asked.estate, name_key(request.asked.name), request.credential):
            return (name_taken(world.policy, command),)
        work.requests.add(request, command.submission)
        notices.announce(world, work, request)
        work.record(_opened(request))
    world.wake()
    return request


def vote(world: World, ballot: Ballot) -> Request | Denied:
    """Count a vote, if at this moment this person may decide this request, as it was shown to them.

    The workspace is asked first who is who, so that a vote never rests on an old list of approvers.
    """
    stale = refresh_voters(world, ballot.request, ballot.voter)
    if stale is not None:
        return stale
    with world.store.work() as work:
        request = work.requests.get(ballot.request)
        if request is None:
            return _NOT_FOUND
        verdict = judge(ballot, request, world.policy, world.directory, work.now)
        if isinstance(verdict, Denied):
            _record_refusal(work, ballot, verdict)
            return verdict
        decided = _counted(world, work, request, ballot, verdict)
    world.wake()
    return decided


def withdraw(world: World, request: RequestId, actor: UserId) -> Request | Denied:
    """Take a request back before it has taken effect."""
    with world.store.work() as work:
        found = work.requests.get(request)
        if found is None:
            return _NOT_FOUND
        decision = may_withdraw(found, actor)
        if isinstance(decision, Denied):
            return decision
        ended = close(world, work, found, Verb.WITHDRAW, actor=actor, via=Via.SLACK)
    world.wake()
    return ended


def lapse_overdue(world: World, *, limit: int = 100) -> int:
    """End the requests whose time to be decided or revealed has passed; how many."""
    with world.store.work() as work:
        overdue = work.requests.overdue(work.now, limit=limit)
        for request in overdue:
            why = "nobody revealed it in time" if request.state is State.APPROVED else "nobody decided it in time"
            close(world, work, request, Verb.LAPSE, actor=None, via=Via.SWEEP, why=why)
    if overdue:
        world.wake()
    return len(overdue)


def remind_approvers(world: World, *, limit: int = 100) -> int:
    """Remind everybody who has not decided, once, in the last quarter of a request's time; of how many requests."""
    with world.store.work() as work:
        soon = work.now + world.policy.windows.request / 4
        undecided = work.requests.unreminded(work.now, soon, limit=limit)
        return sum(notices.remind(world, work, request) for request in undecided)


def close(
    world: World, work: UnitOfWork, request: Request, verb: Verb, *, actor: UserId | None, via: Via, why: str = ""
) -> Request:
    """End a request inside a transaction: its state, its entry, its name freed, its people told."""
    ended = replace(request, state=request.after(verb), decided_at=work.now, lease_until=None, closing=why)
    work.requests.save(ended, expected=request.state)
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


def _request(world: World, work: UnitOfWork, command: AddCommand) -> Request:
    role = world.policy.roles[command.role]
    asked = Asked(
        kind=Kind.ADD,
        requester=command.requester,
        owner=command.owner,
        estate=command.estate,
        role=command.role,
        name=command.name.strip(),
        description=Words(clean(command.description)),
        reason=Words(clean(command.reason)),
        expires_at=world.policy.end_of(command.expires_on),
    )
    return Request(
        id=RequestId(world.entropy.uuid()),
        credential=CredentialId(world.entropy.uuid()),
        asked=asked,
        permissions=role.permissions,
        quorum=role.quorum,
        policy=world.policy.digest,
        digest=digest_of(asked, role.permissions, world.policy.digest),
        state=State.PENDING,
        opened_at=work.now,
        lapses_at=min(work.now + world.policy.windows.request, asked.expires_at),
    )


def _counted(world: World, work: UnitOfWork, request: Request, ballot: Ballot, verb: Verb | None) -> Request:
    reason = Words(clean(ballot.reason))
    cast = Vote(voter=ballot.voter, verdict=ballot.verdict, at=work.now, reason=reason)
    decided = replace(request, votes=(*request.votes, cast))
    work.requests.add_vote(request.id, cast)
    if verb is not None:
        decided = replace(decided, state=request.after(verb), decided_at=work.now)
        if decided.state is State.APPROVED:
            decided = replace(decided, lapses_at=min(work.now + world.policy.windows.claim, request.asked.expires_at))
        else:
            work.names.free(request.credential)
        work.requests.save(decided, expected=request.state)
        notices.outcome(world, work, decided)
    else:
        notices.progress(world, work, decided)
    work.record(
        VoteCast(
            actor=ballot.voter,
            via=Via.SLACK,
            request=decided.id,
            credential=decided.credential,
            verdict=ballot.verdict,
            digest=decided.digest,
            state=decided.state,
            reason=reason,
            lapses_at=decided.lapses_at,
        )
    )
    return decided


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
    )


_RECORDED = frozenset({Reason.OWN_REQUEST, Reason.OWN_BENEFIT, Reason.NOT_APPROVER, Reason.DEACTIVATED, Reason.GUEST})
"""Refusals that an auditor wants to see: somebody who may not decide tried to. A late or double click is none."""


def _record_refusal(work: UnitOfWork, ballot: Ballot, refusal: Denied) -> None:
    if refusal.reason in _RECORDED:
        work.record(
            VoteRefused(
                actor=ballot.voter,
                via=Via.SLACK,
                outcome=Outcome.REFUSED,
                request=ballot.request,
                verdict=ballot.verdict,
                why=refusal.reason,
            )
        )


_NOT_FOUND = Denied(Reason.NOT_FOUND, "I do not know this request. It may belong to another workspace.")
