"""Somebody leaves the workspace: what they own is shown to be taken over, what they asked for and voted on is settled.

Who left is read off the local copy of the workspace by the sweep. So it makes no difference whether Slack told of it or
the nightly look found it, and nothing is lost if the program was down. It is done once for each who leaves, and again
for whoever comes back and leaves another time.
"""

from collections import defaultdict

from bot.domain.events import PersonLeft, Via
from bot.domain.ids import ChannelId, CredentialId, UserId
from bot.domain.request import Request, Verb
from bot.ports import UnitOfWork, World
from bot.service.closing import close
from bot.service.delivery import notices


def close_abandoned(world: World, *, limit: int = 100) -> int:
    """Withdraw the requests of people who left, and those that only they could complete; how many."""
    with world.store.work() as work:
        abandoned = work.requests.abandoned(limit=limit)
        for request in abandoned:
            close(world, work, request, Verb.WITHDRAW, actor=None, via=Via.SWEEP, why=_why(world, request))
    return len(abandoned)


def show_what_is_left(world: World, *, limit: int = 100) -> int:
    """Show what people who left own, and count their votes no longer, a transaction for each of them; how many."""
    with world.store.read() as reader:
        gone = reader.leavers.untold(limit=limit)
    for user in gone:
        with world.store.work() as work:
            if work.leavers.add(user, work.now):
                _show(world, work, user)
    return len(gone)


def welcome_back(world: World, *, limit: int = 100) -> int:
    """Forget that somebody had left who is there again; how many. What was closed stays closed."""
    with world.store.work() as work:
        back = work.leavers.returned(limit=limit)
        for user in back:
            work.leavers.remove(user)
            notices.refresh_left_behind_by(world, work, user)
    return len(back)


def _show(world: World, work: UnitOfWork, user: UserId) -> None:
    owned = work.credentials.owned(user)
    channels: dict[ChannelId, list[CredentialId]] = defaultdict(list)
    for credential, estate in owned:
        channels[world.policy.channel_of(estate)].append(credential)
    for channel, items in channels.items():
        notices.left_behind(world, work, channel, items)
    for request in work.requests.voted_by(user):
        notices.progress(world, work, request)
    work.record(PersonLeft(actor=None, via=Via.SWEEP, who=user, credentials=len(owned)))


def _why(world: World, request: Request) -> str:
    asker = world.directory.member(request.asked.requester)
    left = "who asked for it" if asker is not None and not asker.active else "whose press it needed"
    return f"the person {left} has left the workspace"
