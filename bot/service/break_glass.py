"""Break-glass: a credential at once, for a named few, without approval and not quietly; reviewed by two others after.

Taking it is one transaction: the request is opened, approved by rule, and everybody is told. Its owner then reveals it
as any other (`bot.service.handover.issuance`), where everything is checked once more. The review is
`bot.service.reviewing`.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import break_glass
from bot.domain.break_glass import Glass, State
from bot.domain.errors import Denied, Reason
from bot.domain.estate import Estate
from bot.domain.events import GlassBroken, Via
from bot.domain.ids import CredentialId, EstateKey, RequestId, RoleKey, UserId, Words
from bot.domain.kind import Kind
from bot.domain.naming import REASON_MAX, clean, name_shape
from bot.domain.request import Asked, Request, digest_of
from bot.domain.request import State as RequestState
from bot.domain.role import Role
from bot.ports import Reader, World
from bot.service.asking import Field, Problem, name_taken, naming_problem, whose, words_problem
from bot.service.delivery import alarm
from bot.service.entering import enter


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCommand:
    """The form as it was sent. `submission` is the form's own ID: the same form sent twice takes one credential."""

    submission: str
    requester: UserId
    estate: EstateKey
    role: RoleKey
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the form shows before anything is taken."""

    estates: tuple[Estate, ...]
    roles: tuple[Role, ...]
    ends_at: datetime
    review_by: datetime


def offer(world: World, user: UserId) -> Offer | Denied:
    """What somebody may take at this moment. Local reads only."""
    policy, now = world.policy, world.clock.now()
    decision = policy.may_break_glass(user, world.directory)
    if isinstance(decision, Denied):
        return decision
    roles = break_glass.roles(policy)
    if not roles:
        return Denied(Reason.POLICY_CHANGED, "The policy lets nobody take any role. Ask with `/cred add`.")
    with world.store.read() as reader:
        undone = reader.glasses.undone(user)
    if undone is not None:
        return Denied(Reason.WRONG_STATE, _one_at_a_time(undone))
    return Offer(
        estates=tuple(policy.estates.values()),
        roles=roles,
        ends_at=max(break_glass.ends_at(policy, role, now) for role in roles),
        review_by=now + policy.break_glass.review,
    )


def take(world: World, command: TakeCommand) -> Request | tuple[Problem, ...]:
    """Take a credential without approval, or say everything that is wrong with that.

    The same form sent twice takes one; and nobody has two that live or were not reviewed.
    """
    with world.store.work() as work:
        before = work.requests.by_submission(command.submission)
        if before is not None:
            return whose(before, command.requester)
        problems = problems_with_taking(world, work, command)
        if problems:
            return problems
        request = _request(world, work.now, command)
        if not work.names.take(request.asked.estate, name_shape(request.asked.name), request.credential):
            return (name_taken(world.policy, request.asked.estate, request.asked.name),)
        taken = enter(world, work, request, command.submission)
        review_by = work.now + world.policy.break_glass.review
        work.glasses.add(Glass(request=taken, review_by=review_by, reminded_at=work.now))
        alarm.sound(world, work, taken)
        work.record(
            GlassBroken(
                actor=command.requester,
                via=Via.SLACK,
                request=taken.id,
                credential=taken.credential,
                review_by=review_by,
            )
        )
    world.wake()
    return taken


def problems_with_taking(world: World, reader: Reader, command: TakeCommand) -> tuple[Problem, ...]:
    """Everything that is wrong with it, at once. Asked of the current policy, roster and names."""
    policy = world.policy
    decision = policy.may_break_glass(command.requester, world.directory)
    if isinstance(decision, Denied):
        return (Problem(Field.FORM, decision.sentence),)
    undone = reader.glasses.undone(command.requester)
    if undone is not None:
        return (Problem(Field.FORM, _one_at_a_time(undone)),)
    if not reader.acceptances.has(command.requester, policy.terms.digest):
        again = "The terms of use must be accepted first. Type `/cred break-glass` again to read them."
        return (Problem(Field.FORM, again),)
    if command.estate not in policy.estates:
        return (Problem(Field.ESTATE, "This estate is no longer in the policy. Choose another one."),)
    if command.role not in {role.key for role in break_glass.roles(policy)}:
        return (Problem(Field.ROLE, "This role cannot be taken without approval. Choose another one."),)
    found = (
        naming_problem(reader, policy, command.estate, command.name),
        words_problem(Field.REASON, command.reason, REASON_MAX, required=True),
    )
    return tuple(problem for problem in found if problem is not None)


def _request(world: World, now: datetime, command: TakeCommand) -> Request:
    policy = world.policy
    role = policy.roles[command.role]
    asked = Asked(
        kind=Kind.BREAK_GLASS,
        requester=command.requester,
        owner=command.requester,
        estate=command.estate,
        role=command.role,
        name=command.name.strip(),
        description=Words(""),
        reason=Words(clean(command.reason)),
        expires_at=break_glass.ends_at(policy, role, now),
    )
    credential = CredentialId(world.entropy.uuid())
    return Request(
        id=RequestId(world.entropy.uuid()),
        credential=credential,
        asked=asked,
        permissions=role.permissions,
        quorum=policy.quorum_for(asked.kind, asked.role),
        rule=asked.kind,
        policy=policy.digest,
        digest=digest_of(credential, asked, role.permissions, policy.digest),
        state=RequestState.PENDING,
        opened_at=now,
        lapses_at=asked.expires_at,
    )


def _one_at_a_time(undone: Glass) -> str:
    name, code = undone.request.asked.name, undone.request.code
    if undone.state is State.OPEN:
        return f"You have taken “{name}” already, and two others have not reviewed it yet: request {code}. Ask them."
    return f"What you took, “{name}”, is not over yet: request {code}. Delete it first if you need another one."
