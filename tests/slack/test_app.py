"""What people and the log read when something fails, and of what nobody listens to."""

import json
import logging

from bot.ports import StoreBusyError
from bot.slack.ids import Action
from tests.slack import lounge as lounges
from tests.slack.lounge import mark
from tests.slack.snapshots import slack_takes
from tests.support import people


def test_unexpected_shows_a_reference_and_the_log_has_it(lounge, caplog, monkeypatch):
    monkeypatch.setattr("bot.slack.listeners.commands.listing.listing", lambda *_args, **_named: 1 / 0)
    text = lounge.type("list")["text"]
    reference = text.removesuffix(".").rpartition(" ")[2]
    assert len(reference) == 8
    assert reference in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_failed_press_tells_the_person(lounge, caplog, monkeypatch):
    request = lounge.house.opened()
    monkeypatch.setattr("bot.slack.listeners.actions.requests.vote", lambda *_args: 1 / 0)
    lounge.press(Action.APPROVE, mark(request), people.ANA)
    assert "reference" in lounge.told()
    assert "ZeroDivisionError" in caplog.text


def test_failed_form_stays_under_the_apology(lounge, monkeypatch):
    def busy(*_args):
        raise StoreBusyError("Too many at once. Try again in a moment.")

    lounge.type("add")
    form = lounge.opened()
    monkeypatch.setattr("bot.slack.listeners.submissions.requests.open_add", busy)
    answer = lounge.send(form, people.MAYA, name="payroll", reason="Because")
    assert answer["response_action"] == "push"
    assert "Too many at once" in json.dumps(answer["view"])
    slack_takes(answer["view"])


def test_press_for_which_there_is_no_room_is_not_acknowledged(lounge):
    request = lounge.house.opened()
    lounge.face.background.stop()
    assert lounge.press(Action.APPROVE, mark(request), people.ANA).status == 503
    assert "nothing was done" in lounge.type("add")["text"]
    assert lounge.now(request).votes == ()


def test_token_in_the_environment_is_nothing_to_warn_of(house, slack, caplog, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-made-up")
    caplog.set_level(logging.DEBUG)
    made = lounges.furnish(house, slack)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert made.app.client.token == "xoxb-made-up"
    made.face.background.stop()
    made.face.replies.close()


def test_payload_that_nobody_listens_to_is_named_and_not_quoted(lounge, caplog):
    caplog.set_level(logging.DEBUG)
    assert lounge.dispatch({"type": "shortcut", "callback_id": "x", "user": {"id": "typed-words"}}).status == 404
    assert "typed-words" not in caplog.text
