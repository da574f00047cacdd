"""People who may not decide, and values that nobody was given: a sentence, and no effect."""

import pytest

from bot.domain.request import State
from bot.slack.ids import Action
from tests.support import forging, road, soundness
from tests.support.keeping import APPROVERS, GROUP
from tests.support.live import ANA, BEN, MAYA, OTTO
from tests.support.sandbox import element, eventually, words

pytestmark = pytest.mark.scenario

GUEST = "U0GUEST00"
FORGED = ["", "x", "x" * 2000, "00000000-0000-0000-0000-000000000000/" + "0" * 64, "' OR 1=1 --", "{mark}0", "{mark}\n"]


def test_an_outsider_is_told_so_and_nothing_else(program):
    otto = program.person(OTTO)
    for typed in ("/cred add", "/cred list", "/cred pending", "/cred show anything"):
        seen = len(otto.ephemerals())
        otto.command(typed)
        answer = eventually(lambda: otto.ephemerals()[seen:], "an answer")[0]  # noqa: B023 - called at once
        assert "only by people of the organization" in words(answer["blocks"])
    assert otto.view() is None


def test_an_outsiders_approval_counts_for_nothing(program, name):
    road.ask(program, name)
    card = road.card(program, name)
    forging.press(program, card, Action.APPROVE, by=OTTO, heard_by=ANA)
    _told(program, "only by people of the organization")
    _is_untouched(program, name)


def test_a_guest_among_the_approvers_may_not_approve(program, name):
    program.control.add_person(GUEST, "Gus Guest", is_restricted=True, channels=[road.CHANNEL])
    program.control.set_group(GROUP, [*APPROVERS, GUEST], silent=True)
    road.ask(program, name)
    program.person(GUEST).press(road.card(program, name), Action.APPROVE)
    eventually(lambda: "uest" in _heard(program, GUEST), "a sentence")
    _is_untouched(program, name)


def test_an_approver_who_left_without_a_word_counts_no_more(program, name):
    road.ask(program, name)
    card = road.card(program, name)
    program.control.change_person(BEN, deleted=True, silent=True)
    forging.press(program, card, Action.APPROVE, by=BEN, heard_by=ANA)
    _told(program, "deactivated")
    _is_untouched(program, name)


def test_a_vote_of_somebody_who_left_carries_no_secret(program, name):
    road.ask(program, name)
    road.approve(program, name, ANA)
    offer = road.offer(program, name)
    program.control.change_person(ANA, deleted=True, silent=True)
    program.person(MAYA).press(offer, Action.REVEAL)
    eventually(lambda: "no longer stands" in _heard(program, MAYA, channel=None), "a sentence")
    assert road.all_shown(program, name) == []
    assert soundness.check(program).request(name).state is State.DENIED
    assert all(each.name != name for each in soundness.read(program).credentials)


def test_a_requester_among_the_approvers_may_not_approve_their_own(program, name):
    program.control.set_group(GROUP, [*APPROVERS, MAYA], silent=True)
    road.ask(program, name)
    program.person(MAYA).close()
    program.person(MAYA).press(road.card(program, name), Action.APPROVE)
    eventually(lambda: "somebody else must decide" in _heard(program, MAYA), "a sentence")
    _is_untouched(program, name)


def test_an_owner_may_not_approve_what_they_would_own(program, name):
    road.ask(program, name, owner=ANA)
    program.person(ANA).press(road.card(program, name), Action.APPROVE)
    eventually(lambda: "somebody else must decide" in _heard(program, ANA), "a sentence")
    _is_untouched(program, name)


def test_nobody_but_the_owner_reveals_by_a_button_that_they_copied(program, name):
    road.ask(program, name)
    road.approve(program, name)
    offer = road.offer(program, name)
    forging.press(program, offer, Action.REVEAL, by=BEN, heard_by=MAYA)
    eventually(lambda: "Only the owner" in _heard(program, MAYA, channel=None), "a sentence")
    books = soundness.check(program)
    assert books.request(name).state is State.APPROVED
    assert all(each.name != name for each in books.credentials)
    assert road.works(program, road.reveal(program, name))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.REVEAL, Action.REISSUE, Action.STORED, Action.DENY])
def test_a_value_that_nobody_was_given_does_nothing(over_http, name, action):
    road.ask(over_http, name)
    card = road.card(over_http, name)
    mark = element(card["blocks"], Action.APPROVE)[1]["value"]
    for value in FORGED:
        before = len(_heard(over_http, ANA))
        claims = {"action_id": action, "value": value.format(mark=mark)}
        forging.press(over_http, card, Action.APPROVE, by=ANA, heard_by=ANA, **claims)
        road.wait(over_http, lambda: len(_heard(over_http, ANA)) > before, f"a sentence on {value!r}")  # noqa: B023 - called at once
    assert over_http.person(ANA).view() is None
    _is_untouched(over_http, name)


def test_another_requests_digest_approves_nothing(program, name):
    other = f"{name}-2"
    road.ask(program, name)
    road.ask(program, other)
    marks = [element(road.card(program, each)["blocks"], Action.APPROVE)[1]["value"] for each in (name, other)]
    crossed = marks[0].partition("/")[0] + "/" + marks[1].partition("/")[2]
    card = road.card(program, name)
    forging.press(program, card, Action.APPROVE, by=ANA, heard_by=ANA, value=crossed)
    _told(program, "out of date")
    _is_untouched(program, name)


@pytest.fixture
def lasting(over_http, name):
    """A request that waits, and its card."""
    road.ask(over_http, name)
    return name, road.card(over_http, name)


def _told(program, sentence):
    eventually(lambda: sentence in _heard(program, ANA), f"the sentence {sentence!r}")


def _heard(program, person, *, channel=road.CHANNEL):
    """All that was said to this person alone."""
    return "\n".join(words(message["blocks"]) for message in program.person(person).ephemerals(channel))


def _is_untouched(program, name):
    books = soundness.check(program)
    assert books.request(name).state is State.PENDING
    assert books.request(name).votes == ()
    assert books.kinds(name)["vote:cast"] == 0
