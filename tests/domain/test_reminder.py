"""Warnings of an expiry: thresholds crossed and untold, in working hours, the tightest only, and none ever lost."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.reminder import Hours, Plan, Schedule, due, let_expire, plan, replanned, silenced, snooze, untold

BERLIN = ZoneInfo("Europe/Berlin")
EXPIRES = datetime(2026, 6, 27, tzinfo=BERLIN)  # the end of Friday, June 26
DEFAULT = (30, 14, 7, 3, 1, 0)


def schedule(thresholds=DEFAULT, expires_at=EXPIRES, **hours) -> Schedule:
    return Schedule(thresholds=thresholds, expires_at=expires_at, hours=Hours(zone="Europe/Berlin", **hours))


def at(month, day, hour=0, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (30, at(5, 27, 9)),
        (7, at(6, 19, 9)),
        (5, at(6, 22, 9)),  # crossed on a Sunday, told on Monday
        (1, at(6, 25, 9)),
        (0, at(6, 26)),  # the last day is told at once
    ],
)
def test_a_threshold_is_told_in_the_next_working_hour(days, told):
    assert schedule().told_at(days) == told


def test_working_hours_never_put_a_warning_off_to_the_last_day():
    sunday_night = schedule(expires_at=at(6, 29))  # works until the end of Sunday, June 28
    assert sunday_night.told_at(1) == at(6, 27), "a Saturday, at once: Monday would be too late"


def test_what_was_crossed_before_the_expiry_was_set_is_not_told():
    fresh = plan(schedule(), at(6, 20, 12))
    assert (fresh.told, fresh.due_at) == (7, at(6, 23, 9))


def test_what_was_taken_over_is_told_at_once_if_it_is_late():
    late = plan(schedule(), at(6, 22, 12), overdue=True)
    found, after = due(late, schedule(), at(6, 22, 12))
    assert (found.days, found.superseded) == (7, (30, 14))
    assert after.due_at == at(6, 23, 9)


def test_who_slept_through_several_is_told_the_tightest_once():
    first = plan(schedule(), at(5, 1))
    found, after = due(first, schedule(), at(6, 25, 10))
    assert (found.days, found.superseded) == (1, (30, 14, 7, 3))
    assert due(after, schedule(), at(6, 25, 23)) is None
    assert due(after, schedule(), at(6, 26))[0].days == 0


def test_what_is_late_is_told_when_somebody_works_again():
    slept = plan(schedule(), at(5, 1))
    for night in (at(6, 13, 3), at(6, 14, 12)):  # a Saturday, a Sunday
        assert due(slept, schedule(), night) is None
        assert replanned(slept, schedule(), night).due_at == at(6, 15, 9)
    assert due(slept, schedule(), at(6, 15, 9))[0].days == 14


def test_a_snooze_until_a_day_off_ends_when_work_begins():
    told = Plan(told=14, due_at=at(6, 19, 9))
    assert snooze(told, schedule(), at(6, 20, 9)).due_at == at(6, 22, 9)


def test_a_deletion_that_is_undone_tells_nothing_twice():
    told = Plan(told=7, due_at=at(6, 23, 9), snoozed_until=at(6, 24, 9))
    quiet = silenced(told)
    assert quiet.due_at is None
    assert replanned(quiet, schedule(), at(6, 20)).due_at == at(6, 23, 9)


def test_what_nobody_came_to_tell_is_known():
    assert untold(Plan(told=7), schedule()) == (3, 1, 0)
    assert untold(let_expire(Plan(told=7), "U1"), schedule()) == ()


@pytest.mark.parametrize(("moment", "left"), [(at(6, 26, 23), 0), (at(6, 25), 1), (at(6, 19, 12), 7), (at(6, 27), -1)])
def test_days_left_are_counted_to_the_last_day_where_people_are(moment, left):
    assert schedule().days_left(moment) == left


def test_a_snooze_is_never_longer_than_the_last_threshold():
    first = plan(schedule(), at(5, 1))
    _, after = due(first, schedule(), at(6, 24, 10))
    assert snooze(after, schedule(), at(6, 25, 12)).due_at == at(6, 25, 12)
    assert snooze(after, schedule(), at(7, 1)).due_at == at(6, 26)


def test_what_may_expire_is_warned_of_no_more():
    quiet = let_expire(plan(schedule(), at(5, 1)), "U1")
    assert due(quiet, schedule(), at(6, 26, 12)) is None
    assert replanned(quiet, schedule((5,)), at(5, 1)) == quiet


def test_other_thresholds_are_planned_anew():
    told = Plan(told=7, due_at=at(6, 23, 9))
    assert replanned(told, schedule((10, 5)), at(6, 20)).due_at == at(6, 22, 9)
    assert replanned(told, schedule((30,)), at(6, 20)).due_at is None


@given(
    st.lists(st.integers(0, 60), min_size=1, max_size=6, unique=True),
    st.integers(0, 365 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
    st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=9)), max_size=60),
)
def test_every_threshold_is_told_once_or_superseded_by_a_tighter_one(thresholds, expires, sleeps):
    times = schedule(tuple(sorted(thresholds, reverse=True)), expires)
    now = times.crossed_at(max(thresholds)) - timedelta(days=1)
    going, told = plan(times, now), []
    for sleep in [*sleeps, timedelta(days=99)]:
        now += sleep
        found = due(going, times, now)
        if found is not None:
            told += [*found[0].superseded, found[0].days]
            going = found[1]
    assert told == sorted(thresholds, reverse=True)
    assert going.due_at is None
