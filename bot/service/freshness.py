"""Before a decision counts, the workspace is asked anew who is active and who is in which group."""

from collections.abc import Iterable

from bot.domain.errors import Denied, Reason
from bot.domain.ids import GroupId, RequestId, UserId
from bot.domain.kind import Kind
from bot.domain.request import Request, Vote
from bot.ports import DirectoryUnavailableError, World

_UNAVAILABLE = Denied(
    Reason.UNAVAILABLE,
    "I could not check with the workspace who is who, so nothing was counted. Try again in a minute.",
)


def refresh_voters(world: World, request: RequestId, voter: UserId) -> Denied | None:
    """Read anew whoever a vote depends on: the voter, those who voted before, the estate's approver groups."""
    with world.store.read() as reader:
        found = reader.requests.get(request)
    return None if found is None else refresh_for(world, found, also=voter)


def refresh_for(world: World, request: Request, *, also: UserId, votes: Iterable[Vote] = ()) -> Denied | None:
    """Read anew everybody whose standing a request, or the review of one, rests on."""
    voters = request.heard.union(*(vote.people for vote in votes))
    absent = {each.approver for each in request.delegations if each.delegate == also}
    users = {also, request.asked.requester, request.asked.owner} | voters | absent
    try:
        world.directory.refresh(frozenset(users), _groups(world, request))
    except DirectoryUnavailableError:
        return _UNAVAILABLE
    return None


def _groups(world: World, request: Request) -> frozenset[GroupId]:
    policy, estate = world.policy, request.asked.estate
    groups = set(policy.admins.groups)
    if estate in policy.estate_admins:
        groups |= policy.estate_admins[estate].groups
    for rule in policy.rules_for(estate):
        groups |= rule.circle.groups
    if request.escalated_at is not None:
        groups |= policy.escalation.circle.groups
    if request.asked.kind is Kind.BREAK_GLASS:
        groups |= policy.break_glass.circle.groups
    return frozenset(groups)
