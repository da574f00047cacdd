"""The ledger's checkpoint for the security channel, once a day: what a person copied from there, nobody takes back."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.ids import NoticeId
from bot.domain.log_standing import LogStanding, due
from bot.domain.notice import Notice, NoticeKind
from bot.ports import Chore, World

_CHORE = "checkpoint"


def announce(world: World, *, limit: int = 1) -> int:
    """Write the day's message, if its hour has come and nobody has yet; how many. The first start writes none."""
    with world.store.work() as work:
        chore = work.chores.get(_CHORE)
        if limit < 1 or (chore is not None and not due(work.now, chore.done_at, _opens(world, work.now))):
            return 0
        work.chores.save(_CHORE, Chore(done_at=work.now))
        if chore is None:
            return 0
        work.notices.add(
            Notice(
                id=NoticeId(world.entropy.uuid()),
                kind=NoticeKind.CHECKPOINT,
                channel=world.policy.security_channel,
                due_at=work.now,
            )
        )
    return 1


def standing(world: World) -> LogStanding | None:
    """How the ledger stands now; None before its first checkpoint."""
    return world.store.history.standing(world.witnesses())


def _opens(world: World, now: datetime) -> datetime:
    there = now.astimezone(ZoneInfo(world.policy.time_zone))
    return there.replace(
        hour=world.policy.hours.opens.hour, minute=world.policy.hours.opens.minute, second=0, microsecond=0
    )
