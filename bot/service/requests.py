"""The road of an approval request: asked, decided by others, withdrawn or lapsed.

Somebody asks for a credential. Other people, never the requester and never the owner, say yes or no. Once enough of
them have said yes, the owner may reveal the secret (`bot.service.handover.issuance`). Each step is one transaction: the
request's new state, its ledger entry and the messages that tell people commit together, or nothing happened.
"""

from dataclasses import replace

from bot.domain.client_key import ClientKey
from bot.domain.errors import Denied, Reason
from bot.domain.events import Outcome, Via, VoteCast, VoteRefused
from bot.domain.ids import CredentialId, RequestId, UserId, Words
from bot.domain.kind import NEW, Kind
from bot.domain.naming import clean, name_shape
from bot.domain.request import Asked, Request, State, Verb, digest_of
from bot.domain.voting import Ballot, cast_by, judge, may_withdraw
from bot.ports import Conflict, StoreBusyError, UnitOfWork, World
from bot.service.asking import AddCommand, Field, Problem, key_of, name_taken, problems_with, whose
from bot.service.changing import ChangeCommand, change_of, changeable, problems_with_change
from bot.service.closing import close
from bot.service.delivery import notices
from bot.service.effects import carry_out
from bot.service.entering import claim_by, enter
from bot.service.freshness import refresh_voters
from bot.service.handover.secrets import LEAK, retire_working


def open_add(world: World, command: AddCommand) -> Request | tuple[Problem, ...]:
    """Open a request for a new credential, or say everything that is wrong with it.

    Where a rule of the policy asks for nobody's approval it is approved at once, by that rule. The same form sent twice
    opens one request.
    """
    with world.store.work() as work:
        before = work.requests.by_submission(command.submission)
        if before is not None:
            return whose(before, command.requester)
        problems, key = problems_with(world, work, command), key_of(world.policy, command.key)
        if problems or isinstance(key, Problem):
            return problems
        request = _request(world, work, command, key)
        if not work.names.take(request.asked.estate, name_shape(request.asked.name), request.credential):
            return (name_taken(world.policy, request.asked.estate, request.asked.name),)
        opened = enter(world, work, request, command.submission)
    world.wake()
    return opened


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
            record_refusal(work, ballot, verdict)
            return verdict
        decided = _counted(world, work, request, ballot, verdict)
    world.wake()
    return take_effect(world, decided)


def open_change(world: World, command: ChangeCommand) -> Request | tuple[Problem, ...]:
    """Open a request for a change of a credential that there is, or say everything that is wrong with it.

    Where the policy asks for nobody's approval it is approved at once, by that rule. The same form sent twice opens one
    request.
    """
    with world.store.work() as work:
        before = work.requests.by_submission(command.submission)
        if before is not None:
            return whose(before, command.requester)
        credential = changeable(world, work, command)
        if isinstance(credential, Denied):
            return (Problem(Field.FORM, credential.sentence),)
        problems = problems_with_change(world, work, command, credential)
        if problems:
            return problems
        request = change_of(world, work.now, command, credential)
        if command.compromised:
            retire_working(world, work, credential, actor=command.requester, why=LEAK)
        opened = enter(world, work, request, command.submission)
    world.wake()
    return take_effect(world, opened)


def take_effect(world: World, request: Request) -> Request:
    """Carry out at once what was approved and waits for nobody's press. What fails here the sweep does."""
    if request.state is not State.APPROVED or not request.takes_effect_by_itself:
        return request
    try:
        return carry_out(world, request.id) or request
    except (Conflict, StoreBusyError):
        return request


def show_anew(world: World, request: Request) -> None:
    """Its card in the channel is edited to what holds now: somebody has pressed a button of an older one."""
    with world.store.work() as work:
        notices.progress(world, work, request)
    world.wake()


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
            close(world, work, request, Verb.LAPSE, actor=None, via=Via.SWEEP, why=_why_lapsed(request))
    return len(overdue)


def remind_approvers(world: World, *, limit: int = 100) -> int:
    """Remind everybody who has not decided, once, in the last quarter of a request's own time; of how many requests."""
    with world.store.read() as reader:
        undecided = reader.requests.unreminded(world.clock.now(), limit=limit)
    return sum(_remind(world, request.id) for request in undecided)


def _remind(world: World, request_id: RequestId) -> bool:
    with world.store.work() as work:
        request = work.requests.get(request_id)
        return request is not None and request.state is State.PENDING and notices.remind(world, work, request)


def _request(world: World, work: UnitOfWork, command: AddCommand, key: ClientKey) -> Request:
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
        authority=command.authority,
        key=key,
    )
    credential = CredentialId(world.entropy.uuid())
    waiver = world.policy.waiver(asked.estate, asked.role, asked.expires_at, work.now)
    return Request(
        id=RequestId(world.entropy.uuid()),
        credential=credential,
        asked=asked,
        permissions=role.permissions,
        quorum=world.policy.quorum_for(asked.kind, asked.role) if waiver is None else 0,
        rule="" if waiver is None else waiver.key,
        policy=world.policy.digest,
        digest=digest_of(credential, asked, role.permissions, world.policy.digest),
        state=State.PENDING,
        opened_at=work.now,
        lapses_at=min(work.now + world.policy.windows.request, asked.expires_at),
    )


def _why_lapsed(request: Request) -> str:
    if request.state is State.PENDING:
        return "nobody decided it in time"
    if request.asked.made_elsewhere:
        return "nobody said in time that it was made"
    if request.asked.extended_elsewhere:
        return "nobody said in time that it was extended"
    return "nobody accepted it in time" if request.asked.kind is Kind.TRANSFER else "nobody revealed it in time"


def _counted(world: World, work: UnitOfWork, request: Request, ballot: Ballot, verb: Verb | None) -> Request:
    cast = cast_by(ballot, request, world.policy, world.directory, work.now)
    decided = replace(request, votes=(*request.votes, cast))
    work.requests.add_vote(request.id, cast)
    if verb is not None:
        decided = replace(decided, state=request.after(verb), decided_at=work.now)
        if decided.state is State.APPROVED:
            decided = replace(decided, lapses_at=claim_by(world, work, request))
        elif request.asked.kind in NEW:
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
            verdict=cast.verdict,
            digest=decided.digest,
            state=decided.state,
            reason=cast.reason,
            lapses_at=decided.lapses_at,
            stands_in_for=cast.stands_in_for,
        )
    )
    return decided


_RECORDED = frozenset({Reason.OWN_REQUEST, Reason.OWN_BENEFIT, Reason.NOT_APPROVER, Reason.DEACTIVATED, Reason.GUEST})
"""Refusals that an auditor wants to see: somebody who may not decide tried to. A late or double click is none."""


def record_refusal(work: UnitOfWork, ballot: Ballot, refusal: Denied) -> None:
    """An entry for somebody who tried to decide what they may not."""
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
