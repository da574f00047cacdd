"""What the page shows one person: only what that person may see. Pure but for marking as read."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from bot.sandbox.blockkit.inputs import plain_state
from bot.sandbox.doors.feed import Change
from bot.sandbox.site import Site
from bot.sandbox.state import seed
from bot.sandbox.state.modals import View
from bot.sandbox.state.renderings import view_object
from bot.sandbox.state.workspace import Message, Person

HOME = "home"
"""The conversation id of the app's Home tab."""

Json = dict[str, Any]


def _person(site: Site, person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "username": person.username,
        "title": person.title,
        "team_id": person.team_id,
        "outsider": person.team_id != seed.TEAM,
        "active": not person.deleted,
        "hint": person.hint,
        "unread": site.workspace.unread(person.id, site.workspace.dm_of(person.id).id),
    }


def workspace(site: Site, *, bot_connected: bool) -> Json:
    """Team, people and state of things: the same for everybody."""
    people = [person for person in site.workspace.people.values() if not person.is_bot]
    return {
        "team": {"id": seed.TEAM, "name": seed.TEAM_NAME},
        "app": {"name": seed.BOT_NAME, "user_id": seed.BOT_USER},
        "mode": site.settings.mode,
        "commands": list(site.settings.slash_commands),
        "shortcuts": [asdict(each) for each in site.settings.shortcuts],
        "people": [_person(site, person) for person in people],
        "groups": [{"id": group.id, "name": group.handle} for group in site.workspace.groups.values()],
        "hint": list(site.settings.hint),
        "violations": len(site.record.violations),
        "bot_connected": bot_connected,
    }


def conversations(site: Site, person: str) -> list[Json]:
    """The conversations that this person is in, and the app's Home tab."""
    seen = [each for each in site.workspace.channels.values() if site.workspace.may_see(person, each.id)]
    rows = [
        {
            "id": channel.id,
            "kind": channel.kind,
            "name": seed.BOT_NAME if channel.kind == "dm" else channel.name,
            "topic": channel.topic,
            "shared": channel.is_ext_shared,
            "unread": site.workspace.unread(person, channel.id),
            "member": True,
        }
        for channel in seen
    ]
    home = {"id": HOME, "kind": "app_home", "name": f"{seed.BOT_NAME} home", "topic": "", "shared": False}
    return [*rows, {**home, "unread": 0, "member": True}]


def _message(site: Site, message: Message, replies: list[Message]) -> Json:
    author = site.workspace.people.get(message.user)
    return {
        "ts": message.ts,
        "user": message.user,
        "bot": message.user == seed.BOT_USER,
        "name": author.name if author else message.user,
        "text": message.text,
        "blocks": message.blocks,
        "ephemeral": message.only_for is not None,
        "edited": message.edited_ts is not None,
        "thread_ts": message.thread_ts,
        "reply_count": len(replies),
        "replies": [_message(site, reply, []) for reply in replies],
    }


def messages(site: Site, person: str, channel: str) -> list[Json]:
    """What this person sees there, oldest first, replies inside their threads. It is read from now on."""
    if site.workspace.mark_read(person, channel):
        site.feed.changed("workspace")
        site.feed.changed("conversations", channel=channel, person=person)
    seen = site.workspace.seen_by(person, channel)
    threads: dict[str, list[Message]] = {}
    for message in seen:
        if message.thread_ts not in {None, message.ts}:
            threads.setdefault(str(message.thread_ts), []).append(message)
    tops = [message for message in seen if message.thread_ts in {None, message.ts}]
    return [_message(site, message, threads.get(message.ts, [])) for message in tops]


def view(shown: View | None) -> Json:
    """The modal on top, with what is typed in the page's plain values, and its errors."""
    if shown is None:
        return {"view": None, "errors": {}}
    return {"view": view_object(shown) | {"values": plain_state(shown.state)}, "errors": shown.errors}


def hears(site: Site, person: str) -> Callable[[Change], bool]:
    """Which changes this person's page is told of."""

    def may_hear(change: Change) -> bool:
        if change.person not in {None, person}:
            return False
        return change.channel is None or site.workspace.may_see(person, change.channel)

    return may_hear
