"""Why each person is asked, in words: the same on the card for everybody and in the message to one of them."""

from collections.abc import Iterable
from itertools import groupby

from bot.domain.grounds import Ground
from bot.domain.ids import UserId
from bot.domain.request import Request
from bot.slack.cards.pieces import Known
from bot.slack.text import mention, people, user_group


def why_you(request: Request, known: Known, person: UserId | None) -> str:
    """`you are an approver of *Harbour Retail*, through the group @sec`."""
    estate = f"*{known.estate(request.asked.estate)}*"
    ground = None if person is None else request.grounds(known.policy, known.roster).get(person)
    if ground is None:
        return f"you were one of those who approve for {estate}"
    if ground.delegation is not None:
        until = known.end(ground.delegation.until)
        return f"you are standing in for {mention(ground.delegation.approver)} for {estate} until {until}"
    if ground.escalated:
        return f"the approvers of {estate} have not decided in time, so you are asked as well{_through(ground)}"
    if ground.group is not None:
        return f"you are an approver of {estate}{_through(ground)}"
    return f"you are an approver of {estate}"


def who_may(request: Request, known: Known) -> str:
    """`@cai; through @sec: @ana or @ben`. Nothing where nobody may."""
    return "; ".join(_of_one_ground(ground, users, known) for ground, users in _by_ground(request, known))


def _by_ground(request: Request, known: Known) -> Iterable[tuple[Ground, list[UserId]]]:
    found = request.grounds(known.policy, known.roster).items()
    for ground, same in groupby(sorted(found, key=lambda each: each[1].rank), key=lambda each: each[1]):
        yield ground, [user for user, _ in same]


def _of_one_ground(ground: Ground, users: list[UserId], known: Known) -> str:
    named = people(users, "or")
    if ground.delegation is not None:
        absent = mention(ground.delegation.approver)
        return f"{named}, standing in for {absent} until {known.end(ground.delegation.until)}"
    if ground.escalated:
        return f"since they have not decided in time, {named}{_through(ground)}"
    return named if ground.group is None else f"through {user_group(ground.group)}: {named}"


def _through(ground: Ground) -> str:
    return "" if ground.group is None else f", through the group {user_group(ground.group)}"
