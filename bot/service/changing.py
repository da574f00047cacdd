"""What somebody asks for of a credential that there is already, and everything that can be wrong with it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.client_key import NO_KEY, ClientKey
from bot.domain.credential import USABLE, Credential, State
from bot.domain.errors import Denied, Reason
from bot.domain.ids import CredentialId, RequestId, UserId, Words
from bot.domain.kind import Kind
from bot.domain.naming import REASON_MAX, clean
from bot.domain.person import standing
from bot.domain.request import Asked, Request, digest_of
from bot.domain.request import State as RequestState
from bot.ports import Reader, World
from bot.service.asking import Field, Problem, days_problem, key_of, nobody_problem, words_problem

POSSIBLE: dict[Kind, frozenset[State]] = {
    Kind.ROTATE: frozenset({State.ACTIVE}),
    Kind.RESUME: frozenset({State.SUSPENDED}),
    Kind.TRANSFER: USABLE,
    Kind.EXTEND: USABLE,
    Kind.DELETE: USABLE,
}
"""In which states of a credential each change can be asked for, and can take effect."""
ELSEWHERE = {Kind.ROTATE: "its secret is changed", Kind.RESUME: "it is stopped and started"}
"""What is done to a tracked credential where it lives, and can only be done there."""
ROLE_GONE = "Its role is no longer in the policy, so it cannot be extended."


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCommand:
    """A form as it was sent. `submission` is the form's own ID: the same form sent twice is one request."""

    submission: str
    kind: Kind
    credential: CredentialId
    requester: UserId
    reason: str = ""
    owner: UserId | None = None
    """Of a transfer: who is to own it."""
    expires_on: date | None = None
    """Of an extension, and of a rotation that renews: the last day on which it works."""
    typed_name: str | None = None
    """Of a deletion: its name, typed to confirm."""
    compromised: bool = False
    """Of a rotation: the secrets that work now end at once."""
    key: str = field(default="", repr=False)
    """Of a rotation of one without a secret: its next key, as it was typed."""


def changeable(world: World, reader: Reader, command: ChangeCommand) -> Credential | Denied:
    """The credential, if this person may ask for this change of it as it is now; else why not."""
    credential = reader.credentials.get(command.credential)
    if credential is None:
        return _UNKNOWN
    decision = world.policy.may_ask(
        command.kind, command.requester, credential.estate, credential.owner, world.directory
    )
    if isinstance(decision, Denied):
        return decision
    if credential.state not in POSSIBLE[command.kind] or world.clock.now() >= credential.expires_at:
        sentence = f"“{credential.name}” is {_state(world, credential)}, so this cannot be done."
        return Denied(Reason.WRONG_STATE, sentence)
    never = _never(reader, credential, command.kind)
    if never is not None:
        return never
    before = reader.requests.of_credential(credential.id, command.kind)
    if before is not None:
        at_once = f" If its secret may be compromised, `/cred suspend {credential.name}` stops it now."
        sentence = f"This has been asked for already: request {before.code}."
        return Denied(Reason.IN_PROGRESS, sentence + (at_once if command.kind is Kind.ROTATE else ""))
    return credential


def problems_with_change(
    world: World, reader: Reader, command: ChangeCommand, credential: Credential
) -> tuple[Problem, ...]:
    """Everything that is wrong with what was filled in, at once. Asked of the current policy, roster and credential."""
    found = (
        words_problem(Field.REASON, command.reason, REASON_MAX, required=_wants_reason(world, command, credential)),
        _owner(world, command, credential),
        _expiry(world, command, credential) or _prolonged(world, reader, command, credential),
        _name(command, credential),
        _key(world, command, credential),
        _approval(world, command, credential),
    )
    return tuple(problem for problem in found if problem is not None)


def change_of(world: World, now: datetime, command: ChangeCommand, credential: Credential) -> Request:
    """The request for a change that nothing is wrong with."""
    policy, needed = world.policy, quorum(world, command, credential)
    key = _next_key(world, command, credential)
    asked = Asked(
        kind=command.kind,
        requester=command.requester,
        owner=command.owner or credential.owner,
        estate=credential.estate,
        role=credential.role,
        name=credential.name,
        description=credential.description,
        reason=Words(clean(command.reason)),
        expires_at=_end(world, command, credential),
        authority=credential.authority,
        key=NO_KEY if isinstance(key, Problem) else key,
    )
    return Request(
        id=RequestId(world.entropy.uuid()),
        credential=credential.id,
        asked=asked,
        permissions=credential.permissions,
        quorum=needed,
        rule="" if needed else command.kind,
        policy=policy.digest,
        digest=digest_of(credential.id, asked, credential.permissions, policy.digest),
        state=RequestState.PENDING,
        opened_at=now,
        lapses_at=min(now + policy.windows.request, credential.expires_at),
    )


def quorum(world: World, command: ChangeCommand, credential: Credential) -> int:
    """How many must approve: none for an owner's own rotation that renews nothing, if the policy says so."""
    renews = _end(world, command, credential) > credential.expires_at
    alone = command.requester == credential.owner and not renews
    return world.policy.quorum_for(command.kind, credential.role, alone=alone)


def approvers(world: World, command: ChangeCommand, credential: Credential) -> frozenset[UserId]:
    """Who could approve it: never the requester, never who owns it or is to own it."""
    never = frozenset({command.requester, command.owner or credential.owner})
    return world.policy.approvers_for(credential.estate, world.directory, never=never)


def _end(world: World, command: ChangeCommand, credential: Credential) -> datetime:
    return credential.expires_at if command.expires_on is None else world.policy.end_of(command.expires_on)


def _wants_reason(world: World, command: ChangeCommand, credential: Credential) -> bool:
    """A reason is for those who approve: none is given where none is needed."""
    return quorum(world, command, credential) > 0


def _owner(world: World, command: ChangeCommand, credential: Credential) -> Problem | None:
    if command.kind is not Kind.TRANSFER:
        return None
    if command.owner is None:
        return Problem(Field.OWNER, "Choose who will own it.")
    if command.owner == credential.owner:
        return Problem(Field.OWNER, "This person owns it already. Choose somebody else.")
    if isinstance(standing(command.owner, world.policy.organization.teams, world.directory), Denied):
        return Problem(Field.OWNER, "The owner must be an active full member of this workspace, not a guest or a bot.")
    return None


def _never(reader: Reader, credential: Credential, kind: Kind) -> Denied | None:
    """Why a change of that kind never happens to a credential like this one."""
    if kind is Kind.EXTEND and taken_without_approval(reader, credential):
        return Denied(Reason.WRONG_STATE, _PROLONGED)
    if credential.tracked and kind in ELSEWHERE:
        return Denied(Reason.WRONG_STATE, f"“{credential.name}” lives elsewhere: {ELSEWHERE[kind]} there.")
    return None


def taken_without_approval(reader: Reader, credential: Credential) -> bool:
    """Whether it is a break-glass credential."""
    return credential.request is not None and reader.glasses.get(credential.request) is not None


def _expiry(world: World, command: ChangeCommand, credential: Credential) -> Problem | None:
    if command.kind not in (Kind.EXTEND, Kind.ROTATE):
        return None
    policy = world.policy
    if command.expires_on is None:
        return Problem(Field.EXPIRES, "Choose the last day on which it works.") if command.kind is Kind.EXTEND else None
    last_day = policy.last_day(credential.expires_at)
    if command.expires_on == last_day:
        same = "This is the day on which it ends already. Choose a later one."
        return Problem(Field.EXPIRES, same) if command.kind is Kind.EXTEND else None
    if command.expires_on < last_day:
        return Problem(Field.EXPIRES, f"It works until {last_day.isoformat()} already. Choose that day or a later one.")
    role = policy.roles.get(credential.role)
    if role is None:
        return Problem(Field.EXPIRES, ROLE_GONE)
    return days_problem(role, command.expires_on, policy.today(world.clock.now()))


def _prolonged(world: World, reader: Reader, command: ChangeCommand, credential: Credential) -> Problem | None:
    """What was taken without approval ends when it was to end."""
    renews = _end(world, command, credential) > credential.expires_at
    return Problem(Field.EXPIRES, _PROLONGED) if renews and taken_without_approval(reader, credential) else None


def _name(command: ChangeCommand, credential: Credential) -> Problem | None:
    if command.kind is not Kind.DELETE or (command.typed_name or "").strip() == credential.name:
        return None
    return Problem(Field.NAME, f"Type “{credential.name}” to confirm that this is the one.")


def _next_key(world: World, command: ChangeCommand, credential: Credential) -> ClientKey | Problem:
    """The key that a rotation brings; none to a credential with a secret, and by no other change."""
    if command.kind is not Kind.ROTATE or not credential.by_key:
        return NO_KEY
    return key_of(world.policy, command.key)


def _key(world: World, command: ChangeCommand, credential: Credential) -> Problem | None:
    key = _next_key(world, command, credential)
    if isinstance(key, Problem):
        return key
    if command.kind is Kind.ROTATE and credential.by_key:
        if not key:
            return Problem(Field.KEY, "Give its next key: it has no secret that could be made anew.")
        if any(key == secret.key for secret in credential.working(world.clock.now())):
            return Problem(Field.KEY, "It authenticates by this one already. Give another one.")
    return None


def _approval(world: World, command: ChangeCommand, credential: Credential) -> Problem | None:
    needed = quorum(world, command, credential)
    sentence = nobody_problem(needed, len(approvers(world, command, credential)))
    return None if sentence is None else Problem(Field.FORM, sentence)


def _state(world: World, credential: Credential) -> str:
    if credential.state in USABLE and world.clock.now() >= credential.expires_at:
        return State.EXPIRED.told
    return credential.state.told


_PROLONGED = "This was taken without approval, so it is never extended. Ask for another one."
_UNKNOWN = Denied(Reason.NOT_FOUND, "I do not know this credential, or it is not yours to see.")
