"""What somebody asks for in the form, and everything that can be wrong with it, each at its field."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from bot.domain.client_key import NO_KEY, ClientKey
from bot.domain.errors import Denied
from bot.domain.ids import BUILTIN, AuthorityKey, EstateKey, RoleKey, UserId
from bot.domain.naming import DESCRIPTION_MAX, NAME_MAX, REASON_MAX, clean, name_problem, name_shape, says_something
from bot.domain.person import standing
from bot.domain.policy import Policy
from bot.domain.request import Request
from bot.domain.role import Role
from bot.ports import Reader, World
from bot.service import public_key

_NUMBERS = 100
"""So many names like one are tried."""


class Field(StrEnum):
    """The fields of the form; FORM is the form as a whole."""

    NAME = "name"
    DESCRIPTION = "description"
    ESTATE = "estate"
    ROLE = "role"
    OWNER = "owner"
    EXPIRES = "expires"
    REASON = "reason"
    AUTHORITY = "authority"
    CLIENT = "client"
    KEY = "key"
    DELEGATE = "delegate"
    SINCE = "since"
    UNTIL = "until"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a field, in a sentence."""

    field: Field
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCommand:
    """The form as it was sent. `submission` is the form's own ID: the same form sent twice is one request."""

    submission: str
    requester: UserId
    owner: UserId
    estate: EstateKey
    role: RoleKey
    name: str
    description: str
    reason: str
    expires_on: date
    authority: AuthorityKey = BUILTIN
    """Where it is to live: here, or at a vendor of the policy."""
    key: str = field(default="", repr=False)
    """What it is to authenticate by in place of a secret, as it was typed: that may be anything, a private key too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Who would have to approve, shown in the form before it is sent."""

    needed: int
    approvers: tuple[UserId, ...]
    problem: str | None
    """Why nobody could approve it."""
    suggested: date
    """The last day that the role's default lifetime gives."""
    longest: date
    """The last day that the role allows."""
    rule: str = ""
    """By which rule of the policy it needs nobody's approval, if its last day is `free_until` or earlier."""
    free_until: date | None = None


def preview(world: World, *, requester: UserId, owner: UserId, estate: EstateKey, role: RoleKey) -> Preview | Denied:
    """Who must approve what the form shows at this moment. Local reads only."""
    decision = world.policy.may_add(requester, estate, world.directory)
    if isinstance(decision, Denied):
        return decision
    chosen = world.policy.roles[role]
    approvers = world.policy.approvers_for(estate, world.directory, never=frozenset({requester, owner}))
    today = world.policy.today(world.clock.now())
    waiver = next(iter(world.policy.waivers_for(estate, role)), None)
    return Preview(
        needed=chosen.quorum,
        approvers=tuple(sorted(approvers)),
        problem=nobody_problem(chosen.quorum, len(approvers)),
        suggested=today + min(chosen.default_life, chosen.max_life),
        longest=today + chosen.max_life,
        rule="" if waiver is None else waiver.key,
        free_until=None if waiver is None else today + min(waiver.max_life, chosen.max_life),
    )


def problems_with(world: World, reader: Reader, command: AddCommand) -> tuple[Problem, ...]:
    """Everything that is wrong with a form, at once. Asked of the current policy, roster and names."""
    policy, roster = world.policy, world.directory
    role = policy.roles.get(command.role)
    if command.estate not in policy.estates:
        return (Problem(Field.ESTATE, "This estate is no longer in the policy. Choose another one."),)
    if role is None:
        return (Problem(Field.ROLE, "This role is no longer in the policy. Choose another one."),)
    if command.authority != BUILTIN and command.authority not in policy.vendors:
        return (Problem(Field.AUTHORITY, "This vendor is no longer in the policy. Choose another place."),)
    decision = policy.may_add(command.requester, command.estate, roster)
    if isinstance(decision, Denied):
        return (Problem(Field.ESTATE, decision.sentence),)
    if not reader.acceptances.has(command.requester, policy.terms.digest):
        return (Problem(Field.FORM, "The terms of use must be accepted first. Type `/cred add` again to read them."),)
    found = (
        naming_problem(reader, policy, command.estate, command.name),
        words_problem(Field.DESCRIPTION, command.description, DESCRIPTION_MAX, required=False),
        words_problem(Field.REASON, command.reason, REASON_MAX, required=True),
        days_problem(role, command.expires_on, policy.today(world.clock.now())),
        _owner(world, command.owner),
        _key(policy, command),
        _approval(world, command, role),
    )
    return tuple(problem for problem in found if problem is not None)


def free_name(world: World, estate: EstateKey, name: str) -> str:
    """The name, if nobody holds it in that estate; else the first one like it, with a number, that is free."""
    with world.store.read() as reader:
        numbered = (f"{name[: NAME_MAX - 4]}-{number}" for number in range(2, _NUMBERS))
        free = (each for each in (name, *numbered) if reader.names.holder(estate, name_shape(each)) is None)
        return next(free, name)


def name_taken(policy: Policy, estate: EstateKey, name: str) -> Problem:
    """Somebody holds the name in this estate, or one that a hurried eye takes for it."""
    where = policy.estates[estate].name
    return Problem(Field.NAME, f"“{name.strip()}” is taken in {where}, or looks like a name that is. Choose another.")


def naming_problem(reader: Reader, policy: Policy, estate: EstateKey, name: str) -> Problem | None:
    """What is wrong with a name for a new credential."""
    sentence = name_problem(name.strip())
    if sentence is not None:
        return Problem(Field.NAME, sentence)
    if reader.names.holder(estate, name_shape(name.strip())) is not None:
        return name_taken(policy, estate, name)
    return None


SENT_BY_ANOTHER = Problem(Field.FORM, "Somebody else has sent this form already. Open one of your own.")


def whose(sent: Request, sender: UserId) -> Request | tuple[Problem, ...]:
    """What a form became that is sent once more; nobody learns by it what somebody else has sent."""
    return sent if sent.asked.requester == sender else (SENT_BY_ANOTHER,)


def words_problem(field: Field, text: str, most: int, *, required: bool) -> Problem | None:
    """What is wrong with what somebody wrote."""
    length = len(clean(text))
    if required and not says_something(text):
        return Problem(field, "Say in a few words what it is for: those who approve read this.")
    if length > most:
        return Problem(field, f"This has {length} characters; {most} are the most.")
    return None


def days_problem(role: Role, day: date, today: date) -> Problem | None:
    """What is wrong with a last day on which something of that role is to work."""
    if day < today:
        return Problem(Field.EXPIRES, "This day has passed. Choose today or a later day.")
    longest = today + role.max_life
    if day > longest:
        days = role.max_life // timedelta(days=1)
        return Problem(
            Field.EXPIRES, f"{role.name} may live {days} days at most: choose {longest.isoformat()} or an earlier day."
        )
    return None


def key_of(policy: Policy, typed: str) -> ClientKey | Problem:
    """The key that somebody gave in place of a secret; none where the field was left empty."""
    if not typed.strip():
        return NO_KEY
    found = public_key.read(typed, policy.key_hosts)
    return Problem(Field.KEY, found.sentence) if isinstance(found, Denied) else found


def _key(policy: Policy, command: AddCommand) -> Problem | None:
    key = key_of(policy, command.key)
    if isinstance(key, Problem):
        return key
    if key and command.authority != BUILTIN:
        return Problem(Field.KEY, "It lives elsewhere: its key is given there. Leave this empty.")
    return None


def _owner(world: World, owner: UserId) -> Problem | None:
    decision = standing(owner, world.policy.organization.teams, world.directory)
    if isinstance(decision, Denied):
        return Problem(Field.OWNER, "The owner must be an active full member of this workspace, not a guest or a bot.")
    return None


def _approval(world: World, command: AddCommand, role: Role) -> Problem | None:
    policy, never = world.policy, frozenset({command.requester, command.owner})
    if policy.waiver(command.estate, command.role, policy.end_of(command.expires_on), world.clock.now()) is not None:
        return None
    approvers = policy.approvers_for(command.estate, world.directory, never=never)
    sentence = nobody_problem(role.quorum, len(approvers))
    return None if sentence is None else Problem(Field.ROLE, sentence)


def nobody_problem(needed: int, could: int) -> str | None:
    """Why it could never be approved, or None if it could."""
    if could >= needed:
        return None
    who = "nobody" if could == 0 else "only 1 person" if could == 1 else f"only {could} people"
    return (
        f"{needed} must approve this, and {who} could: requester and owner do not count. "
        "Ask whoever keeps the policy to name more approvers for this estate."
    )
