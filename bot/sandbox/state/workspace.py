"""The workspace as Slack would hold it: people, channels, messages, and who may see what. No I/O, no clock.

Two guarantees: a message "only visible to you" is kept apart from history and shown to that person alone, and nobody is
shown a channel of which they are no member.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Literal

Blocks = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with an account, the bot's own user too."""

    id: str
    name: str
    username: str
    team_id: str
    title: str = ""
    hint: str = ""
    is_admin: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False
    present: bool = True
    """Whether Slack is open at that person's desk: an ephemeral message reaches nobody else."""
    tz: str = "Europe/Berlin"
    locale: str = "en-US"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A channel, or the DM between one person and the bot."""

    id: str
    name: str
    members: frozenset[str]
    kind: Literal["channel", "dm"] = "channel"
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup:
    """A mention that stands for several people."""

    id: str
    handle: str
    users: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `only_for` names the one person who sees it, if it is ephemeral."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: Blocks = field(default_factory=list)
    thread_ts: str | None = None
    edited_ts: str | None = None
    subtype: str | None = None
    bot_id: str | None = None
    """Of the app that wrote it, where it is another one than the bot."""
    attachments: Blocks = field(default_factory=list)
    files: Blocks = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    only_for: str | None = None


@dataclass(slots=True, kw_only=True)
class Workspace:
    """Everything that is said, and to whom."""

    bot_user: str
    people: dict[str, Person] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    messages: dict[str, dict[str, Message]] = field(default_factory=dict)
    ephemerals: dict[str, Message] = field(default_factory=dict)
    reads: dict[tuple[str, str], str] = field(default_factory=dict)
    """How far a person (first) has read in a channel (second)."""
    last_micros: int = 0

    def next_ts(self, now: float) -> str:
        """A timestamp that no message has yet, in Slack's `seconds.microseconds`."""
        self.last_micros = max(self.last_micros + 1, int(now * 1_000_000))
        seconds, micros = divmod(self.last_micros, 1_000_000)
        return f"{seconds}.{micros:06d}"

    def dm_of(self, person: str) -> Channel:
        """The DM between that person and the bot; it is opened if it was not."""
        channel_id = f"D{person[1:]}"
        if channel_id not in self.channels:
            members = frozenset({person, self.bot_user})
            self.channels[channel_id] = Channel(id=channel_id, name=person, kind="dm", members=members)
        return self.channels[channel_id]

    def put(self, message: Message) -> None:
        """Add a message, or put the new text of one in its place."""
        if message.only_for is None:
            self.messages.setdefault(message.channel, {})[message.ts] = message
        else:
            self.ephemerals[message.ts] = message

    def remove(self, channel: str, ts: str) -> None:
        """Take a message away, ephemeral or not. Raises `KeyError` where there is none."""
        if ts in self.ephemerals:
            del self.ephemerals[ts]
        else:
            del self.messages[channel][ts]

    def find(self, channel: str, ts: str) -> Message | None:
        """A message that is in the history of a channel."""
        return self.messages.get(channel, {}).get(ts)

    def may_see(self, person: str, channel: str) -> bool:
        """Whether that person is a member with a living account."""
        found = self.channels.get(channel)
        who = self.people.get(person)
        return found is not None and who is not None and person in found.members and not who.deleted

    def reaches(self, person: str, channel: str) -> bool:
        """Whether an ephemeral message would be seen: a member, a living account, and Slack open."""
        return self.may_see(person, channel) and self.people[person].present

    def seen_by(self, person: str, channel: str) -> list[Message]:
        """What that person sees in a channel, oldest first."""
        if not self.may_see(person, channel):
            return []
        own = [each for each in self.ephemerals.values() if each.only_for == person and each.channel == channel]
        return sorted([*self.messages.get(channel, {}).values(), *own], key=lambda message: message.ts)

    def unread(self, person: str, channel: str) -> int:
        """How many messages of others came since that person last looked."""
        read = self.reads.get((person, channel), "")
        seen = self.seen_by(person, channel)
        return sum(1 for message in seen if message.ts > read and message.user != person)

    def mark_read(self, person: str, channel: str) -> bool:
        """That person looked. Says whether anything was new."""
        seen = self.seen_by(person, channel)
        if not seen or self.reads.get((person, channel), "") >= seen[-1].ts:
            return False
        self.reads[person, channel] = seen[-1].ts
        return True

    def forget_ephemerals(self, person: str) -> None:
        """What a reload of Slack does to messages that only that person saw."""
        self.ephemerals = {ts: each for ts, each in self.ephemerals.items() if each.only_for != person}

    def join(self, person: str, channel: str) -> None:
        """Add a member."""
        found = self.channels[channel]
        self.channels[channel] = replace(found, members=found.members | {person})
