"""Over the real program: what cannot go where it should is read somewhere else, and no lost answer makes two of one."""

from contextlib import suppress
from datetime import timedelta

import pytest

from bot.slack.ids import Action
from tests.support import road, soundness
from tests.support.composing import a_program
from tests.support.finishing import INTERRUPTED
from tests.support.live import ANA, BEN, MAYA, SAM
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario

SECURITY = "C0SECURITY"
NAMES = {road.CHANNEL: "cred-approvals", SECURITY: "security"}
MEMBERS = ["U0CREDBOT", MAYA, ANA, BEN, SAM]
LATE = 25.0
"""Seconds: longer than the bot waits for an answer of Slack's, even where it is held up for a while."""

SOON = 90
"""Seconds until what Slack has put off may be tried again: time that the test lets pass once it is ready for it."""


@pytest.fixture
def program(tmp_path):
    """A program whose channels may be closed: nobody else walks through them."""
    with a_program(tmp_path, mode="http") as running:
        yield running
        soundness.check(running)


@pytest.fixture
def reading(tmp_path):
    """A program that was granted the history of its channels."""
    with a_program(tmp_path, mode="http", history=True) as running:
        yield running
        soundness.check(running)


def arrange(program, channel, **how):
    program.control.set_channel(channel, NAMES[channel], MEMBERS, **how)


def told(program, channel, name):
    """What stands in a channel about a credential, as messages."""
    return [each for each in program.person(ANA).messages(channel) if road.tells_of(each, name)]


def _put_off(program):
    """Whether Slack has answered a message with a time to wait, and all others are out."""
    refused = [each for each in program.control.requests("chat.postMessage") if each["status"] == 429]
    return refused and soundness.waiting_notices(program) == 1


def at_rest(program):
    eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")


def test_a_channel_that_is_archived_between_request_and_card_is_left_for_the_security_channel(program, name):
    program.control.fail("rate_limited", method="chat.postMessage", channel=road.CHANNEL, retry_after=SOON)
    road.ask(program, name)
    eventually(lambda: _put_off(program), "the first try")
    arrange(program, road.CHANNEL, is_archived=True)
    program.let_pass(timedelta(seconds=SOON))
    card = eventually(lambda: road.newest(program.person(ANA), name, Action.APPROVE, SECURITY), "the card")
    assert "This belongs in <#C0APPROVE>, which I cannot write to: it is archived." in words(card["blocks"])
    program.person(ANA).press(card, Action.APPROVE)
    pair = road.reveal(program, name)
    assert road.works(program, pair)
    at_rest(program)
    (stands,) = told(program, SECURITY, name)
    assert stands["ts"] == card["ts"], "it was edited where it stands"
    assert "has revealed the secret" in words(stands["blocks"])
    assert "This belongs in" in words(stands["blocks"])


@pytest.mark.parametrize(
    ("how", "why"),
    [({"is_ext_shared": True}, "it is shared with another organization"), ({"members": [ANA]}, "I am no member of it")],
    ids=["shared", "not-joined"],
)
def test_nothing_goes_where_strangers_read_or_the_bot_was_never_let_in(program, name, how, why):
    program.control.set_channel(**{"channel": road.CHANNEL, "name": "cred-approvals", "members": MEMBERS, **how})
    road.ask(program, name)
    card = eventually(lambda: road.newest(program.person(ANA), name, Action.APPROVE, SECURITY), "the card")
    assert f"This belongs in <#{road.CHANNEL}>, which I cannot write to: {why}" in words(card["blocks"])
    at_rest(program)
    assert told(program, road.CHANNEL, name) == []


def test_a_card_that_stands_in_a_channel_that_closes_is_decided_in_the_security_channel(program, name):
    road.ask(program, name, role=road.SUPER_ADMIN)
    road.approve(program, name, BEN)
    arrange(program, road.CHANNEL, is_archived=True)
    arrange(program, SECURITY)
    program.person(ANA).press(told(program, road.CHANNEL, name)[0], Action.APPROVE)
    card = eventually(lambda: told(program, SECURITY, name), "the card anew")[0]
    assert "can reveal the secret" in words(card["blocks"])
    assert road.works(program, road.reveal(program, name))


def test_whom_nothing_reaches_is_named_in_the_channel_without_their_buttons(program, name):
    def lines():
        return [each for each in told(program, road.CHANNEL, name) if "cannot reach" in words(each["blocks"])]

    program.control.fail("rate_limited", method="chat.postMessage", channel="D0BEN0000", retry_after=SOON)
    road.ask(program, name)
    eventually(lambda: _put_off(program), "the first try")
    program.control.change_person(BEN, deleted=True, silent=True)
    program.let_pass(timedelta(seconds=SOON))
    (line,) = eventually(lines, "a line in the channel")
    assert f"I cannot reach <@{BEN}> about request" in words(line["blocks"])
    assert "the account is deactivated" in words(line["blocks"])
    assert [block["type"] for block in line["blocks"]] == ["section"]
    road.approve(program, name)
    assert road.works(program, road.reveal(program, name))


def test_what_the_security_channel_does_not_take_either_waits_for_its_operator(program, name):
    for channel in NAMES:
        arrange(program, channel, is_archived=True)
    road.ask(program, name)
    eventually(lambda: f"Slack takes nothing for the security channel {SECURITY}" in program.log, "the operator's line")
    assert soundness.waiting_notices(program) > 0
    arrange(program, SECURITY)
    program.let_pass(timedelta(minutes=11))
    card = eventually(lambda: road.newest(program.person(ANA), name, Action.APPROVE, SECURITY), "the card")
    program.person(ANA).press(card, Action.APPROVE)
    assert road.works(program, road.reveal(program, name))
    assert program.log.count("Slack takes nothing for the security channel") == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error", "when": "before"},
        {"kind": "error", "when": "after"},
        {"kind": "timeout", "when": "after", "seconds": LATE},
    ],
    ids=["error-before", "error-after", "silence-after"],
)
@pytest.mark.parametrize("channel", [road.CHANNEL, "D0ANA0000"], ids=["channel", "person"])
def test_where_history_is_granted_a_lost_answer_makes_one_message_and_no_doubt(reading, name, channel, fault):
    reading.control.fail(method="chat.postMessage", channel=channel, **fault)
    road.ask(reading, name)
    at_rest(reading)
    found = told(reading, channel, name)
    assert len(found) == 1
    assert "repeat" not in words(found[0]["blocks"])
    road.approve(reading, name)
    assert road.works(reading, road.reveal(reading, name))


@pytest.mark.parametrize("granted", [True, False])
def test_killed_between_slacks_answer_and_its_entry_it_looks_or_says_that_it_may_be_a_repeat(tmp_path, name, granted):
    with a_program(tmp_path, mode="http", history=granted) as program:
        road.fill_in(program, name)
        program.kill_at("before", "notice:sent")
        with suppress(*INTERRUPTED):
            road.ask(program, name)
        program.wait_killed()
        program.spare()
        program.start()
        at_rest(program)
        found = [each for each in program.control.messages() if road.tells_of(each, name)]
        places = [each["channel"] for each in found if "repeat" not in words(each["blocks"])]
        assert len(places) == len(set(places)), "of each message only one claims to be the first"
        assert len(found) == 3 if granted else len(found) > 3
        soundness.check(program)


def test_one_destination_that_hangs_keeps_no_other_waiting(program, name):
    program.control.fail("timeout", method="chat.postMessage", channel=road.CHANNEL, seconds=LATE, times=20)
    road.ask(program, name)
    eventually(lambda: told(program, "D0ANA0000", name), "the message to Ana")
    assert told(program, road.CHANNEL, name) == []
    program.control.heal()
    at_rest(program)
    assert len(told(program, road.CHANNEL, name)) == 1
