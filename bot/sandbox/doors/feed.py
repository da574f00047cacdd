"""Who is looking, and what changed for them: the source of the page's server-sent events. Lives on one event loop."""

import asyncio
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

What = Literal["messages", "conversations", "home", "view", "log", "workspace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Something that a page may want to fetch again."""

    what: What
    channel: str | None = None
    person: str | None = None
    """Whom it concerns; None means everybody who may see the channel."""


Listener = asyncio.Queue[Change | None]


@dataclass(slots=True)
class Feed:
    """Pages that listen, each with the test of what they may hear."""

    listeners: dict[Listener, Callable[[Change], bool]] = field(default_factory=dict)

    lasting: int = 0
    """How many changes there were of what is kept in the state file."""

    def changed(self, what: What, *, channel: str | None = None, person: str | None = None) -> None:
        """Tell every page that may know."""
        self.lasting += what != "log"
        change = Change(what=what, channel=channel, person=person)
        for queue, may_hear in self.listeners.items():
            if may_hear(change):
                queue.put_nowait(change)

    @contextmanager
    def listening(self, may_hear: Callable[[Change], bool]) -> "Iterator[Listener]":
        """A queue of changes; `None` in it means that the sandbox is closing."""
        queue: Listener = asyncio.Queue()
        self.listeners[queue] = may_hear
        try:
            yield queue
        finally:
            del self.listeners[queue]

    def close(self) -> None:
        """Send every page home."""
        for queue in self.listeners:
            queue.put_nowait(None)
