"""What a rule of the policy lets through needs nobody's approval: as long as that rule holds, and never everything."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.clauses import Waiver
from bot.domain.errors import Reason
from bot.domain.notice import NoticeKind
from bot.domain.request import State, Verdict
from bot.domain.role import FORENSICS, READ_ONLY, SUPER_ADMIN, Permission
from bot.service import asking
from bot.service.handover.issuance import Shown
from bot.store.auditing import story_problems
from tests.support.people import ANA, LOGISTICS, MAYA, OLGA, RETAIL

READERS = Waiver(
    key="lab-readers", estates=frozenset({RETAIL}), roles=frozenset({READ_ONLY.key}), max_life=timedelta(days=7)
)


@pytest.fixture
def lab(house):
    return house.under(replace(house.world.policy, waivers=(READERS,)))


def asked(lab, days=7, **changes):
    return lab.opened(expires_on=lab.world.policy.today(lab.clock.now()) + timedelta(days=days), **changes)


def told_of(house):
    with house.store.connect() as connection:
        return story_problems(house.store.ledger, connection)


def entry(house, kind):
    with house.store.connect() as connection:
        return next(e.event for e in house.store.ledger.entries(connection) if e.event.kind == kind)


def test_it_is_approved_at_once_and_its_owner_can_reveal_it(lab):
    request = asked(lab)
    assert (request.state, request.rule, request.votes) == (State.APPROVED, "lab-readers", ())
    assert NoticeKind.APPROVER_ASKED not in {each.kind for each in lab.waiting()}
    assert isinstance(lab.reveal(request), Shown)
    assert told_of(lab) == []


def test_the_ledger_names_the_rule_and_its_policy(lab):
    asked(lab)
    allowed = entry(lab, "request:allowed")
    assert (allowed.body["rule"], allowed.body["policy"]) == ("lab-readers", lab.world.policy.digest)


@pytest.mark.parametrize(
    "change", [{"days": 8}, {"estate": LOGISTICS}, {"role": FORENSICS.key}, {"role": SUPER_ADMIN.key}]
)
def test_anything_more_waits_for_people(lab, change):
    assert asked(lab, **change).state is State.PENDING


@pytest.mark.parametrize(
    "role", [SUPER_ADMIN, replace(READ_ONLY, quorum=2), replace(READ_ONLY, permissions=frozenset(Permission))]
)
def test_no_rule_lets_a_role_through_that_takes_several_or_may_do_everything(house, role):
    policy = house.world.policy
    wide = replace(READERS, roles=frozenset({role.key}))
    lab = house.under(replace(policy, roles={**policy.roles, role.key: role}, waivers=(wide,)))
    assert asked(lab, role=role.key).state is State.PENDING


@pytest.mark.parametrize("stricter", [{"waivers": ()}, {"waivers": (replace(READERS, max_life=timedelta(days=6)),)}])
def test_without_the_rule_it_takes_no_effect_any_more(lab, stricter):
    request = asked(lab)
    later = lab.under(replace(lab.world.policy, **stricter))
    refused = later.reveal(request)
    assert refused.reason is Reason.QUORUM_LOST
    assert "somebody must approve this" in refused.sentence


def test_time_that_has_passed_since_makes_nothing_longer(lab):
    request = asked(lab)
    lab.clock.advance(hours=20)
    assert isinstance(lab.reveal(request), Shown)


def test_it_needs_no_approver_to_be_there(lab):
    alone = lab.under(replace(lab.world.policy, approvers=()))
    assert asked(alone).state is State.APPROVED


def test_an_approver_can_still_take_it_back(lab):
    assert lab.vote(asked(lab), ANA, Verdict.DENY, "no").state is State.DENIED


def test_another_owner_is_told_of_it_and_so_is_who_asked(lab):
    asked(lab, owner=OLGA)
    told = {(each.kind, each.person) for each in lab.waiting()}
    assert {(NoticeKind.OWNER_REVEAL, OLGA), (NoticeKind.REQUESTER_TOLD, MAYA)} <= told


def test_the_form_says_so_before_it_is_sent(lab):
    world, today = lab.world, lab.world.policy.today(lab.clock.now())

    def preview(role):
        return asking.preview(world, requester=MAYA, owner=MAYA, estate=RETAIL, role=role)

    assert (preview(READ_ONLY.key).rule, preview(READ_ONLY.key).free_until) == (
        "lab-readers",
        today + timedelta(days=7),
    )
    assert preview(SUPER_ADMIN.key).free_until is None


@pytest.mark.parametrize("tampering", ["rule = 'other'", "rule = ''", "quorum = 1"])
def test_a_rule_changed_in_the_table_is_found(lab, tampering):
    asked(lab)
    with closing(sqlite3.connect(lab.engine.url.database)) as connection:
        connection.execute(f"UPDATE request SET {tampering}")
        connection.commit()
    assert told_of(lab)
