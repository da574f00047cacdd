"""The manifest asks for what the program uses and for nothing else."""

import ast
from pathlib import Path

import pytest
import yaml
from slack_sdk import WebClient

from bot import slack as face
from bot.slack.app import SHORTCUTS
from bot.slack.ids import COMMAND
from bot.slack.manifest import EVENTS, HISTORY_SCOPES, SCOPES, WATCH_SCOPES, WITHOUT_SCOPE, manifest, to_yaml
from tests.slack import lounge as lounges

SOURCES = sorted(Path(face.__path__[0]).rglob("*.py"))
FILE = Path(face.__path__[0]).parents[1] / "manifest.yml"

DOCUMENTED = {
    "auth.test": set(),
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations.info": {"channels:read", "groups:read", "im:read", "mpim:read"},
    "conversations.open": {"channels:manage", "groups:write", "im:write", "mpim:write"},
    "usergroups.users.list": {"usergroups:read"},
    "users.info": {"users:read"},
    "users.list": {"users:read"},
    "views.open": set(),
    "views.publish": set(),
    "views.update": set(),
}
"""Scopes that a bot token may call each method with. Source: docs.slack.dev/reference/methods."""

BY_THE_LIBRARY = {"apps.connections.open"}
"""Called by Bolt for Socket Mode; it needs no scope of the bot."""


def called() -> set[str]:
    """The Web API methods whose names stand behind a client in the code."""
    found = set()
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Attribute) and _ends_in_client(node.value):
                found.add(node.attr)
    return {name.replace("_", ".") for name in found if callable(getattr(WebClient, name, None))}


def _ends_in_client(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.strip("_") == "client"


def test_file_is_what_the_program_prints():
    assert FILE.read_text() == to_yaml()


def test_every_method_that_is_called_is_documented_and_granted():
    assert called() == set(DOCUMENTED)
    granted = {*SCOPES, *HISTORY_SCOPES}
    for method, scopes in DOCUMENTED.items():
        assert not scopes or scopes & granted, method
        assert bool(scopes) == (method not in WITHOUT_SCOPE), method


def test_every_scope_is_needed():
    for scope, methods in (SCOPES | HISTORY_SCOPES).items():
        assert methods or scope == "commands"
        for method in methods:
            assert scope in DOCUMENTED[method]
    assert set(WITHOUT_SCOPE) == BY_THE_LIBRARY | {method for method, scopes in DOCUMENTED.items() if not scopes}


def test_what_is_subscribed_is_what_is_listened_to(house, slack):
    lounge = lounges.furnish(house, slack)
    for event in (*EVENTS, *WATCH_SCOPES.values()):
        lounge.happens({"type": event.partition(".")[0]})
    payload = {"type": "event_callback", "event_id": "Ev0X", "event": {"type": "reaction_added"}}
    assert lounge.dispatch(payload).status == 404
    lounge.settle()
    lounge.face.background.stop()
    lounge.face.replies.close()


@pytest.mark.parametrize("url", [None, "https://cred.example", "https://cred.example/"])
def test_socket_mode_and_addresses_exclude_each_other(url):
    made = yaml.safe_load(to_yaml(url))
    assert made == manifest(url)
    settings, (command,) = made["settings"], made["features"]["slash_commands"]
    addresses = [settings["event_subscriptions"], settings["interactivity"], {"request_url": command.get("url")}]
    expected = None if url is None else "https://cred.example/slack/events"
    assert {each.get("request_url") for each in addresses} == {expected}
    assert settings["socket_mode_enabled"] is (url is None)


def test_history_is_asked_for_only_where_somebody_wants_it():
    plain, more = (manifest(history=history)["oauth_config"]["scopes"]["bot"] for history in (False, True))
    assert set(more) - set(plain) == set(HISTORY_SCOPES)
    assert not set(SCOPES) & set(HISTORY_SCOPES)
    assert plain == sorted(SCOPES)
    assert manifest("https://cred.example", history=True)["settings"] == manifest("https://cred.example")["settings"]


def test_what_watching_needs_is_asked_for_only_where_somebody_wants_it():
    plain, more = (manifest(watch=watch) for watch in (False, True))
    scopes, events = (
        [set(read(made)) for made in (plain, more)]
        for read in (
            lambda made: made["oauth_config"]["scopes"]["bot"],
            lambda made: made["settings"]["event_subscriptions"]["bot_events"],
        )
    )
    assert scopes[1] - scopes[0] == set(WATCH_SCOPES) == {"channels:history", "groups:history"}
    assert events[1] - events[0] == set(WATCH_SCOPES.values()) == {"message.channels", "message.groups"}
    assert scopes[0] == set(SCOPES)
    assert events[0] == set(EVENTS)


def test_command_is_escaped_and_the_tabs_are_on():
    made = manifest()
    (command,) = made["features"]["slash_commands"]
    assert command["command"] == COMMAND
    assert command["should_escape"] is True
    assert made["features"]["app_home"]["home_tab_enabled"] is True
    assert made["features"]["app_home"]["messages_tab_enabled"] is True


def test_every_shortcut_is_listened_to_and_its_texts_fit():
    """Names of 24 characters and descriptions of 150 at most, after Slack's reference of the manifest."""
    offered = manifest()["features"]["shortcuts"]
    assert {each["callback_id"] for each in offered} == {each.value for each in SHORTCUTS}
    assert {each["type"] for each in offered} == {"global", "message"}
    assert all(len(each["name"]) <= 24 and len(each["description"]) <= 150 for each in offered)


def test_texts_fit_what_slack_takes():
    made = manifest()
    assert len(made["display_information"]["name"]) <= 35
    assert len(made["display_information"]["description"]) <= 140
    (command,) = made["features"]["slash_commands"]
    assert len(command["description"]) <= 2000
    assert len(command["usage_hint"]) <= 1000
