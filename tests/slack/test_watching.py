"""Channels that are watched for secrets: where the policy says so, wherever in a message one stands, told once."""

from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

import pytest

from bot.domain.clauses import Leaks
from bot.domain.notice import NoticeKind
from bot.ports import StoreBusyError
from bot.service import leaks
from tests.slack import lounge as lounges
from tests.support import people

CHANNEL = "C0GENERAL"


@pytest.fixture
def watching(house, slack):
    """A lounge whose policy lets channels be watched."""
    with _lounge(house, slack, Leaks(watch_channels=True)) as lounge:
        yield lounge


@contextmanager
def _lounge(house, slack, clause):
    lounge = lounges.furnish(house.under(replace(house.world.policy, leaks=clause)), slack)
    yield lounge
    lounge.face.background.stop()
    lounge.face.replies.close()


def _said(lounge, **message):
    lounge.happens({"type": "message", "channel": CHANNEL, "channel_type": "channel", "user": people.OTTO, **message})


def _told(lounge):
    kinds = {NoticeKind.OWNER_LEAKED, NoticeKind.LEAK_CARD}
    return [each.person or each.channel for each in lounge.house.waiting() if each.kind in kinds]


PLACES = {
    "text": lambda secret: {"text": f"it is {secret}"},
    "a thread": lambda secret: {"text": secret, "thread_ts": "1.0"},
    "blocks": lambda secret: {"blocks": [{"type": "rich_text", "elements": [{"type": "text", "text": secret}]}]},
    "what a bot attached": lambda secret: {"subtype": "bot_message", "bot_id": "B1", "attachments": [{"text": secret}]},
    "a file's title": lambda secret: {"subtype": "file_share", "files": [{"title": secret}]},
    "a snippet's beginning": lambda secret: {"subtype": "file_share", "files": [{"preview": f"export A={secret}\n"}]},
    "other words": lambda secret: {"subtype": "message_changed", "message": {"text": secret}, "previous_message": {}},
}


@pytest.mark.parametrize("place", PLACES)
def test_a_secret_is_seen_wherever_it_stands(watching, place):
    shown = watching.house.issued()
    _said(watching, **PLACES[place](shown.secret.disclose()))
    assert _told(watching) == [shown.credential.owner, watching.house.world.policy.security_channel]
    with watching.house.store.read() as reader:
        leak = reader.credentials.get(shown.credential.id).newest.leak
    assert (leak.by, leak.channel, leak.at) == (None, CHANNEL, watching.house.clock.now())


def test_ten_copies_and_five_edits_are_told_once(watching):
    shown = watching.house.issued()
    secret = shown.secret.disclose()
    for number in range(10):
        _said(watching, text=f"{number} {secret}")
    for number in range(5):
        _said(watching, subtype="message_changed", message={"text": f"{secret} {number}"})
    assert len(_told(watching)) == 2
    assert watching.house.kinds().count("secret:leaked") == 1


def test_what_is_gone_or_was_said_before_an_edit_is_not_looked_at(watching):
    secret = watching.house.issued().secret.disclose()
    _said(watching, subtype="message_deleted", previous_message={"text": secret})
    _said(watching, subtype="message_changed", message={"text": "…"}, previous_message={"text": secret})
    assert _told(watching) == []


def test_it_is_ended_at_once_where_the_policy_says_so(house, slack):
    with _lounge(house, slack, Leaks(watch_channels=True, retire=True)) as lounge:
        shown = lounge.house.issued()
        _said(lounge, text=shown.secret.disclose())
        assert lounge.house.kinds()[-2:] == ["secret:leaked", "secret:retired"]
        assert len(_told(lounge)) == 2


def test_nothing_is_looked_at_where_the_policy_does_not_say_so(lounge):
    _said(lounge, text=lounge.house.issued().secret.disclose())
    assert _told(lounge) == []


def test_what_is_no_secret_of_ours_costs_no_look_into_the_database(watching):
    secret = watching.house.issued().secret.disclose()
    with patch.object(type(watching.house.store), "work", side_effect=AssertionError("it was asked")):
        for text in ("good morning", "crd_", secret[:-1], secret[:-1] + "!", "x" * 40_000):
            _said(watching, text=text)


def test_a_message_that_could_not_be_looked_up_is_told_again(watching, caplog):
    secret = watching.house.issued().secret.disclose()
    event = {"type": "message", "channel": CHANNEL, "text": secret}
    payload = {"type": "event_callback", "team_id": people.HOME, "event_id": "Ev0AGAIN", "event": event}
    with patch.object(leaks, "seen", side_effect=StoreBusyError("busy")):
        assert watching.dispatch(payload).status == 503
    assert _told(watching) == []
    assert secret not in caplog.text
    assert watching.dispatch(payload).status == 200
    assert len(_told(watching)) == 2
