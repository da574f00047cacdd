"""The warnings of expiries, and the groups in which they are told."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.domain.ids import ChannelId, CredentialId, NoticeId, UserId
from bot.domain.notice import Notice, NoticeKind, Resolution, Warned
from bot.domain.reminder import Plan, Watched

if TYPE_CHECKING:
    from bot.ports.records import Unreadable
    from bot.ports.search import Search


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A threshold of an expiry that was told, or that a tighter one or the end itself made superfluous."""

    credential: CredentialId
    expires_at: datetime
    days: int
    superseded: bool
    at: datetime
    group: NoticeId | None
    """The group with which it was told; None where the end was."""


class Warnings(Protocol):
    """What is warned of, and what was."""

    def due(self, now: datetime, *, limit: int) -> list[Watched]:
        """Those whose next threshold is to be told, that have not ended yet: the longest due first."""

    def living(self, after: CredentialId | None, *, limit: int) -> list[Watched]:
        """Those that can be warned of, by ID."""

    def add(self, told: Iterable[Told]) -> None:
        """Each threshold of an expiry once: raises where one is there already."""

    def plan(self, plans: Iterable[tuple[CredentialId, Plan]]) -> None: ...
    def each(self) -> "Iterator[Told | Unreadable]": ...


class Groups(Protocol):
    """Credentials that one message tells of together."""

    def gather(self, group: NoticeId, members: Iterable[tuple[CredentialId, datetime]]) -> None:
        """Put credentials into a group, each with the expiry that is told. What is in it already stays."""

    def read(
        self, group: NoticeId, at: datetime, *, limit: int, skipped: int = 0, seen: "Search | None" = None
    ) -> Warned | None:
        """A group with some of its items, of those that may be `seen`; None if there are none."""

    def joinable(self, kind: NoticeKind, destination: ChannelId | UserId) -> Notice | None:
        """A group's message to somebody that nothing has been tried with yet: more can still go with it."""

    def waiting(self, kind: NoticeKind, group: NoticeId) -> Notice | None:
        """A message about a group that has not been sent, or not been edited, yet."""

    def warned(self, credential: CredentialId, expires_at: datetime) -> bool:
        """Whether somebody was warned of that expiry."""

    def decide(
        self, credential: CredentialId, resolution: Resolution, by: UserId | None, *, instead: bool = False
    ) -> list[Notice]:
        """Write down what was decided about a credential; the first messages of the groups that showed it as open.

        `instead`: where it was left to expire, too, which no longer holds.
        """

    def showing(self, credential: CredentialId) -> list[Notice]:
        """The first messages of the groups that show a credential as one to be decided about."""

    def reopen(self, credential: CredentialId, expires_at: datetime) -> list[Notice]:
        """It is not deleted after all: the first messages of the groups that said so of this expiry."""
