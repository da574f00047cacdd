"""What stays between two starts of a sandbox: people, channels, messages. Never an ephemeral, never a modal.

The file is replaced as a whole, so that a killed sandbox leaves either the state before or the state after. A file of
another version, or one that is no state at all, is put aside by the next save: a sandbox always starts.
"""

import json
import os
from pathlib import Path
from typing import Any

import msgspec

from bot.sandbox.state.workspace import Channel, Message, Person, UserGroup, Workspace

VERSION = 1


def to_json(workspace: Workspace) -> bytes:
    """The lasting part of a workspace."""
    state = {
        "version": VERSION,
        "bot_user": workspace.bot_user,
        "last_micros": workspace.last_micros,
        "people": list(workspace.people.values()),
        "channels": list(workspace.channels.values()),
        "groups": list(workspace.groups.values()),
        "messages": [each for rows in workspace.messages.values() for each in rows.values()],
        "reads": [[person, channel, ts] for (person, channel), ts in workspace.reads.items()],
    }
    return msgspec.json.encode(state, order="deterministic")


def from_json(state: dict[str, Any]) -> Workspace:
    """The workspace of a state as it was read. Raises `KeyError` or `TypeError` for what is none of this version."""
    workspace = Workspace(bot_user=state["bot_user"], last_micros=state["last_micros"])
    for person in state["people"]:
        workspace.people[person["id"]] = Person(**person)
    for channel in state["channels"]:
        workspace.channels[channel["id"]] = Channel(**{**channel, "members": frozenset(channel["members"])})
    for group in state["groups"]:
        workspace.groups[group["id"]] = UserGroup(**{**group, "users": tuple(group["users"])})
    for message in state["messages"]:
        workspace.put(Message(**message))
    workspace.reads = {(person, channel): ts for person, channel, ts in state["reads"]}
    return workspace


def load(path: Path) -> Workspace | None:
    """The workspace as it was left; None if there is none to go on with."""
    try:
        state = json.loads(path.read_text(encoding="utf-8"))
        return from_json(state) if state["version"] == VERSION else None
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        return None


def save(workspace: Workspace, path: Path) -> None:
    """Write the state, for its owner alone, and put it in the place of the one before. Raises `OSError`.

    What a full disk keeps from being written whole is not left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(to_json(workspace))
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
