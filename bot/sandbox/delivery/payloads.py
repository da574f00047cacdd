"""What Slack sends to an app: slash commands, interactions, events, as Slack's documentation has them. Pure."""

import secrets
from collections.abc import Mapping
from typing import Any

from bot.sandbox.state import seed
from bot.sandbox.state.modals import View
from bot.sandbox.state.renderings import message_object, view_object
from bot.sandbox.state.workspace import Channel, Message, Person

VERIFICATION = "sandbox-verification-token"
"""Slack's deprecated `token` field: there, and good for nothing."""

Payload = dict[str, Any]


def _install() -> Payload:
    return {"api_app_id": seed.APP, "token": VERIFICATION, "is_enterprise_install": False, "enterprise": None}


def _people(person: Person) -> Payload:
    """Who acts. `user.team_id` is the acting person's own team, `team` the one where the app is installed."""
    return {
        "user": {
            "id": person.id,
            "username": person.username,
            "name": person.username,
            "team_id": person.team_id,
        },
        "team": {"id": seed.TEAM, "domain": seed.TEAM_DOMAIN},
    }


def channel_name(channel: Channel) -> str:
    """The name that payloads give a channel; a DM and a private channel have none of their own."""
    if channel.kind == "dm":
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name


def command_form(person: Person, channel: Channel, command: str, text: str) -> dict[str, str]:
    """A slash command's fields, but for `response_url` and `trigger_id`."""
    return {
        "token": VERIFICATION,
        "team_id": seed.TEAM,
        "team_domain": seed.TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": person.id,
        "user_name": person.username,
        "command": command,
        "text": text,
        "api_app_id": seed.APP,
        "is_enterprise_install": "false",
    }


def global_shortcut(person: Person, callback_id: str, now: float) -> Payload:
    """A shortcut that is started from anywhere, but for its `trigger_id`."""
    return {
        "type": "shortcut",
        **_people(person),
        **_install(),
        "callback_id": callback_id,
        "action_ts": f"{now:.6f}",
    }


def message_shortcut(person: Person, channel: Channel, message: Message, callback_id: str, now: float) -> Payload:
    """A shortcut on a message, which comes along whole; but for `response_url` and `trigger_id`."""
    return {
        "type": "message_action",
        **_people(person),
        **_install(),
        "callback_id": callback_id,
        "action_ts": f"{now:.6f}",
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": message_object(message),
    }


def action_object(block_id: str, element: Mapping[str, Any], value: Mapping[str, Any], now: float) -> Payload:
    """One entry of `actions`: the element that was touched and what it is now."""
    shown = {key: element[key] for key in ("text", "value", "style") if element["type"] == "button" and key in element}
    return {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block_id,
        "action_ts": f"{now:.6f}",
        **shown,
        **value,
    }


def message_action(person: Person, channel: Channel, message: Message, state: Payload, action: Payload) -> Payload:
    """`block_actions` on a message. Of an ephemeral message Slack sends no content back."""
    ephemeral = message.only_for is not None
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    content = {} if ephemeral else {"message": message_object(message)}
    return {
        "type": "block_actions",
        **_people(person),
        **_install(),
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        **content,
        "state": {"values": state},
        "actions": [action],
    }


def view_action(person: Person, view: View, action: Payload) -> Payload:
    """`block_actions` in a modal or on the Home tab."""
    return {
        "type": "block_actions",
        **_people(person),
        **_install(),
        "container": {"type": "view", "view_id": view.id},
        "view": view_object(view),
        "actions": [action],
    }


def view_submission(person: Person, view: View) -> Payload:
    """A modal was sent."""
    return {
        "type": "view_submission",
        **_people(person),
        **_install(),
        "view": view_object(view),
        "response_urls": [],
    }


def view_closed(person: Person, view: View, *, cleared: bool) -> Payload:
    """A modal was closed without sending."""
    return {
        "type": "view_closed",
        **_people(person),
        **_install(),
        "view": view_object(view),
        "is_cleared": cleared,
    }


def message_event(channel: Channel, message: Message) -> Payload:
    """Something was said in a channel."""
    return {**message_object(message), **_where(channel)}


def message_changed(channel: Channel, message: Message, before: Message) -> Payload:
    """What was said is something else now."""
    said = {"message": message_object(message), "previous_message": message_object(before)}
    return {"type": "message", "subtype": "message_changed", "hidden": True, **said, **_where(channel)}


def message_deleted(channel: Channel, before: Message) -> Payload:
    """It is gone, and comes along once more."""
    gone = {"deleted_ts": before.ts, "previous_message": message_object(before)}
    return {"type": "message", "subtype": "message_deleted", "hidden": True, **gone, **_where(channel)}


def _where(channel: Channel) -> Payload:
    return {"channel": channel.id, "channel_type": "group" if channel.is_private else "channel"}


def event_callback(event: Mapping[str, Any], now: float) -> Payload:
    """An event in the envelope of the Events API."""
    stamped = {**event, "event_ts": f"{now:.6f}"}
    return {
        "token": VERIFICATION,
        "team_id": seed.TEAM,
        "context_team_id": seed.TEAM,
        "context_enterprise_id": None,
        "api_app_id": seed.APP,
        "event": stamped,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(6).upper()}",
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": seed.TEAM,
                "user_id": seed.BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
    }
