"""Which credentials, in which order, and from where in it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bot.domain.ids import EstateKey, RoleKey, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page begins: after the last credential of the page before it; or, backwards, where it ends."""

    key: str | datetime
    """What that credential is ordered by: the key of its name, or the end of its life."""
    id: UUID
    backwards: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Living credentials, by what is visible: estates and person bound what the asker may see, the rest narrows it."""

    estates: frozenset[EstateKey] | None
    """None: every estate."""
    person: UserId | None
    """Also whatever this person owns."""
    words: str = ""
    """The beginning of the key of its name."""
    role: RoleKey | None = None
    estate: EstateKey | None = None
    owner: UserId | None = None
    ends_before: datetime | None = None
    idle_since: datetime | None = None
    """Issued before, and not used since, as far as that can be known: never of what lives elsewhere."""
    soonest: bool = False
    """Ordered by the end of life instead of by name."""
    place: Place | None = None
    """Its key is of the kind that the order is by."""
    limit: int = 10
