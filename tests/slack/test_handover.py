"""The secret goes to the one who pressed, and to nobody else."""

import json
import logging

import pytest

from bot.domain.credential import Delivery, ReceiptState, SecretState
from bot.domain.kind import Kind
from bot.domain.request import State
from bot.service import requests
from bot.service.changing import ChangeCommand
from bot.slack.ids import Action, SecretMark
from tests.slack.double import says
from tests.slack.lounge import mark
from tests.slack.snapshots import slack_takes
from tests.support import people


def revealed(lounge, **changes):
    request = lounge.house.approved(**changes)
    lounge.press(Action.REVEAL, mark(request), people.MAYA, channel="D0MAYA")
    lounge.settle()
    with lounge.house.world.store.read() as reader:
        credential = reader.credentials.get(request.credential)
    assert credential is not None
    return credential


def test_secret_goes_to_the_one_who_pressed_and_the_button_stays(lounge):
    credential = revealed(lounge)
    (reply,) = lounge.replies()
    assert reply["replace_original"] is False
    assert reply["response_type"] == "ephemeral"
    secret = lounge.house.authority.kept[credential.id]
    assert json.dumps(reply).count(secret) == 1
    assert credential.newest.delivery is Delivery.DELIVERED
    slack_takes(reply)


def rotated(lounge):
    """Maya's credential with an old secret beside a new one, and the old one's mark."""
    credential = revealed(lounge)
    command = ChangeCommand(submission="r", kind=Kind.ROTATE, credential=credential.id, requester=people.MAYA)
    shown = lounge.house.reveal(requests.open_change(lounge.house.world, command))
    return shown.credential, SecretMark.of(shown.credential, shown.credential.retiring).pack()


def secrets_of(lounge, credential):
    with lounge.house.world.store.read() as reader:
        return reader.credentials.get(credential.id).secrets


@pytest.mark.parametrize("action", [Action.RETIRE_OLD, Action.LEAKED_OLD])
def test_old_secret_is_retired_by_a_button_and_said_so_elsewhere_than_in_the_message(lounge, action):
    credential, old = rotated(lounge)
    lounge.press(action, old, people.MAYA)
    assert "no longer works" in lounge.told()
    assert secrets_of(lounge, credential)[0].state is SecretState.RETIRED
    lounge.press(action, old, people.MAYA)
    assert "retired already" in lounge.told()


def test_old_secret_is_kept_longer_by_a_button_and_its_message_is_edited(lounge):
    credential, old = rotated(lounge)
    before = lounge.replies()
    lounge.press(Action.KEEP_OLD, old, people.MAYA, channel="D0MAYA")
    assert lounge.replies() == before
    assert secrets_of(lounge, credential)[0].kept_longer


def test_nobody_else_decides_about_an_old_secret(lounge):
    credential, old = rotated(lounge)
    for action in (Action.KEEP_OLD, Action.RETIRE_OLD, Action.LEAKED_OLD):
        lounge.press(action, old, people.ANA)
        assert "Only its owner or an admin" in lounge.told()
    assert secrets_of(lounge, credential)[0] == credential.retiring


def test_secret_that_slack_refuses_is_offered_again(lounge, slack):
    slack.answers["response/1"].append(says({"ok": False, "error": "expired_url"}))
    request = lounge.house.approved()
    lounge.press(Action.REVEAL, mark(request), people.MAYA, response_url=slack.url.removesuffix("api/") + "response/1")
    lounge.settle()
    with lounge.house.world.store.read() as reader:
        credential = reader.credentials.get(request.credential)
        assert credential is not None
        assert credential.newest.delivery is Delivery.REFUSED
    assert "owner-not-shown" in {notice.kind for notice in lounge.house.waiting()}


@pytest.mark.parametrize("url", ["", "https://evil.example/x", "http://hooks.slack.com/x"])
def test_secret_is_not_even_made_where_it_cannot_be_handed_over(lounge, url):
    request = lounge.house.approved()
    lounge.press(Action.REVEAL, mark(request), people.MAYA, response_url=url)
    lounge.settle()
    assert lounge.now(request).state is State.APPROVED
    assert lounge.house.authority.issued == 0


def test_nobody_but_the_owner_reveals(lounge):
    request = lounge.house.approved()
    lounge.press(Action.REVEAL, mark(request), people.ANA)
    assert "Only the owner" in lounge.told()
    assert lounge.now(request).state is State.APPROVED


def test_stored_secret_is_deleted_from_the_screen(lounge):
    credential = revealed(lounge)
    ephemeral = {"type": "message", "is_ephemeral": True}
    lounge.press(Action.STORED, SecretMark.of(credential).pack(), people.MAYA, channel="D0MAYA", container=ephemeral)
    assert lounge.replies()[-1] == {"delete_original": True}
    with lounge.house.world.store.read() as reader:
        kept = reader.credentials.get(credential.id)
    assert kept is not None
    assert kept.newest.receipt is ReceiptState.STORED


def test_reissue_takes_the_dead_secret_off_the_screen_and_shows_the_new_one(lounge):
    credential = revealed(lounge)
    first = lounge.house.authority.kept[credential.id]
    ephemeral = {"type": "message", "is_ephemeral": True}
    lounge.press(Action.REISSUE, SecretMark.of(credential).pack(), people.MAYA, channel="D0MAYA", container=ephemeral)
    _shown, removed, again = lounge.replies()
    assert removed == {"delete_original": True}
    second = lounge.house.authority.kept[credential.id]
    assert second != first
    assert second in json.dumps(again)


def test_no_secret_reaches_the_log(lounge, caplog):
    caplog.set_level(logging.DEBUG)
    credential = revealed(lounge)
    assert lounge.house.authority.kept[credential.id] not in caplog.text
    assert "response/" not in caplog.text
