"""Once a week the security channel reads how things stand, counted when it is sent."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.credential import State
from bot.domain.digest import WEEKS, edges, turn
from bot.domain.notice import NoticeKind
from bot.domain.reminder import Hours
from bot.domain.role import SUPER_ADMIN
from bot.ports import Lost
from bot.service import lifecycle
from bot.service.delivery import digest
from bot.service.delivery.outbox import send_due
from bot.service.handover import receipts
from bot.service.sweep import sweep
from bot.store.rows import METADATA
from tests.support.people import GONE, MAYA, OLGA, RETAIL

BERLIN = ZoneInfo("Europe/Berlin")


def at(month, day, hour=0, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def go_to(house, moment):
    house.clock.time = moment


def sent(house):
    house.notifier.sent.clear()
    sweep(house.world)
    for _ in range(20):
        send_due(house.world, house.notifier)
    return [about for notice, about, _ in house.notifier.sent if notice.kind is NoticeKind.DIGEST]


def issue(house, name, **changes):
    made = house.issued(**{"name": name, "owner": OLGA, **changes}).credential
    receipts.stored(house.world, made.id, made.newest.id, made.owner)
    return made


def counted(house):
    with house.store.read() as reader:
        return digest.compute(house.world, reader)


def used(house, credential, moment):
    with house.store.work() as work:
        work.credentials.save_secret(credential.id, replace(credential.newest, last_used_at=moment))


def test_it_is_sent_on_monday_when_work_begins_once(house):
    assert sent(house) == [], "the first start sends none: there is no week behind it"
    go_to(house, at(3, 9, 8, 59))
    assert sent(house) == []
    go_to(house, at(3, 9, 9))
    assert len(sent(house)) == 1
    go_to(house, at(3, 13, 15))
    assert sent(house) == []
    go_to(house, at(3, 16, 9))
    assert len(sent(house)) == 1


def test_a_monday_that_was_slept_through_is_made_up_for_in_working_hours(house):
    sent(house)
    go_to(house, at(3, 10, 3))
    assert sent(house) == [], "not at night"
    go_to(house, at(3, 10, 9))
    assert len(sent(house)) == 1


def test_many_weeks_that_were_slept_through_are_one_digest(house):
    sent(house)
    go_to(house, at(5, 20, 12))
    assert len(sent(house)) == 1
    assert sent(house) == []


def test_it_goes_to_the_security_channel_and_after_a_lost_answer_again(house):
    sent(house)
    go_to(house, at(3, 9, 9))
    house.notifier.answers.append(Lost())
    assert len(sent(house)) == 1
    house.clock.advance(minutes=1)
    assert len(sent(house)) == 1
    notices = [notice for notice, _, _ in house.notifier.sent if notice.kind is NoticeKind.DIGEST]
    assert [(notice.channel, notice.possibly_repeated) for notice in notices] == [("C0SECURITY", True)]


def test_what_ends_is_counted_by_week(house):
    today = house.world.policy.today(house.clock.now())  # a Monday
    for number, days in enumerate((0, 6, 7, 20, 20, 55, 56)):
        issue(house, f"job {number}", expires_on=today + timedelta(days=days))
    weeks = counted(house).weeks
    assert [week.ending for week in weeks] == [2, 1, 2, 0, 0, 0, 0, 1]
    assert [week.begins for week in weeks[:2]] == [date(2026, 3, 2), date(2026, 3, 9)]


def test_what_was_never_used_or_not_for_long_is_counted_and_named_oldest_first(house):
    far = house.world.policy.today(house.clock.now()) + timedelta(days=300)
    first, second, third, fourth = (issue(house, f"job {number}", expires_on=far) for number in range(4))
    used(house, first, house.clock.now())
    used(house, second, house.clock.now() + timedelta(days=1))
    used(house, third, house.clock.now() + timedelta(days=60))
    house.clock.advance(days=29)
    assert counted(house).never_used.count == 0
    house.clock.advance(days=62)
    found = counted(house)
    assert [named.name for named in found.never_used.first] == [fourth.name]
    assert [named.name for named in found.idle.first] == [first.name, second.name]
    assert (found.idle.count, found.never_used.count) == (2, 1)


def test_of_many_the_first_few_are_named(house):
    for number in range(5):
        issue(house, f"job {number}", expires_on=house.world.policy.today(house.clock.now()) + timedelta(days=300))
    house.clock.advance(days=31)
    found = counted(house).never_used
    assert (found.count, len(found.first)) == (5, 3)


def test_what_is_owned_by_people_who_left_is_counted(house):
    credential = issue(house, "orphan")
    with house.store.write() as connection:
        row = {"team": "T", "name": "x", "full_name": "", "membership": "full", "read_at": 0}
        for user, active in ((OLGA, False), (MAYA, True), (GONE, False)):
            connection.execute(METADATA.tables["member"].insert().values(user=user, active=active, **row))
    found = counted(house).ownerless
    assert [named.credential for named in found.first] == [credential.id]


def test_roles_are_counted_the_most_powerful_first_and_only_what_lives(house):
    house.issued(name="root", role=SUPER_ADMIN.key)
    kept = issue(house, "reader")
    gone = issue(house, "gone", expires_on=house.world.policy.today(house.clock.now()))
    house.clock.time = gone.expires_at
    lifecycle.expire_due(house.world)
    found = counted(house)
    assert found.by_role == ((SUPER_ADMIN.key, 1), (kept.role, 1))
    with house.store.read() as reader:
        assert reader.credentials.get(gone.id).state is State.EXPIRED


def test_requests_that_wait_are_counted_with_the_oldest(house):
    assert (counted(house).waiting, counted(house).oldest) == (0, None)
    first = house.opened(name="one")
    house.clock.advance(hours=3)
    house.opened(name="two", estate=RETAIL)
    assert (counted(house).waiting, counted(house).oldest) == (2, first.opened_at)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(3, 9, 9), at(3, 9, 9)),
        (at(3, 9, 8), at(3, 2, 9)),
        (at(3, 15, 23), at(3, 9, 9)),
        (at(3, 30, 9), at(3, 30, 9)),  # the clocks went forward on Sunday
    ],
)
def test_a_week_begins_with_its_first_working_hour(now, due):
    assert turn(now, Hours(zone="Europe/Berlin")) == due


def test_where_monday_is_a_day_off_the_week_begins_later():
    assert turn(at(3, 11, 12), Hours(zone="Europe/Berlin", days=frozenset({1, 2, 3}))) == at(3, 10, 9)


@given(st.integers(0, 2 * 365 * 24), st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo"]))
def test_the_weeks_of_a_digest_follow_each_other_without_a_gap(hours, zone):
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    borders = edges(now, zone)
    assert len(borders) == WEEKS + 1
    assert borders[0] == now < borders[1]
    assert borders[1] - now <= timedelta(days=7, hours=1)
    assert all(border.astimezone(ZoneInfo(zone)).weekday() == 0 for border in borders[1:])
