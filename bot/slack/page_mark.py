"""What a button beside a list carries: what is looked for, and where the page begins."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self
from uuid import UUID

from bot.domain.ids import EstateKey, RoleKey, UserId
from bot.ports import Place
from bot.service.reading.listing import EVERYTHING, Wanted

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEY = "[a-z0-9-]{0,40}"
_MARK = re.compile(
    r"(?P<way>[<>])(?:(?P<name>[a-z0-9-]{1,64})|@(?P<end>[0-9]{1,18}))"
    r"/(?P<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
    rf"/(?P<words>[a-z0-9-]{{0,64}})/(?P<role>{_KEY})/(?P<estate>{_KEY})/(?P<owner>[A-Z0-9]{{0,24}})"
    r"/(?P<expiring>[0-9]{0,4})/(?P<unused>[0-9]{0,4})"
)


@dataclass(frozen=True, slots=True)
class PageMark:
    """A page of a list. What it shows is asked anew of whoever presses."""

    place: Place
    wanted: Wanted = EVERYTHING

    def pack(self) -> str:
        """As a button's value: 310 characters at most."""
        place, wanted = self.place, self.wanted
        key = place.key if isinstance(place.key, str) else f"@{(place.key - _EPOCH) // timedelta(microseconds=1)}"
        narrowed = (wanted.words, wanted.role, wanted.estate, wanted.owner, wanted.expiring, wanted.unused)
        told = "/".join("" if value is None else str(value) for value in narrowed)
        return f"{'<' if place.backwards else '>'}{key}/{place.id}/{told}"

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """The mark in a value, or None if this program never wrote it."""
        found = _MARK.fullmatch(value) if isinstance(value, str) else None
        if found is None or (found["end"] is None) != (found["expiring"] == ""):
            return None  # by the end of life is ordered what ends soon, and nothing else
        try:
            key = found["name"] or _EPOCH + timedelta(microseconds=int(found["end"]))
        except OverflowError:
            return None
        return cls(
            Place(key=key, id=UUID(found["id"]), backwards=found["way"] == "<"),
            Wanted(
                words=found["words"],
                role=RoleKey(found["role"]) if found["role"] else None,
                estate=EstateKey(found["estate"]) if found["estate"] else None,
                owner=UserId(found["owner"]) if found["owner"] else None,
                expiring=int(found["expiring"]) if found["expiring"] else None,
                unused=int(found["unused"]) if found["unused"] else None,
            ),
        )
