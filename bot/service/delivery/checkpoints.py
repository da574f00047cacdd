"""The ledger's checkpoint for the security channel, once a day: what a person copied from there, nobody takes back."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.log_standing import LogStanding, due
from bot.domain.notice import NoticeKind
from bot.ports import World
from bot.service.delivery.announcing import announce_if


def announce(world: World, *, limit: int = 1) -> int:
    """Write the day's message, if its hour has come and nobody has yet; how many. The first start writes none."""

    def comes(now: datetime, last: datetime | None) -> bool:
        return last is None or due(now, last, _opens(world, now))

    return announce_if(world, "checkpoint", NoticeKind.CHECKPOINT, comes, limit=limit)


def standing(world: World) -> LogStanding | None:
    """How the ledger stands now; None before its first checkpoint."""
    return world.store.history.standing(world.witnesses())


def _opens(world: World, now: datetime) -> datetime:
    there = now.astimezone(ZoneInfo(world.policy.time_zone))
    return there.replace(
        hour=world.policy.hours.opens.hour, minute=world.policy.hours.opens.minute, second=0, microsecond=0
    )
