"""The security team's own collector of events, wherever that is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Taken:
    """It has them."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """It does not have them, or nobody knows. `wait`: how long it asked for, if it did."""

    why: str
    wait: timedelta | None = None


class Siem(Protocol):
    """Takes events, all of a call or none."""

    def send(self, events: Sequence[Mapping[str, Any]]) -> Taken | NotTaken: ...
