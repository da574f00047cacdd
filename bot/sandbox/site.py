"""Everything that one sandbox holds, in one object that every room is handed. One event loop, hence no locks."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.doors.feed import Feed
from bot.sandbox.errors import ApiError
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.state import seed
from bot.sandbox.state.faults import Faults
from bot.sandbox.state.modals import Modals
from bot.sandbox.state.record import Line, Record, Violation
from bot.sandbox.state.tickets import ResponseUrl, Tickets
from bot.sandbox.state.workspace import Channel, Message, Person, Workspace


@dataclass(slots=True, kw_only=True)
class Site:
    """One sandbox: its workspace and all that goes on in it."""

    settings: SandboxSettings
    clock: Callable[[], float] = time.time
    """Seconds since the epoch."""
    workspace: Workspace = field(default_factory=seed.harbour)
    modals: Modals = field(default_factory=Modals)
    tickets: Tickets = field(default_factory=Tickets)
    record: Record = field(default_factory=Record)
    faults: Faults = field(default_factory=Faults)
    feed: Feed = field(default_factory=Feed)
    links: set[str] = field(default_factory=set)
    """Tickets for a WebSocket that nobody has used yet."""
    base_url: str = ""
    """Where the sandbox listens; known once it does."""

    def log(self, text: str) -> None:
        """A line for the page's drawer."""
        self.record.lines.append(Line(at=self.clock(), text=text))
        self.feed.changed("log")

    def violation(self, method: str, message: str) -> None:
        """The bot broke a rule of Slack's."""
        self.record.violations.append(Violation(at=self.clock(), method=method, message=message))
        self.feed.changed("log")
        self.feed.changed("workspace")

    def person(self, name: str) -> Person:
        """Somebody. Raises `ApiError("user_not_found")`."""
        found = self.workspace.people.get(name)
        if found is None:
            raise ApiError("user_not_found")
        return found

    def channel(self, name: str) -> Channel:
        """A channel that the bot can know of. Raises `ApiError("channel_not_found")`."""
        found = self.workspace.channels.get(name)
        hidden = found is not None and (found.is_private or found.kind == "dm")
        if found is None or (hidden and seed.BOT_USER not in found.members):
            raise ApiError("channel_not_found")
        return found

    def put(self, message: Message) -> None:
        """Say something, and let every page that may see it know."""
        self.workspace.put(message)
        self.feed.changed("messages", channel=message.channel, person=message.only_for)
        self.feed.changed("conversations", channel=message.channel, person=message.only_for)
        self.feed.changed("workspace")

    def remove(self, channel: str, ts: str) -> None:
        """Take a message away, and let the pages know."""
        self.workspace.remove(channel, ts)
        self.feed.changed("messages", channel=channel)
        self.feed.changed("workspace")

    def response_url(self, ticket: ResponseUrl) -> str:
        """A new `response_url`, on the sandbox's own address."""
        return f"{self.base_url}/actions/{seed.TEAM}/{self.tickets.response(ticket)}"
