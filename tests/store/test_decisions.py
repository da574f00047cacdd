"""What waits for somebody's decision, as the database looks for it: what the rules say of each request, and quickly."""

import random
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.domain.clauses import Escalation
from bot.domain.delegation import Delegation
from bot.domain.grounds import right_of
from bot.domain.ids import CredentialId, DelegationId, EstateKey, RequestId
from bot.domain.person import Circle
from bot.domain.request import State, Verdict, Vote
from bot.service.reading import inventory
from bot.store.delegations import SqlDelegations
from bot.store.requests import SqlRequests
from tests.support.people import ANA, BEN, CAI, GONE, GUEST, LOGISTICS, MAYA, OLGA, RETAIL, SAM

PEOPLE = (ANA, BEN, CAI, MAYA, OLGA, SAM)
LEFT = EstateKey("left-the-policy")
STANDING_IN = ((ANA, SAM), (CAI, SAM), (CAI, BEN), (BEN, OLGA), (GONE, OLGA), (ANA, GUEST))


@pytest.fixture
def crowded(house):
    """A house in which much is undecided, some of it voted on, some escalated, with people who stand in."""
    tier = Escalation(circle=Circle(users=frozenset({OLGA, SAM, MAYA})))
    crowded = house.under(replace(house.world.policy, escalation=tier))
    chance, base, now = random.Random(5), house.opened(), house.clock.now()
    with house.store.write() as connection:
        delegations, requests = SqlDelegations(connection), SqlRequests(connection, now)
        for number, (approver, delegate) in enumerate(STANDING_IN):
            absence = {"approver": approver, "delegate": delegate, "since": now, "until": now + timedelta(days=1)}
            delegations.add(Delegation(id=DelegationId(UUID(int=number)), **absence), str(number))
        for number in range(300):
            asked = replace(
                base.asked,
                requester=chance.choice(PEOPLE),
                owner=chance.choice(PEOPLE),
                estate=chance.choice((RETAIL, LOGISTICS, LEFT)),
            )
            request = replace(
                base,
                id=RequestId(UUID(int=number)),
                credential=CredentialId(UUID(int=1000 + number)),
                asked=asked,
                escalated_at=chance.choice((None, now)),
                lapses_at=base.lapses_at + timedelta(seconds=chance.randrange(100)),
                state=chance.choice((State.PENDING, State.PENDING, State.APPROVED)),
            )
            requests.add(request, f"form {number}")
            requests.save(request, expected=request.state)
            for voter in chance.sample(PEOPLE, chance.choice((0, 0, 1, 2))):
                instead = chance.choice((None, ANA, BEN, CAI))
                requests.add_vote(request.id, Vote(voter=voter, verdict=Verdict.APPROVE, at=now, stands_in_for=instead))
    return crowded


def test_the_database_finds_what_the_rules_say(crowded):
    policy, roster = crowded.world.policy, crowded.world.directory
    found = 0
    with crowded.store.read() as reader:
        undecided = reader.requests.in_state([State.PENDING], limit=1000)
        holding = reader.delegations.holding(crowded.clock.now())
        for user in (*PEOPLE, GUEST, GONE):
            by_the_rules = [each for each in undecided if user in each.waits_for(policy, roster)]
            in_order = sorted(by_the_rules, key=lambda each: (each.lapses_at, str(each.id)))
            right = right_of(user, holding, policy, roster)
            assert reader.requests.waiting_for(right, limit=1000) == in_order, user
            assert reader.requests.count_waiting_for(right) == len(in_order)
            found += len(in_order)
    assert found > 200, "it is about something"


def test_a_list_shows_the_first_and_counts_the_rest(crowded):
    waiting = inventory.pending(crowded.world, ANA)
    with crowded.store.read() as reader:
        right = right_of(ANA, [], crowded.world.policy, crowded.world.directory)
        assert len(waiting.on_me) + waiting.more_on_me == reader.requests.count_waiting_for(right)
        assert list(waiting.on_me) == reader.requests.waiting_for(right, limit=inventory.PAGE)
    assert waiting.more_on_me > 0
