"""When people are warned of an expiry: what is due are thresholds *crossed and untold*, so no missed day loses one.

A threshold of 7 is crossed when the day begins that is seven days before the last one on which the credential works,
and told in the next working hour, unless that would be on the last day: then at once. Whoever slept through several is
told the tightest, once, and in a working hour too. A plan is of one expiry: another expiry is another plan.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.domain.ids import CredentialId, EstateKey, RoleKey, UserId

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """When people work, where they are: between two times on some days of the week (0 is Monday)."""

    zone: str = "UTC"
    opens: time = time(9)
    closes: time = time(17)
    days: frozenset[int] = frozenset({0, 1, 2, 3, 4})

    def next(self, moment: datetime) -> datetime:
        """The first instant from this one on at which somebody works."""
        there = moment.astimezone(ZoneInfo(self.zone))
        if there.weekday() in self.days and self.opens <= there.time() < self.closes:
            return moment
        day = there.date() if there.time() < self.opens else there.date() + _DAY
        while day.weekday() not in self.days:
            day += _DAY
        return datetime.combine(day, self.opens, ZoneInfo(self.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """What a plan is made from: the thresholds in days, the expiry, and the hours of those who are told."""

    thresholds: tuple[int, ...]
    expires_at: datetime
    hours: Hours

    def crossed_at(self, days: int) -> datetime:
        """The beginning of the day so many days before the last one."""
        return datetime.combine(self.last_day - days * _DAY, time(), ZoneInfo(self.hours.zone))

    def told_at(self, days: int) -> datetime:
        """When a threshold is told: in working hours, but never as late as the last day because of them."""
        return self.heard_at(self.crossed_at(days))

    def heard_at(self, moment: datetime) -> datetime:
        """The first working instant from this one on; the instant itself where that would be on the last day."""
        working = self.hours.next(moment)
        return working if working < self.crossed_at(0) else moment

    def morning_after(self, now: datetime, days: int) -> datetime:
        """When work begins so many days from now, where those are who are told."""
        zone = ZoneInfo(self.hours.zone)
        return datetime.combine(now.astimezone(zone).date() + days * _DAY, self.hours.opens, zone)

    def days_left(self, now: datetime) -> int:
        """Whole days until the last one: 0 on the last day itself, less than that after it."""
        return (self.last_day - now.astimezone(ZoneInfo(self.hours.zone)).date()).days

    @property
    def last_day(self) -> date:
        """The day on which it works last, where those are who are told."""
        return (self.expires_at - timedelta(microseconds=1)).astimezone(ZoneInfo(self.hours.zone)).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How far the warnings of one expiry have come."""

    told: int | None = None
    """The tightest threshold, in days, that was told, or had been crossed before the expiry was set."""
    due_at: datetime | None = None
    """When the next one is due; None if none is."""
    snoozed_until: datetime | None = None
    let_expire_by: UserId | None = None
    """Who decided that it may expire: nobody is warned any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The threshold that is to be told, and the wider ones that it makes superfluous."""

    days: int
    superseded: tuple[int, ...]


NONE = Plan()
"""Of a credential that has ended."""


def plan(schedule: Schedule, now: datetime, *, overdue: bool = False) -> Plan:
    """The plan of an expiry that was set now. `overdue`: what was crossed before is told, too."""
    crossed = [] if overdue else [days for days in schedule.thresholds if schedule.crossed_at(days) <= now]
    return _onward(Plan(told=min(crossed, default=None)), schedule)


def due(plan_: Plan, schedule: Schedule, now: datetime) -> tuple[Due, Plan] | None:
    """What is to be told now, and the plan after it; None if nothing is, or if nobody works who could be told."""
    if plan_.due_at is None or plan_.due_at > now or schedule.heard_at(now) > now:
        return None
    crossed = [days for days in _untold(plan_, schedule) if schedule.told_at(days) <= now]
    if not crossed:
        return None
    tightest = min(crossed)
    superseded = tuple(sorted((days for days in _untold(plan_, schedule) if days > tightest), reverse=True))
    return Due(days=tightest, superseded=superseded), _onward(Plan(told=tightest), schedule)


def snooze(plan_: Plan, schedule: Schedule, until: datetime) -> Plan:
    """Silent until then, but never past the last threshold. Raises `ValueError` if that was told already."""
    last = schedule.told_at(min(_untold(plan_, schedule)))
    return _onward(replace(plan_, snoozed_until=min(until, last)), schedule)


def can_snooze(plan_: Plan, schedule: Schedule, now: datetime) -> bool:
    """Whether there is anything to put off: the last warning cannot be, nor what nobody is warned of any more."""
    to_come = untold(plan_, schedule)
    return bool(to_come) and schedule.told_at(to_come[-1]) > now


def replanned(plan_: Plan, schedule: Schedule, now: datetime) -> Plan:
    """The same plan under other thresholds or hours: what is late is told when somebody works again."""
    if plan_.let_expire_by is not None:
        return plan_
    going = _onward(plan_, schedule)
    return going if going.due_at is None else replace(going, due_at=max(going.due_at, schedule.heard_at(now)))


def silenced(plan_: Plan) -> Plan:
    """Of a credential that is being deleted: what was told stays told, should it come back."""
    return Plan(told=plan_.told)


def let_expire(plan_: Plan, by: UserId) -> Plan:
    """No more warnings: somebody has decided."""
    return Plan(told=plan_.told, let_expire_by=by)


def untold(plan_: Plan, schedule: Schedule) -> tuple[int, ...]:
    """The thresholds that are still to come, the widest first; none where somebody lets it expire."""
    return () if plan_.let_expire_by is not None else tuple(sorted(_untold(plan_, schedule), reverse=True))


def _untold(plan_: Plan, schedule: Schedule) -> list[int]:
    return [days for days in schedule.thresholds if plan_.told is None or days < plan_.told]


def _onward(plan_: Plan, schedule: Schedule) -> Plan:
    still = _untold(plan_, schedule)
    if not still:
        return replace(plan_, due_at=None)
    due_at = min(schedule.told_at(days) for days in still)
    if plan_.snoozed_until is not None:
        due_at = min(schedule.heard_at(max(due_at, plan_.snoozed_until)), schedule.told_at(min(still)))
    return replace(plan_, due_at=due_at)


class Watched(Protocol):
    """Of a credential what its warnings are made from. Ten thousand of them are read at once."""

    @property
    def id(self) -> CredentialId: ...
    @property
    def estate(self) -> EstateKey: ...
    @property
    def role(self) -> RoleKey: ...
    @property
    def owner(self) -> UserId: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def plan(self) -> Plan: ...
