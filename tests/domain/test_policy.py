"""Who may ask, who must approve, and what a day means."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import ALLOWED, Denied, Reason
from bot.domain.ids import EstateKey
from bot.domain.person import Circle, standing
from tests.support.fakes import FakeDirectory
from tests.support.people import (
    ANA,
    APPROVERS,
    BEN,
    BOT,
    CAI,
    GONE,
    GUEST,
    LOGISTICS,
    MAYA,
    OLGA,
    OTTO,
    RETAIL,
    SAM,
    UserId,
    everybody,
    make_policy,
)

ROSTER = FakeDirectory(everybody(), {APPROVERS: frozenset({ANA, BEN, GONE, GUEST, OTTO, BOT})})


@pytest.mark.parametrize(
    ("user", "reason"),
    [
        (GUEST, Reason.GUEST),
        (BOT, Reason.BOT),
        (GONE, Reason.DEACTIVATED),
        (OTTO, Reason.EXTERNAL),
        (UserId("U0NOBODY"), Reason.UNKNOWN_PERSON),
    ],
)
def test_who_is_no_active_member_of_ours_may_do_nothing(user, reason):
    policy = make_policy(admins=Circle(users=frozenset({user})))
    decision = policy.may_add(user, RETAIL, ROSTER)
    assert isinstance(decision, Denied)
    assert decision.reason is reason
    assert not policy.is_approver(user, RETAIL, ROSTER)


def test_an_active_member_of_ours_stands():
    assert standing(MAYA, make_policy().organization.teams, ROSTER) is ALLOWED


def test_only_admins_add():
    assert make_policy().may_add(MAYA, RETAIL, ROSTER) is ALLOWED
    assert make_policy().may_add(ANA, RETAIL, ROSTER).reason is Reason.NOT_ADMIN


def test_an_estate_admin_adds_in_that_estate_only():
    policy = make_policy(estate_admins={RETAIL: Circle(users=frozenset({OLGA}))})
    assert policy.may_add(OLGA, RETAIL, ROSTER) is ALLOWED
    assert isinstance(policy.may_add(OLGA, LOGISTICS, ROSTER), Denied)
    assert [estate.key for estate in policy.estates_of(OLGA, ROSTER)] == [RETAIL]
    assert policy.estates_seen(OLGA, ROSTER) == {RETAIL}


def test_approvers_are_those_of_the_estate_who_may_act_at_all():
    assert make_policy().approvers_for(RETAIL, ROSTER) == {ANA, BEN, CAI}
    assert make_policy().approvers_for(LOGISTICS, ROSTER) == {ANA, BEN}
    assert make_policy().approvers_for(RETAIL, ROSTER, never=frozenset({ANA})) == {BEN, CAI}


def test_auditors_and_admins_see_every_estate_and_others_none():
    policy = make_policy()
    assert policy.estates_seen(SAM, ROSTER) == policy.estates_seen(MAYA, ROSTER) == {RETAIL, LOGISTICS}
    assert policy.estates_seen(OLGA, ROSTER) == frozenset()


def test_an_estate_that_left_the_policy_is_answered_for_by_security():
    assert make_policy().channel_of(EstateKey("gone")) == "C0SECURITY"


def test_a_day_ends_where_the_organization_is():
    policy = make_policy()
    assert policy.end_of(date(2026, 3, 2)) == datetime(2026, 3, 2, 23, tzinfo=UTC)
    assert policy.end_of(date(2026, 3, 29)) == datetime(2026, 3, 29, 22, tzinfo=UTC), "the clocks change that night"


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2100, 1, 1)), st.sampled_from(["UTC", "Asia/Kolkata"]))
def test_a_picked_day_comes_back_as_the_same_day(day, zone):
    policy = make_policy(time_zone=zone)
    assert policy.last_day(policy.end_of(day)) == day
