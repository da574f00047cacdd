"""What was not decided for a while is asked of the next tier: once, and from then on they may decide."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.clauses import Escalation
from bot.domain.errors import Reason
from bot.domain.ids import GroupId
from bot.domain.notice import NoticeKind
from bot.domain.person import Circle
from bot.domain.request import State
from bot.domain.role import SUPER_ADMIN
from bot.service.handover.issuance import Shown
from bot.service.sweep import sweep
from bot.store.auditing import story_problems
from tests.support.people import ANA, GONE, MAYA, OLGA, SAM


@pytest.fixture
def tiered(house):
    higher = Circle(users=frozenset({SAM, OLGA, MAYA, ANA, GONE}))
    return house.under(replace(house.world.policy, escalation=Escalation(circle=higher, after=timedelta(days=1))))


def late(tiered, **changes):
    """A request that nobody has decided for a day."""
    request = tiered.opened(**changes)
    tiered.clock.advance(days=1)
    assert sweep(tiered.world).get("escalated") == 1
    return request


def asked(house):
    return [each.person for each in house.waiting() if each.kind is NoticeKind.APPROVER_ASKED]


def told_of(house):
    with house.store.connect() as connection:
        return story_problems(house.store.ledger, connection)


def test_before_its_time_the_next_tier_is_neither_asked_nor_may_decide(tiered):
    request = tiered.opened()
    tiered.clock.advance(hours=23)
    assert "escalated" not in sweep(tiered.world)
    assert SAM not in asked(tiered)
    assert tiered.vote(request, SAM).reason is Reason.NOT_APPROVER


def test_from_then_on_each_of_them_is_asked_and_may_decide(tiered):
    request = late(tiered)
    assert {SAM, OLGA} <= set(asked(tiered))
    assert not {MAYA, GONE} & set(asked(tiered)), "who asked is never asked, and nobody who has left"
    assert asked(tiered).count(ANA) == 1, "she was asked already"
    approved = tiered.vote(request, SAM)
    assert approved.state is State.APPROVED
    assert isinstance(tiered.reveal(approved), Shown)
    assert told_of(tiered) == []


def test_it_is_done_once_and_recorded_once(tiered):
    late(tiered)
    tiered.clock.advance(hours=1)
    assert "escalated" not in sweep(tiered.world)
    assert tiered.kinds().count("request:escalated") == 1
    assert asked(tiered).count(SAM) == 1


def test_the_owner_decides_nothing_in_the_next_tier_either(tiered):
    request = late(tiered, owner=OLGA)
    assert OLGA not in asked(tiered)
    assert tiered.vote(request, OLGA).reason is Reason.OWN_BENEFIT


def test_a_quorum_may_be_of_both_tiers(tiered):
    request = late(tiered, role=SUPER_ADMIN.key)
    assert tiered.vote(request, ANA).state is State.PENDING
    assert tiered.vote(request, SAM).state is State.APPROVED


def test_what_was_decided_is_not_asked_again(tiered):
    tiered.vote(tiered.opened(), ANA)
    tiered.clock.advance(hours=23)
    assert "escalated" not in sweep(tiered.world)


def test_their_vote_counts_no_more_once_the_policy_has_another_next_tier(tiered):
    approved = tiered.vote(late(tiered), SAM)
    without = tiered.under(replace(tiered.world.policy, escalation=Escalation()))
    assert without.reveal(approved).reason is Reason.QUORUM_LOST


def test_without_a_next_tier_nothing_is_escalated(house):
    house.opened()
    house.clock.advance(days=2)
    assert "escalated" not in sweep(house.world)


def test_an_escalation_that_nobody_recorded_is_found(tiered):
    tiered.opened()
    with closing(sqlite3.connect(tiered.engine.url.database)) as connection:
        connection.execute("UPDATE request SET escalated_at = 1")
        connection.commit()
    assert told_of(tiered)


def test_the_groups_of_the_next_tier_are_read_anew_before_their_vote_counts(house, monkeypatch):
    higher = Escalation(circle=Circle(groups=frozenset({GroupId("S0HEADS00")})), after=timedelta(days=1))
    tiered = house.under(replace(house.world.policy, escalation=higher))
    house.directory.groups["S0HEADS00"] = frozenset({SAM})
    request, read = late(tiered), []
    monkeypatch.setattr(house.directory, "refresh", lambda _users, groups: read.append(groups))
    tiered.vote(request, SAM)
    assert "S0HEADS00" in read[0]
