"""The weekly digest: how the credentials stand, in numbers, and the first few that somebody should look at."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.ids import CredentialId, EstateKey, RoleKey, UserId
from bot.domain.reminder import Hours

WEEKS = 8
"""How far the digest looks ahead."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A credential in a list, and since when it is what the list is about."""

    credential: CredentialId
    name: str
    estate: EstateKey
    owner: UserId
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many, and the first few of them: those of longest standing."""

    count: int
    first: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """How many credentials end in a week, by its first day."""

    begins: date
    ending: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """The state of things at one instant."""

    at: datetime
    weeks: tuple[Week, ...]
    never_used: Tally
    idle: Tally
    ownerless: Tally
    """Owned by people who have left."""
    by_role: tuple[tuple[RoleKey, int], ...]
    """Living credentials of each role, the most powerful first."""
    waiting: int
    """Requests that wait for approval."""
    oldest: datetime | None
    """When the oldest of them was opened."""


def edges(now: datetime, zone: str) -> tuple[datetime, ...]:
    """Now, and the Monday midnights of the organization after it: the borders of the weeks that a digest counts."""
    there = ZoneInfo(zone)
    monday = _monday(now.astimezone(there).date())
    return (now, *(datetime.combine(monday + week * _WEEK, time(), there) for week in range(1, WEEKS + 1)))


def weeks(now: datetime, zone: str, ending: tuple[int, ...]) -> tuple[Week, ...]:
    """The numbers between those borders, with the day on which each week begins."""
    monday = _monday(now.astimezone(ZoneInfo(zone)).date())
    return tuple(Week(begins=monday + week * _WEEK, ending=count) for week, count in enumerate(ending))


def turn(now: datetime, hours: Hours) -> datetime:
    """The newest beginning of a working week: when the digest was due last."""
    there = ZoneInfo(hours.zone)
    monday = _monday(now.astimezone(there).date())
    this = hours.next(datetime.combine(monday, time(), there))
    return this if this <= now else hours.next(datetime.combine(monday - _WEEK, time(), there))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
