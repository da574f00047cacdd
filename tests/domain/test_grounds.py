"""Everybody who may decide has a ground for it, and nobody else."""

from bot.domain.grounds import Ground
from bot.domain.ids import GroupId
from bot.domain.person import Circle
from bot.domain.policy import ApproverRule
from tests.slack.specimens import request
from tests.support.fakes import FakeDirectory
from tests.support.people import ANA, APPROVERS, BEN, CAI, GONE, MAYA, OLGA, SAM, everybody, make_policy

ROSTER = FakeDirectory(everybody(), {APPROVERS: frozenset({ANA, BEN, GONE, MAYA, OLGA})})


def test_who_may_decide_does_so_by_name_or_through_a_group():
    found = request().grounds(make_policy(), ROSTER)
    assert found == {ANA: Ground(group=APPROVERS), BEN: Ground(group=APPROVERS), CAI: Ground()}
    assert set(found) == request().eligible(make_policy(), ROSTER)


def test_who_is_named_is_not_said_to_be_asked_through_a_group():
    rules = (
        ApproverRule(circle=Circle(groups=frozenset({APPROVERS, GroupId("S0LATER")}))),
        ApproverRule(circle=Circle(users=frozenset({ANA, SAM}))),
    )
    found = request().grounds(make_policy(approvers=rules), ROSTER)
    assert found == {ANA: Ground(), SAM: Ground(), BEN: Ground(group=APPROVERS)}
