"""People, channels, messages and views as Slack's own JSON has them. Pure."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.sandbox.state import seed
from bot.sandbox.state.modals import View
from bot.sandbox.state.workspace import Channel, Message, Person, UserGroup, Workspace


def user_object(person: Person, now: float) -> dict[str, Any]:
    """What `users.info` tells of a person. A deactivated account has fewer fields, as in Slack."""
    about: dict[str, Any] = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.username,
        "deleted": person.deleted,
        "profile": {
            "real_name": person.name,
            "display_name": person.username,
            "title": person.title,
            "team": person.team_id,
        },
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": int(now),
    }
    if person.team_id != seed.TEAM:
        about["is_stranger"] = False
    return about if person.deleted else about | _standing(person, now)


def _standing(person: Person, now: float) -> dict[str, Any]:
    """What Slack tells only of a living account."""
    zone = datetime.fromtimestamp(now, ZoneInfo(person.tz))
    offset = zone.utcoffset()
    return {
        "real_name": person.name,
        "tz": person.tz,
        "tz_label": zone.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": person.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": person.is_restricted,
        "is_ultra_restricted": person.is_ultra_restricted,
        "is_email_confirmed": True,
    }


def channel_object(channel: Channel, workspace: Workspace) -> dict[str, Any]:
    """What `conversations.info` tells of a channel, or of a DM."""
    if channel.kind == "dm":
        other = next(iter(channel.members - {workspace.bot_user}))
        gone = workspace.people[other].deleted
        return {"id": channel.id, "is_im": True, "user": other, "is_user_deleted": gone, "is_archived": False}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_member": workspace.bot_user in channel.members,
        "context_team_id": seed.TEAM,
        "num_members": len(channel.members),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def message_object(message: Message) -> dict[str, Any]:
    """A message as history and payloads have it."""
    body: dict[str, Any] = {"type": "message", "ts": message.ts, "user": message.user, "text": message.text}
    if message.user == seed.BOT_USER:
        body |= {"bot_id": seed.BOT_ID, "app_id": seed.APP, "team": seed.TEAM}
    elif message.bot_id:
        body["bot_id"] = message.bot_id
    for name in ("subtype", "blocks", "attachments", "files"):
        if getattr(message, name):
            body[name] = getattr(message, name)
    if message.thread_ts:
        body["thread_ts"] = message.thread_ts
    if message.edited_ts:
        body["edited"] = {"user": message.user, "ts": message.edited_ts}
    return body


def group_object(group: UserGroup, workspace: Workspace) -> dict[str, Any]:
    """A user group, without its users."""
    return {
        "id": group.id,
        "team_id": seed.TEAM,
        "is_usergroup": True,
        "name": group.handle,
        "handle": group.handle,
        "description": "",
        "is_external": False,
        "date_delete": 0,
        "user_count": len(group_users(group, workspace)),
    }


def group_users(group: UserGroup, workspace: Workspace) -> list[str]:
    """The members of a group who still have an account: Slack takes the others out."""
    return [user for user in group.users if user in workspace.people and not workspace.people[user].deleted]


def view_object(view: View) -> dict[str, Any]:
    """A view as the Web API and payloads have it."""
    content = view.content
    return {
        "id": view.id,
        "team_id": seed.TEAM,
        "type": content["type"],
        "blocks": content["blocks"],
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "external_id": content.get("external_id", ""),
        "state": {"values": view.state},
        "hash": view.hash,
        "title": content.get("title"),
        "close": content.get("close"),
        "submit": content.get("submit"),
        "clear_on_close": content.get("clear_on_close", False),
        "notify_on_close": content.get("notify_on_close", False),
        "root_view_id": view.root_id,
        "previous_view_id": view.previous_id,
        "app_id": seed.APP,
        "app_installed_team_id": seed.TEAM,
        "bot_id": seed.BOT_ID,
    }
