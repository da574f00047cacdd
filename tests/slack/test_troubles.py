"""What only the operator can put right: a line for them, once, and a sentence for whoever meets it."""

import logging

import pytest

from bot.slack.ids import Action, RequestMark
from bot.slack.wire.troubles import Troubles
from tests.slack.double import hangs_up, refuses, says
from tests.support import people


@pytest.fixture
def told(caplog):
    """What the operator reads of troubles."""
    caplog.set_level(logging.INFO)
    return lambda: [r.getMessage() for r in caplog.records if r.name == "bot.slack.wire.web_api"]


@pytest.mark.parametrize("word", ["token_revoked", "invalid_auth", "account_inactive", "token_expired"])
def test_token_that_slack_refuses_is_told_of_once_until_it_is_taken_again(lounge, told, word):
    for _ in range(2):
        lounge.slack.next("views.open", refuses(word), refuses(word))
        for _twice in range(2):
            lounge.type("add")
            assert lounge.told().startswith("Slack does not let me work here")
        lounge.type("add")
        lounge.settle()
    line = f"Slack refuses SLACK_BOT_TOKEN: {word}. `cred doctor` says what to do."
    assert told() == [line, "Slack takes SLACK_BOT_TOKEN again."] * 2


def test_scope_that_is_missing_is_named_and_told_of_once(lounge, told):
    missing = says({"ok": False, "error": "missing_scope", "needed": "usergroups:read", "provided": "commands"})
    lounge.slack.next("views.open", missing, missing)
    for _ in range(2):
        lounge.type("add")
        assert "Slack does not let me work" in lounge.told()
    (line,) = told()
    assert "views.open" in line
    assert "usergroups:read" in line


def test_what_slack_says_is_needed_is_quoted_only_if_it_is_a_scope(lounge, told):
    odd = says({"ok": False, "error": "missing_scope", "needed": "<!channel> made up"})
    lounge.slack.next("views.open", odd)
    lounge.type("add")
    lounge.settle()
    assert "made up" not in "".join(told())


def test_slack_that_does_not_answer_is_told_of_once_until_it_does(lounge, told, caplog):
    lounge.slack.next("views.publish", hangs_up, hangs_up)
    for number in range(3):
        lounge.happens({"type": "app_home_opened", "user": people.ANA, "tab": "home"}, event_id=f"Ev{number}")
        lounge.settle()
    assert len(told()) == 2
    assert "does not answer" in told()[0]
    assert told()[1] == "Slack answers again."


def test_press_that_needs_slack_is_answered_in_a_sentence_when_the_token_is_gone(lounge, caplog):
    request = lounge.house.opened()
    lounge.slack.next("views.open", refuses("token_revoked"))
    lounge.press(Action.DENY, RequestMark.of(request).pack(), people.ANA)
    assert lounge.told().startswith("Slack does not let me work here")
    assert "Traceback" not in caplog.text


def test_each_trouble_begins_once_and_ends_once():
    troubles = Troubles()
    assert [troubles.begins("x"), troubles.begins("x"), troubles.begins("y")] == [True, False, True]
    assert [troubles.ends("x"), troubles.ends("x")] == [True, False]
    assert troubles.begins("x")
