"""What a test may break: answers of the Web API and of a `response_url`, and deliveries to the bot. Pure."""

from dataclasses import dataclass, field
from typing import Literal

RESPONSE_URL = "response_url"
ANY = "*"

Kind = Literal["rate_limited", "error", "timeout", "api_error"]
When = Literal["before", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One way to fail. `after` means that the effect happens and only the answer is lost."""

    kind: Kind
    method: str = ANY
    channel: str | None = None
    when: When = "before"
    status: int = 500
    retry_after: int = 1
    seconds: float = 1.0
    code: str = "internal_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bending:
    """How the next delivery to the bot goes wrong: the same bytes twice, or late."""

    twice: bool = False
    late_seconds: float = 0.0


@dataclass(slots=True)
class Faults:
    """Faults that wait for their turn, in the order in which they were ordered."""

    waiting: list[Fault] = field(default_factory=list)
    bendings: list[Bending] = field(default_factory=list)

    def order(self, fault: Fault, times: int) -> None:
        """Let the next `times` fitting calls fail."""
        self.waiting.extend([fault] * times)

    def take(self, method: str, channel: str | None) -> Fault | None:
        """The fault that this call meets, if any; it is then spent."""
        for index, fault in enumerate(self.waiting):
            if fault.method in {ANY, method} and fault.channel in {None, channel}:
                return self.waiting.pop(index)
        return None

    def bend(self) -> Bending:
        """How this delivery goes."""
        return self.bendings.pop(0) if self.bendings else Bending()

    def clear(self) -> None:
        """Nothing fails from now on."""
        self.waiting.clear()
        self.bendings.clear()
