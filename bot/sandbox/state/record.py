"""What happened, in memory only: the bot's calls, the deliveries to it, its log, and every rule that it broke."""

from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT = 5000
LINES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the bot's log."""

    at: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule of Slack's that the bot broke: a bug of the bot."""

    at: float
    method: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSeen:
    """One call of the bot, whole, and its answer."""

    at: float
    method: str
    args: Mapping[str, Any]
    status: int
    answer: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try to hand a delivery to the bot, and what came back."""

    at: float
    seconds: float
    status: int | None
    body: Any
    problem: str | None


@dataclass(slots=True, kw_only=True)
class DeliverySeen:
    """One payload for the bot, with every attempt."""

    id: str
    kind: str
    payload: Mapping[str, Any]
    attempts: list[Attempt] = field(default_factory=list)


@dataclass(slots=True)
class Record:
    """Everything that happened, up to a bound: a sandbox that runs for weeks does not grow."""

    lines: deque[Line] = field(default_factory=lambda: deque(maxlen=LINES))
    violations: deque[Violation] = field(default_factory=lambda: deque(maxlen=KEPT))
    calls: deque[CallSeen] = field(default_factory=lambda: deque(maxlen=KEPT))
    deliveries: deque[DeliverySeen] = field(default_factory=lambda: deque(maxlen=KEPT))

    def delivery(self, name: str) -> DeliverySeen | None:
        """A delivery by its id."""
        return next((seen for seen in self.deliveries if seen.id == name), None)


def as_json(rows: deque[Any]) -> list[dict[str, Any]]:
    """Rows of one kind as JSON has them, oldest first."""
    return [asdict(row) for row in rows]
