"""Credentials that live elsewhere: once approved, the owner does it at the vendor, and says here what is there now.

A new one is tracked from then on; of its secret nothing is ever asked. One that is extended is warned of by its old day
until its owner says which day the vendor shows: what nobody has done there must not silence a warning. One transaction
fulfils the request and does what follows, after everything was checked once more; of many presses one counts.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial

from bot.domain import reminder
from bot.domain.credential import Credential, State
from bot.domain.errors import Decision, Denied, Reason
from bot.domain.events import CredentialTracked, Via
from bot.domain.ids import ClientId, RequestId, UserId
from bot.domain.request import Request, Verb
from bot.domain.request import State as RequestState
from bot.domain.role import Role
from bot.domain.tracking import client_id_problem
from bot.domain.voting import effect_stands, may_claim
from bot.ports import Reader, UnitOfWork, World
from bot.service import effects
from bot.service.asking import Field, Problem, days_problem
from bot.service.closing import close
from bot.service.delivery import notices
from bot.service.freshness import refresh_for

UNKNOWN = Denied(Reason.NOT_FOUND, "I do not know this request, or there is nothing to do elsewhere for it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCommand:
    """The owner's form *It is done there*: by whom, for which request as the card showed it, and what is there now.

    `client_id`: of a new one.
    """

    request: RequestId
    digest: str
    actor: UserId
    client_id: str
    expires_on: date


def to_be_made(world: World, request_id: RequestId, digest: str, actor: UserId) -> Request | Denied:
    """The request that somebody presses *It is done there* for, if it is theirs to say. Local reads only."""
    with world.store.read() as reader:
        request = reader.requests.get(request_id)
    if request is None or not _is_elsewhere(request):
        return UNKNOWN
    decision = may_claim(request, actor, digest, world.clock.now())
    return decision if isinstance(decision, Denied) else request


def problems_with_made(world: World, command: MadeCommand) -> tuple[Problem, ...]:
    """Everything that is wrong with the form, at once. Local reads only."""
    with world.store.read() as reader:
        request = reader.requests.get(command.request)
        return () if request is None else _problems(world, reader, request, command)


def made(world: World, command: MadeCommand) -> Credential | Denied | tuple[Problem, ...]:
    """Track the credential from now on, or until the later day, or say why not. Said twice, it counts once."""
    with world.store.read() as reader:
        request = reader.requests.get(command.request)
    if request is None or not _is_elsewhere(request):
        return UNKNOWN
    stale = refresh_for(world, request, also=command.actor)
    if stale is not None:
        return stale
    with world.store.work() as work:
        outcome = _made(world, work, command)
    world.wake()
    return outcome


def _made(world: World, work: UnitOfWork, command: MadeCommand) -> Credential | Denied | tuple[Problem, ...]:
    request = work.requests.get(command.request)
    if request is None:
        return UNKNOWN
    already = work.credentials.get(request.credential)
    if request.state is RequestState.FULFILLED and already is not None and _is_told(world, request, already, command):
        return already
    decision: Decision = may_claim(request, command.actor, command.digest, work.now)
    if isinstance(decision, Denied):
        return decision
    problems = _problems(world, work, request, command)
    if problems:
        return problems
    does = _extend if request.asked.extended_elsewhere else _track
    return does(world, work, request, command)


def _track(world: World, work: UnitOfWork, request: Request, command: MadeCommand) -> Credential | Denied:
    decision = effect_stands(request, None, world.policy, world.directory)
    if isinstance(decision, Denied):
        close(world, work, request, Verb.REVOKE, actor=None, via=Via.SLACK, why=decision.sentence)
        return decision
    started = replace(request, state=request.after(Verb.START))
    fulfilled = replace(started, state=started.after(Verb.CONFIRM))
    work.requests.save(fulfilled, expected=request.state)
    credential = _credential(world, request, command, work.now)
    work.credentials.add(credential, b"")
    notices.revealing(world, work, fulfilled)
    work.record(
        CredentialTracked(
            actor=command.actor,
            via=Via.SLACK,
            request=request.id,
            credential=credential.id,
            client_id=credential.client_id,
            authority=credential.authority,
            owner=credential.owner,
            estate=credential.estate,
            role=credential.role,
            name=credential.name,
            expires_at=credential.expires_at,
        )
    )
    return credential


def _extend(world: World, work: UnitOfWork, request: Request, command: MadeCommand) -> Credential | Denied:
    effect = partial(effects.extend, expires_at=world.policy.end_of(command.expires_on), actor=command.actor)
    after = effects.take(world, work, request, actor=command.actor, effect=effect)
    extended = work.credentials.get(request.credential)
    if after.state is RequestState.FULFILLED and extended is not None:
        return extended
    return Denied(Reason.WRONG_STATE, after.closing)


def _credential(world: World, request: Request, command: MadeCommand, now: datetime) -> Credential:
    asked, expires_at = request.asked, world.policy.end_of(command.expires_on)
    schedule = world.policy.schedule(asked.role, asked.estate, expires_at)
    return Credential(
        id=request.credential,
        client_id=ClientId(command.client_id.strip()),
        request=request.id,
        authority=asked.authority,
        name=asked.name,
        description=asked.description,
        estate=asked.estate,
        role=asked.role,
        permissions=request.permissions,
        owner=asked.owner,
        requester=asked.requester,
        state=State.ACTIVE,
        created_at=now,
        expires_at=expires_at,
        plan=reminder.plan(schedule, now),
    )


def _problems(world: World, reader: Reader, request: Request, command: MadeCommand) -> tuple[Problem, ...]:
    if request.asked.extended_elsewhere:
        problem = _later_day(world, reader, request, command.expires_on)
        return () if problem is None else (problem,)
    role = world.policy.roles.get(request.asked.role)
    today = world.policy.today(world.clock.now())
    found = (
        _client(reader, request, command.client_id.strip()),
        # Where the role has left the policy, the approval no longer stands: that is said once for all.
        None if role is None else _day(role, command.expires_on, today),
    )
    return tuple(problem for problem in found if problem is not None)


def _day(role: Role, day: date, today: date) -> Problem | None:
    """The day is a fact of the vendor's page: where the policy does not let it live so long, it is changed there."""
    problem = days_problem(role, day, today)
    if problem is None or day < today:
        return problem
    longest, days = today + role.max_life, role.max_life // timedelta(days=1)
    return Problem(
        Field.EXPIRES,
        f"{role.name} may live {days} days at most. Where it lives, let it end on {longest.isoformat()} or sooner; "
        "then write the day that is shown there.",
    )


def _later_day(world: World, reader: Reader, request: Request, day: date) -> Problem | None:
    """An extension was approved until a day, and no further."""
    policy, credential = world.policy, reader.credentials.get(request.credential)
    if credential is not None and policy.end_of(day) <= credential.expires_at:
        ends = policy.last_day(credential.expires_at).isoformat()
        return Problem(Field.EXPIRES, f"It ended on {ends} before, too. Write the later day that is shown there now.")
    approved = policy.last_day(request.asked.expires_at)
    if day <= approved:
        return None
    return Problem(
        Field.EXPIRES,
        f"It was approved until {approved.isoformat()}. Where it lives, let it end then or sooner; "
        "then write the day that is shown there.",
    )


def _client(reader: Reader, request: Request, client_id: str) -> Problem | None:
    sentence = client_id_problem(client_id)
    if sentence is not None:
        return Problem(Field.CLIENT, sentence)
    holder = reader.credentials.of_client(ClientId(client_id), request.asked.authority)
    if holder is None or holder.ended_at is not None or holder.id == request.credential:
        return None
    return Problem(Field.CLIENT, "This client ID is another credential's already. Copy that of the new one.")


def _is_elsewhere(request: Request) -> bool:
    return request.asked.made_elsewhere or request.asked.extended_elsewhere


def _is_told(world: World, request: Request, credential: Credential, command: MadeCommand) -> bool:
    if request.asked.extended_elsewhere:
        told = credential.expires_at == world.policy.end_of(command.expires_on)
    else:
        told = credential.client_id == command.client_id.strip()
    return told and credential.owner == command.actor
