"""The chat workspace: who is there, and the messages that are sent to it."""

from dataclasses import dataclass
from typing import Protocol

from bot.domain.ids import (
    GroupId,
    UserId,
)
from bot.domain.notice import About, Notice, Posted
from bot.domain.person import Roster


class Directory(Roster, Protocol):
    """The roster, answered from a local copy that is never more than one read away."""

    def refresh(self, users: frozenset[UserId], groups: frozenset[GroupId]) -> None:
        """Read these anew from the workspace. Raises `DirectoryUnavailableError`."""


class DirectoryUnavailableError(Exception):
    """The workspace could not be asked who is who."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Slack took the message, and this is where it stands."""

    posted: Posted


@dataclass(frozen=True, slots=True)
class Wait:
    """Slack wants a pause, in seconds: nothing was sent."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Unsent:
    """Nothing was sent, because Slack could not be reached."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody knows whether it was sent: the answer was lost."""


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no message any more that could be edited, so nothing was sent."""


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Slack takes nothing for this channel or person, and has a word for why."""

    why: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Slack will not take this message, and has a word for why."""

    why: str


SendResult = Sent | Wait | Unsent | Lost | Gone | Undeliverable | Rejected


class Notifier(Protocol):
    """Renders a notice as a card and sends it, or edits the message that `posted` names.

    One that may have been sent already is looked for first, where that is possible.
    """

    def send(self, notice: Notice, about: About, posted: Posted | None) -> SendResult: ...
