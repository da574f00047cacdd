"""Answers that Slack does not take, or whose fate nobody knows: a secret is never lost while it works."""

import pytest

from bot.domain.credential import Delivery, ReceiptState, State
from bot.slack.ids import Action
from tests.support import road, soundness
from tests.support.finishing import issue_again, used
from tests.support.live import ANA, MAYA
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario

LATE = 25.0
"""Seconds: longer than the bot waits for an answer of Slack's, even where it is held up for a while."""


@pytest.mark.parametrize(
    ("fault", "seen", "outcome"),
    [
        ({"kind": "error", "when": "before"}, False, Delivery.UNKNOWN),
        ({"kind": "error", "when": "after"}, True, Delivery.UNKNOWN),
        ({"kind": "error", "status": 404}, False, Delivery.REFUSED),
        ({"kind": "api_error", "code": "used_url"}, False, Delivery.REFUSED),
        ({"kind": "timeout", "when": "before", "seconds": LATE}, False, Delivery.UNKNOWN),
        ({"kind": "timeout", "when": "after", "seconds": LATE}, True, Delivery.UNKNOWN),
    ],
    ids=["error-before", "error-after", "gone", "refused", "silence-before", "silence-after"],
)
def test_a_secret_that_may_be_lost_is_offered_again_and_then_only_the_new_one_works(
    over_http, name, fault, seen, outcome
):
    _approved(over_http, name)
    over_http.control.fail(method="response_url", **fault)
    over_http.person(MAYA).press(road.offer(over_http, name), Action.REVEAL)
    _outcome(over_http, name, outcome)
    lost = road.all_shown(over_http, name)
    assert len(lost) == int(seen)
    second = issue_again(over_http, name)
    assert second.secret not in [pair.secret for pair in lost]
    assert [road.works(over_http, pair) for pair in lost] == [False] * len(lost)
    assert road.works(over_http, second)


def test_where_nobody_listens_the_secret_is_offered_again(over_http, name):
    _approved(over_http, name)
    offer = road.offer(over_http, name)
    over_http.refuse_replies()
    over_http.person(MAYA).press(offer, Action.REVEAL)
    _outcome(over_http, name, Delivery.REFUSED)
    over_http.refuse_replies(yes=False)
    assert road.works(over_http, issue_again(over_http, name))


def test_a_second_lost_secret_is_offered_again_too(over_http, name):
    _approved(over_http, name)
    over_http.control.fail("error", method="response_url", times=2)
    over_http.person(MAYA).press(road.offer(over_http, name), Action.REVEAL)
    _outcome(over_http, name, Delivery.UNKNOWN)
    first = soundness.glance(over_http).credential(name)
    offered = eventually(lambda: soundness.offered_again(over_http, first), "the first offer")
    over_http.person(MAYA).press(offered, Action.REISSUE)
    eventually(lambda: len(soundness.glance(over_http).credential(name).secrets) == 2, "a second secret")
    assert road.works(over_http, issue_again(over_http, name))
    assert soundness.check(over_http).credential(name).reissued == 2


def test_a_secret_that_slack_took_and_its_owner_lost_is_asked_about_and_then_ended(over_http, name):
    _approved(over_http, name)
    offer = road.offer(over_http, name)
    over_http.control.change_person(MAYA, present=False)
    over_http.person(MAYA).press(offer, Action.REVEAL)
    _outcome(over_http, name, Delivery.DELIVERED)
    assert road.all_shown(over_http, name) == []
    windows = over_http.windows
    over_http.let_pass(windows.claim)
    eventually(lambda: f"Do you have the secret of {name}?" in _read_by_maya(over_http), "the question")
    assert soundness.check(over_http).credential(name).newest.receipt is ReceiptState.NONE
    over_http.let_pass(windows.unconfirmed)
    eventually(lambda: soundness.glance(over_http).credential(name).state is State.SUSPENDED, "the suspension")


@pytest.mark.parametrize(
    ("fault", "cards", "marked"),
    [
        ({"kind": "rate_limited", "retry_after": 1}, 1, 0),
        ({"kind": "error", "when": "before"}, 1, 1),
        ({"kind": "error", "when": "after"}, 2, 1),
        ({"kind": "timeout", "when": "after", "seconds": LATE}, 2, 1),
    ],
    ids=["too-many", "error-before", "error-after", "silence-after"],
)
def test_a_card_arrives_once_or_says_that_it_may_be_a_repeat(mortal, name, fault, cards, marked):
    """In a program in which no time passes: no other message to the channel meets what this one is to meet."""
    mortal.control.fail(method="chat.postMessage", channel=road.CHANNEL, **fault)
    road.ask(mortal, name)
    eventually(lambda: soundness.waiting_notices(mortal) == 0, "an empty outbox")
    found = [words(m["blocks"]) for m in mortal.person(ANA).messages(road.CHANNEL) if road.tells_of(m, name)]
    assert len(found) == cards
    assert sum("may be a repeat" in each for each in found) == marked
    road.approve(mortal, name)
    assert road.works(mortal, road.reveal(mortal, name))
    used(mortal, name)


@pytest.mark.parametrize("how", ["close", "disconnect_frame"])
def test_a_socket_that_drops_in_the_middle_loses_nothing(program_of, name, how):
    with program_of("socket") as program:
        road.ask(program, name)
        program.control.drop_socket(how)
        eventually(program.workspace.connected, "a connection")
        road.approve(program, name)
        program.control.drop_socket(how)
        eventually(program.workspace.connected, "a connection")
        assert road.works(program, road.reveal(program, name))


def _approved(program, name):
    road.ask(program, name)
    road.approve(program, name)


def _outcome(program, name, outcome):
    def delivery():
        made = [each for each in soundness.glance(program).credentials if each.name == name]
        return bool(made) and made[0].newest.delivery is outcome

    eventually(delivery, f"the delivery to be {outcome}")


def _read_by_maya(program):
    return "\n".join(words(message["blocks"]) for message in program.person(MAYA).messages())
