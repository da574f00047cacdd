"""Break-glass in the real program: taken at once, told to everybody, and ended where others find it not justified."""

from contextlib import suppress
from datetime import timedelta

import pytest

from bot.domain.break_glass import State
from bot.domain.credential import State as CredentialState
from bot.domain.request import State as RequestState
from bot.slack.ids import Action
from tests.support import emergency, road, soundness
from tests.support.finishing import INTERRUPTED
from tests.support.live import ANA, BEN, MAYA
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario

TAKEN = "request:opened+request:allowed+glass:broken"
REFUSED = "review:cast+credential:deleted"
BOUNDARIES = [TAKEN, "notice", "notice:sent", "request:started", "credential:issued", "secret:shown", REFUSED]
"""Every kind of commit between the form and the end: where one killed program stands, the next goes on."""


def test_taken_without_approval_it_works_until_one_other_refuses_it(program, name):
    emergency.take(program, name)
    pair = road.reveal(program, name)
    assert road.works(program, pair)
    for channel in (road.CHANNEL, emergency.SECURITY):
        assert "nobody has approved this" in words(emergency.card(program, name, channel)["blocks"])
    for person in (ANA, BEN):
        assert road.wait(program, lambda who=person: _alarm(program, who, name), f"a message to {person}")
    emergency.refuse(program, name, why="I saw no outage.")
    assert not road.works(program, pair)
    for person in (MAYA, ANA, BEN):
        eventually(lambda who=person: "I saw no outage." in _said_to(program, who, name), f"word to {person}")
    for channel in (road.CHANNEL, emergency.SECURITY):
        eventually(lambda place=channel: _heard_in(program, place, name), f"word in {channel}")
    books = soundness.check(program)
    assert books.credential(name).state is CredentialState.DELETED
    assert books.records[str(books.credential(name).id)] == 0
    assert books.kinds(name)["vote:cast"] == 0


def test_it_ends_after_a_day_and_its_review_goes_on_until_two_have_done_it(over_http, name):
    emergency.take(over_http, name)
    pair = road.reveal(over_http, name)
    emergency.find_justified(over_http, name, ANA)
    over_http.let_pass(timedelta(hours=24, minutes=1))
    assert not road.works(over_http, pair)
    ended = (CredentialState.EXPIRED,)
    eventually(lambda: soundness.glance(over_http).credential(name).state in ended, "the removal")
    eventually(lambda: "Not reviewed yet" in _said_to(over_http, BEN, name), "the reminder")
    assert "Not reviewed yet" not in _said_to(over_http, ANA, name)
    assert emergency.glass(over_http, name).state is State.OPEN
    emergency.find_justified(over_http, name, BEN)
    assert emergency.glass(over_http, name).state is State.JUSTIFIED
    emergency.settle(over_http, name)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("label", BOUNDARIES)
def test_killed_at_a_commit_it_is_taken_once_or_not_at_all_and_can_be_ended(mortal, name, label, when):
    emergency.fill_in(mortal, name)  # the terms are accepted, whoever was first on this program
    _rest(mortal)
    mortal.kill_at(when, label)
    with suppress(*INTERRUPTED):
        emergency.take(mortal, name)
        road.reveal(mortal, name)
        emergency.refuse(mortal, name)
    mortal.wait_killed()
    mortal.spare()
    mortal.start()
    _finish(mortal, name)
    books = soundness.check(mortal)
    assert [each.asked.name for each in books.requests].count(name) == 1
    assert all(each.state is CredentialState.DELETED for each in books.credentials if each.name == name)
    pairs = road.all_shown(mortal, name)
    assert [road.works(mortal, pair) for pair in pairs] == [False] * len(pairs)


def test_the_boundaries_are_all_that_there_are(mortal, name):
    emergency.fill_in(mortal, name)
    _rest(mortal)
    mortal.commits()
    emergency.take(mortal, name)
    road.reveal(mortal, name)
    emergency.refuse(mortal, name)
    _rest(mortal)
    assert set(mortal.acts()) == set(BOUNDARIES)


def _finish(program, name):
    """Take it where nothing was taken, reveal it where it can be, and refuse it where nobody has."""
    soundness.check(program)
    if not emergency.glasses(program, name):
        emergency.take(program, name)
    if emergency.glass(program, name).state is State.OPEN:
        if emergency.glass(program, name).request.state is RequestState.APPROVED:
            road.reveal(program, name)
        emergency.refuse(program, name)
    _rest(program)


def _alarm(program, person, name):
    return road.newest(program.person(person), name, Action.UNJUSTIFIED)


def _said_to(program, person, name):
    return "\n".join(words(m["blocks"]) for m in program.person(person).messages() if road.tells_of(m, name))


def _heard_in(program, channel, name):
    """The outcome, as a message of its own beside the card."""
    told = [m for m in program.person(ANA).messages(channel) if road.tells_of(m, name)]
    return len(told) == 2 and all("Found not justified" in words(m["blocks"]) for m in told)


def _rest(program):
    """Until nothing waits in the outbox."""
    eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")
