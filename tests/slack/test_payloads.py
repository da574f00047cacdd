"""Every payload of Slack's documentation is heard, and one that says something else than its kind does is refused."""

import os
from pathlib import Path

import pytest

from bot.slack.ids import Action, Callback, Choice, Shortcut
from bot.slack.wire.payload import SHAPES, UnheardError, UnsoundError, check
from tests.slack import scenes, storm
from tests.support import people
from tests.support.payloads import Sender, on_grid, without_an_actor

SEED = int(os.environ.get("CRED_SEED", "20261124"))
SENDER = Sender()
VIEW = {"id": "V0FORM", "type": "modal", "callback_id": Callback.WITHDRAW.value, "private_metadata": "x"}
BY_SOMEBODY = {
    "a command": SENDER.command("help"),
    "a command in a DM": SENDER.command("list", channel_id="D0MAYA", channel_name="directmessage"),
    "a button in a channel": SENDER.press(Action.APPROVE, "x"),
    "a button in a DM": SENDER.press(Action.REVEAL, "x", dm=True),
    "a button of an ephemeral": SENDER.press(Action.PAGE, "x", ephemeral=True),
    "a menu": SENDER.press(Action.MORE, f"{Choice.DETAILS}:x"),
    "a button in a view": SENDER.press_in(VIEW, Action.ROLE, "x"),
    "a button of Home": SENDER.press_in({**VIEW, "type": "home"}, Action.ADD, "add"),
    "a form": SENDER.submit(VIEW),
    "a form from a channel of another workspace": {
        **SENDER.submit({**VIEW, "app_installed_team_id": people.HOME}),
        "user": {"id": people.OTTO, "team_id": people.FOREIGN},
    },
    "a form with a place to answer to": {
        **SENDER.submit(VIEW),
        "response_urls": [{"block_id": "b", "action_id": "a", "channel_id": "C0", "response_url": "https://x.example"}],
    },
    "a form that was closed": SENDER.close(VIEW),
    "a shortcut": SENDER.start(Shortcut.ADD),
    "a shortcut on a message": SENDER.start_on(Shortcut.LEAKED, "nothing"),
    "the Home tab": SENDER.home(),
    "the Messages tab": SENDER.home(tab="messages"),
}
DOCUMENTED = {
    **BY_SOMEBODY,
    **{f"{name} on Grid": on_grid(payload) for name, payload in BY_SOMEBODY.items()},
    **{
        f"{name}, installed for the organization": on_grid(payload, whole_organization=True)
        for name, payload in BY_SOMEBODY.items()
    },
    **dict(without_an_actor()),
}


@pytest.mark.parametrize("name", DOCUMENTED)
def test_payload_of_the_documentation_is_heard(lounge, name, caplog):
    assert lounge.dispatch(DOCUMENTED[name]).status == 200
    lounge.settle()
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_every_kind_is_among_them():
    assert {payload.get("type") for payload in DOCUMENTED.values()} - {None} == set(SHAPES)


def test_somebody_of_our_workspace_on_grid_is_somebody_of_ours(lounge):
    for name in ("on Grid", "installed for the organization"):
        answer = lounge.dispatch(
            next(p for n, p in DOCUMENTED.items() if n.startswith("a command") and n.endswith(name))
        )
        assert "/cred add" in answer.body


def test_what_slack_adds_is_no_harm(lounge):
    for payload in BY_SOMEBODY.values():
        assert lounge.dispatch({**payload, "added_in_2031": {"deep": [1, {"er": None}]}}).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": None},
        {"user": {"id": 1}},
        {"user": {"id": ["U0MAYA"]}},
        {"user": {"id": "x" * 256}},
        {"actions": []},
        {"actions": None},
        {"actions": ["approve"]},
        {"actions": [{"action_id": 5}]},
        {"actions": [{"action_id": "a", "value": {"request": "x"}}]},
        {"container": "message"},
        {"channel": 7},
        {"response_url": ["https://hooks.slack.com/x"]},
        {"team": "\ud800"},
    ],
)
def test_press_that_slack_would_never_send_is_refused(lounge, wrong):
    assert lounge.dispatch({**SENDER.press(Action.APPROVE, "x"), **wrong}).status == 400


@pytest.mark.parametrize("payload", [None, [], "x", 5, {"command": 5}, {"command": "/cred", "user_id": None}])
def test_what_is_no_payload_at_all_is_refused(payload):
    with pytest.raises((UnsoundError, UnheardError)):
        check(payload)


@pytest.mark.parametrize("kind", ["block_suggestion", "dialog_submission", "interactive_message", "x", None, 5, ["x"]])
def test_kind_that_nobody_listens_to_is_not_heard(lounge, kind):
    assert lounge.dispatch({**SENDER.press(Action.APPROVE, "x"), "type": kind}).status == 404


EACH = 2_000 // len(list(scenes.scenes())) + 1


@pytest.mark.parametrize("scene", list(scenes.scenes()), ids=lambda scene: scene.what)
def test_payload_that_nobodys_client_sends_has_no_effect_without_an_entry(scene, tmp_path: Path, caplog):
    storm.rage(tmp_path, scene, caplog, seed=SEED, count=EACH)
