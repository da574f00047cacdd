"""What stands in the workspace of the page's tests: people, conversations, messages and their smallest parts."""

from __future__ import annotations

from typing import Any

from tests.support.page_server import Workspace

Json = dict[str, Any]

MAYA, ANA, BEN, SAM, OTTO = "U0MAYA000", "U0ANA0000", "U0BEN0000", "U0SAM0000", "U0OTTO000"
BOT = "U0CREDBOT"
DM, APPROVALS, SECURITY, SHARED, HOME = "D0CRED000", "C0APPROVE", "C0SECURITY", "C0SHARED0", "home"
NOON = 1_790_000_000

_PEOPLE = (
    (MAYA, "Maya Okafor", "Platform lead"),
    (ANA, "Ana Ruiz", "Security engineer"),
    (BEN, "Ben Adler", "Operations manager"),
    (SAM, "Sam Lee", "Security analyst"),
    (OTTO, "Otto Brandt", "Consultant, Fjord Partners"),
)


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def button(action_id: str, text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), "value": "r-1", **more}


def option(text: str, value: str, description: str | None = None) -> Json:
    more = {"description": plain(description)} if description else {}
    return {"text": plain(text), "value": value, **more}


def message(*blocks: Json, user: str = BOT, minute: int = 0, text: str = "", **more: Any) -> Json:
    name = next((name for uid, name, _ in _PEOPLE if uid == user), "Cred")
    common = {"ts": f"{NOON + 60 * minute}.000100", "user": user, "bot": user == BOT, "name": name, "text": text}
    kept = {"ephemeral": False, "edited": False, "reply_count": 0, "replies": []}
    return {**common, **kept, "blocks": list(blocks), **more}


def harbour() -> Workspace:
    """A workspace in the middle of its first request."""
    people = [
        {
            "id": uid,
            "name": name,
            "title": title,
            "team_id": "T0HARBOUR",
            "outsider": uid == OTTO,
            "active": True,
            "hint": "",
            "unread": 0,
        }
        for uid, name, title in _PEOPLE
    ]
    people[0]["hint"] = "Asks for credentials and owns them."
    common = {
        "team": {"id": "T0HARBOUR", "name": "Harbour Group"},
        "app": {"name": "Cred", "user_id": BOT},
        "mode": "http",
    }
    hint = [
        "Type `/cred add` and fill in the form: you are Maya, who asks.",
        "Then act as Ana and Ben, at the top, who approve.",
    ]
    groups = [{"id": "S0APPROVE", "name": "credential-approvers"}]
    shown = Workspace(
        workspace={**common, "groups": groups, "people": people, "hint": hint, "violations": 0, "bot_connected": True}
    )
    for uid, _, _ in _PEOPLE:
        ours = (
            []
            if uid == OTTO
            else [
                _place(DM, "dm", "Cred"),
                _place(HOME, "app_home", "Home"),
                _place(APPROVALS, "channel", "cred-approvals", "Requests wait here for two pairs of eyes"),
                _place(SECURITY, "channel", "security"),
            ]
        )
        shown.conversations[uid] = [*ours, {**_place(SHARED, "channel", "fjord-harbour"), "shared": True}]
    return shown


def _place(uid: str, kind: str, name: str, topic: str = "") -> Json:
    return {"id": uid, "kind": kind, "name": name, "topic": topic, "shared": False, "unread": 0, "member": True}
