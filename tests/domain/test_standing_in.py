"""Whoever stands in for whom, and however they click: a quorum is of distinct people, by rights of approvers alone."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.clauses import Escalation
from bot.domain.delegation import Delegation
from bot.domain.errors import Denied
from bot.domain.ids import DelegationId
from bot.domain.person import Circle
from bot.domain.request import Verb, Verdict
from bot.domain.voting import Ballot, cast_by, effect_stands, judge
from tests.slack.specimens import NOON, request
from tests.support.fakes import FakeDirectory
from tests.support.people import (
    ANA,
    APPROVERS,
    BEN,
    BOT,
    CAI,
    GONE,
    GUEST,
    MAYA,
    OLGA,
    OTTO,
    SAM,
    everybody,
    make_policy,
)

ANYBODY = st.sampled_from([ANA, BEN, CAI, MAYA, OLGA, SAM, GUEST, BOT, GONE, OTTO])
ROSTER = FakeDirectory(everybody(), {APPROVERS: frozenset({ANA, BEN, MAYA, OLGA, GUEST, OTTO})})
POLICY = make_policy(escalation=Escalation(circle=Circle(users=frozenset({SAM, MAYA, GONE}))))
OF_THE_ESTATE = frozenset({ANA, BEN, CAI})
"""Whose rights count: Maya asked, Olga would own it."""


@st.composite
def delegations(draw):
    pairs = draw(st.lists(st.tuples(ANYBODY, ANYBODY), max_size=5))
    return tuple(
        Delegation(
            id=DelegationId(UUID(int=number)),
            approver=approver,
            delegate=delegate,
            since=NOON,
            until=NOON + timedelta(days=3),
        )
        for number, (approver, delegate) in enumerate(pairs)
    )


@given(
    absences=st.lists(delegations(), min_size=1, max_size=3),
    clicks=st.lists(ANYBODY, min_size=2, max_size=12),
    escalated=st.booleans(),
)
def test_a_quorum_is_of_distinct_people_none_of_whom_asked_for_it_or_would_own_it(absences, clicks, escalated):
    asked = request(escalated_at=NOON if escalated else None)
    rights = OF_THE_ESTATE | ({SAM} if escalated else set())
    for number, voter in enumerate(clicks):
        asked = replace(asked, delegations=absences[number % len(absences)])
        ballot = Ballot(request=asked.id, digest=asked.digest, voter=voter, verdict=Verdict.APPROVE)
        verb = judge(ballot, asked, POLICY, ROSTER, NOON)
        if isinstance(verb, Denied):
            continue
        asked = replace(asked, votes=(*asked.votes, cast_by(ballot, asked, POLICY, ROSTER, NOON)))
        people = [person for vote in asked.votes for person in vote.people]
        assert len(people) == len(set(people)), "nobody counts twice, as voter or as the one who is away"
        assert not {MAYA, OLGA} & set(people)
        assert {vote.right for vote in asked.votes} <= rights
        assert (verb is Verb.QUORUM) == (len(asked.votes) == asked.quorum)
        if verb is Verb.QUORUM:
            assert not isinstance(effect_stands(asked, None, POLICY, ROSTER), Denied)
            break
