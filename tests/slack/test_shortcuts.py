"""What is started without a command: from anywhere, and on a message."""

import pytest

from bot.slack.ids import Callback, Shortcut
from tests.support import people


def test_a_credential_is_asked_for_from_anywhere(lounge):
    lounge.start(Shortcut.ADD, people.MAYA)
    assert lounge.opened()["callback_id"] in {Callback.TERMS, Callback.ADD}


def test_whoever_may_not_ask_reads_why(lounge):
    lounge.start(Shortcut.ADD, people.SAM)
    assert "You may not add credentials" in str(lounge.opened())


@pytest.mark.parametrize(
    "message",
    [
        lambda secret: {"text": f"it is {secret}"},
        lambda secret: {"text": "", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": f"`{secret}`"}}]},
        lambda secret: {"text": "see", "attachments": [{"fallback": secret, "fields": [{"value": secret}]}]},
    ],
    ids=["text", "blocks", "attachments"],
)
def test_a_secret_is_found_wherever_it_stands_in_a_message(lounge, message):
    shown = lounge.house.issued()
    lounge.start(Shortcut.LEAKED, people.SAM, **message(shown.secret.disclose()))
    assert "There is a secret of mine in it." in lounge.told()
    assert lounge.house.kinds().count("secret:leaked") == 1


def test_neither_the_answer_nor_a_stranger_says_more_than_they_may(lounge):
    shown = lounge.house.issued()
    lounge.start(Shortcut.LEAKED, people.SAM, text=shown.secret.disclose())
    assert shown.credential.name not in lounge.told()
    lounge.start(Shortcut.LEAKED, people.SAM, team="T0OTHER", text=shown.secret.disclose())
    assert "only by people of the organization" in lounge.told()
    lounge.start(Shortcut.LEAKED, people.SAM, text="nothing")
    assert "no secret of mine" in lounge.told()
