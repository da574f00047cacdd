"""What a change would take, shown in its form before it is asked for. Local reads only: a trigger lives 3 seconds."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.credential import Credential
from bot.domain.errors import Denied, Reason
from bot.domain.ids import UserId
from bot.domain.kind import Kind
from bot.ports import World
from bot.service.asking import nobody_problem
from bot.service.changing import ROLE_GONE, ChangeCommand, approvers, changeable, quorum, taken_without_approval


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview:
    """What is known of a change before it is asked for: of what, and who would have to approve it."""

    command: ChangeCommand
    """As far as the form is filled."""
    credential: Credential
    now: datetime
    needed: int
    approvers: tuple[UserId, ...]
    problem: str | None
    """Why nobody could approve it."""
    longest: date | None
    """The last day that its role allows; None where that is no later than the day on which it ends already."""


def preview_change(world: World, command: ChangeCommand) -> ChangePreview | Denied:
    """Who must approve what the form shows at this moment, or why it cannot be asked for at all."""
    with world.store.read() as reader:
        credential = changeable(world, reader, command)
        if isinstance(credential, Denied):
            return credential
        longest = None if taken_without_approval(reader, credential) else _longest(world, credential)
    if command.kind is Kind.EXTEND and longest is None:
        return Denied(Reason.WRONG_STATE, _too_long(world, credential))
    needed, could = quorum(world, command, credential), approvers(world, command, credential)
    return ChangePreview(
        command=command,
        credential=credential,
        now=world.clock.now(),
        needed=needed,
        approvers=tuple(sorted(could)),
        problem=nobody_problem(needed, len(could)),
        longest=longest,
    )


def _too_long(world: World, credential: Credential) -> str:
    if credential.role not in world.policy.roles:
        return ROLE_GONE
    return f"“{credential.name}” works as long as its role allows already. Nearer to its end this can be asked for."


def _longest(world: World, credential: Credential) -> date | None:
    role = world.policy.roles.get(credential.role)
    if role is None:
        return None
    longest = world.policy.today(world.clock.now()) + role.max_life
    return longest if longest > world.policy.last_day(credential.expires_at) else None
