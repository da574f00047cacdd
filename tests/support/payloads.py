"""Payloads as Slack's documentation shows them, made by us: every kind, every place that it comes from, whole."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.slack.ids import COMMAND, Action, Shortcut
from tests.support import people

Payload = dict[str, Any]
_numbers = itertools.count(1)
ENTERPRISE = "E0HARBOUR"
_MENUS = {Action.MORE: "overflow", Action.ANSWER: "overflow"}


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends it, of which workspace; where answers go."""

    user: str = people.MAYA
    team: str = people.HOME
    answers: str = "https://hooks.slack.com/actions/T0HOME/1/made-up"

    def command(self, text: str, **more: Any) -> Payload:
        """A slash command."""
        return {
            "token": "made-up",
            "team_id": self.team,
            "team_domain": "harbour",
            "channel_id": "C0GENERAL",
            "channel_name": "general",
            "user_id": self.user,
            "user_name": "somebody",
            "command": COMMAND,
            "text": text,
            "api_app_id": "A0CRED",
            "is_enterprise_install": "false",
            "response_url": self._url(),
            "trigger_id": "13345224609.738474920.8088930838d88f008e0",
            **more,
        }

    def press(self, action: str, value: str, *, dm: bool = False, ephemeral: bool = False, **more: Any) -> Payload:
        """A button or a menu of a message."""
        channel = f"D0{self.user[2:]}" if dm else "C0RETAIL"
        message = {"type": "message_attachment", "message_ts": "1548261231.000200", "channel_id": channel}
        return {
            **self._interaction("block_actions"),
            "container": {**message, "is_ephemeral": ephemeral, "is_app_unfurl": False},
            "channel": {"id": channel, "name": "directmessage" if dm else "retail"},
            "message": {"type": "message", "user": "U0CRED", "ts": "1548261231.000200", "text": "…", "blocks": []},
            "state": {"values": {}},
            "response_url": self._url(),
            "actions": [_pressed(action, value)],
            **more,
        }

    def press_in(self, view: Payload, action: str, value: str) -> Payload:
        """The same in a form, or on the Home tab: there is no message, and nowhere to answer to."""
        container = {"type": "view", "view_id": view["id"]}
        pressed = {"actions": [_pressed(action, value)], "container": container, "view": _shown(view)}
        return {**self._interaction("block_actions"), **pressed}

    def submit(self, view: Payload, number: int = 0) -> Payload:
        """A form that is sent."""
        shown = {**_shown(view), "id": f"V0{number or next(_numbers)}"}
        return {**self._interaction("view_submission"), "view": shown, "response_urls": []}

    def close(self, view: Payload) -> Payload:
        """A form that is closed."""
        return {**self._interaction("view_closed"), "view": _shown(view), "is_cleared": False}

    def start(self, shortcut: Shortcut) -> Payload:
        """A global shortcut."""
        return {**self._interaction("shortcut"), "callback_id": shortcut.value, "action_ts": "1581106241.371594"}

    def start_on(self, shortcut: Shortcut, text: str) -> Payload:
        """A shortcut on a message."""
        return {
            **self._interaction("message_action"),
            "callback_id": shortcut.value,
            "response_url": self._url(),
            "channel": {"id": "C0GENERAL", "name": "general"},
            "message_ts": "1516229207.000133",
            "message": {"type": "message", "user": "U0SOMEBODY", "ts": "1516229207.000133", "text": text, "blocks": []},
        }

    def event(self, event: Payload, **more: Any) -> Payload:
        """Something happened."""
        owner = {"enterprise_id": None, "team_id": people.HOME, "user_id": "U0CRED", "is_bot": True}
        return {
            "token": "made-up",
            "team_id": self.team,
            "api_app_id": "A0CRED",
            "event": {"event_ts": "1515449522000016", **event},
            "type": "event_callback",
            "event_id": f"Ev0{next(_numbers)}",
            "event_time": 1515449522,
            "authorizations": [{**owner, "is_enterprise_install": False}],
            "is_ext_shared_channel": False,
            "context_team_id": people.HOME,
            "context_enterprise_id": None,
            **more,
        }

    def home(self, tab: str = "home") -> Payload:
        """The Home tab was opened."""
        return self.event({"type": "app_home_opened", "user": self.user, "channel": "D0X", "tab": tab})

    def _interaction(self, kind: str) -> Payload:
        return {
            "type": kind,
            "user": {"id": self.user, "username": "somebody", "name": "somebody", "team_id": self.team},
            "api_app_id": "A0CRED",
            "token": "made-up",
            "trigger_id": "12321423423.333649436676.d8c1bb837935619ccad0f624c448ffb3",
            "team": {"id": people.HOME, "domain": "harbour"},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    def _url(self) -> str:
        return f"{self.answers}/{next(_numbers)}"


def on_grid(payload: Payload, *, whole_organization: bool = False) -> Payload:
    """The same on Enterprise Grid; where the app is installed for the whole organization, no team may be named."""
    if "command" in payload:
        flag = "true" if whole_organization else "false"
        named = {"enterprise_id": ENTERPRISE, "enterprise_name": "Harbour", "is_enterprise_install": flag}
        return {**payload, **named}
    if payload["type"] == "event_callback":
        ours = {**payload["authorizations"][0], "enterprise_id": ENTERPRISE}
        ours |= {"is_enterprise_install": whole_organization, "team_id": None if whole_organization else people.HOME}
        return {**payload, "enterprise_id": ENTERPRISE, "context_enterprise_id": ENTERPRISE, "authorizations": [ours]}
    team = {**payload["team"], "enterprise_id": ENTERPRISE, "enterprise_name": "Harbour"}
    return {
        **payload,
        "team": None if whole_organization else team,
        "enterprise": {"id": ENTERPRISE, "name": "Harbour"},
        "is_enterprise_install": whole_organization,
    }


def without_an_actor() -> Iterator[tuple[str, Payload]]:
    """What Slack sends of its own accord."""
    sender = Sender()
    account = {"id": people.MAYA, "team_id": people.HOME, "name": "maya", "deleted": False, "profile": {}}
    yield "user_change", sender.event({"type": "user_change", "user": account, "cache_ts": 1648596421})
    grid = {**account, "enterprise_user": {"id": people.MAYA, "enterprise_id": ENTERPRISE, "teams": [people.HOME]}}
    yield "user_change on Grid", on_grid(sender.event({"type": "user_change", "user": grid}), whole_organization=True)
    group = {"id": people.APPROVERS, "team_id": people.HOME, "is_usergroup": True, "handle": "approvers", "users": []}
    yield "subteam_updated", sender.event({"type": "subteam_updated", "subteam": group})
    moved = {"type": "subteam_members_changed", "subteam_id": people.APPROVERS, "team_id": people.HOME}
    yield "subteam_members_changed", sender.event({**moved, "added_users": [people.SAM], "removed_users": []})
    said = {"type": "message", "channel": "C0GENERAL", "channel_type": "channel", "user": people.SAM, "text": "hello"}
    yield "message.channels", sender.event({**said, "ts": "1355517523.000005", "blocks": [{"type": "rich_text"}]})
    edited = {"subtype": "message_changed", "hidden": True, "message": {**said, "text": "bye"}}
    yield "message_changed", sender.event({**said, **edited, "previous_message": said})
    yield (
        "url_verification",
        {"token": "made-up", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9CY", "type": "url_verification"},
    )
    limited = {"token": "made-up", "team_id": people.HOME, "minute_rate_limited": 1518467820, "api_app_id": "A0CRED"}
    yield "app_rate_limited", {**limited, "type": "app_rate_limited"}
    yield "ssl_check", {"ssl_check": "1", "token": "made-up"}


def _pressed(action: str, value: str) -> Payload:
    menu = _MENUS.get(Action(action))
    chosen = {"selected_option": {"text": {"type": "plain_text", "text": "…"}, "value": value}}
    held = chosen if menu else {"value": value, "text": {"type": "plain_text", "text": "…", "emoji": True}}
    return {
        "type": menu or "button",
        "action_id": str(action),
        "block_id": "b",
        "action_ts": "1548426417.840180",
        **held,
    }


def _shown(view: Payload) -> Payload:
    """A view as it comes back, with what Slack adds to it."""
    usual = {"team_id": people.HOME, "app_id": "A0CRED", "bot_id": "B0CRED", "app_installed_team_id": people.HOME}
    place = {"id": "V0FORM", "hash": "1.abc", "root_view_id": "V0FORM", "previous_view_id": None, "external_id": ""}
    return {"state": {"values": {}}, "private_metadata": "", "callback_id": "", **usual, **place, **view}
