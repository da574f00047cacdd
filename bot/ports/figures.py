"""The state of things in numbers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.digest import Tally
from bot.domain.ids import RoleKey


class Figures(Protocol):
    """The state of things in numbers, counted where they are."""

    def ending(self, edges: Sequence[datetime]) -> list[int]:
        """How many living credentials end between each two of these instants."""

    def never_used(self, issued_before: datetime, *, limit: int) -> Tally: ...
    def idle(self, used_before: datetime, *, limit: int) -> Tally: ...
    def ownerless(self, *, limit: int) -> Tally:
        """Owned by people who have left."""

    def by_role(self) -> dict[RoleKey, int]: ...
    def waiting(self) -> tuple[int, datetime | None]:
        """Requests that wait for approval, and when the oldest was opened."""
