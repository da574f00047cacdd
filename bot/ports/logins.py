"""What is kept of logins."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.ids import CredentialId, NoticeId
from bot.domain.refusals import Met, Refusals


class Logins(Protocol):
    """How many there were, which were refused, from which networks."""

    def claim(self, process: UUID, batch: UUID, now: datetime) -> bool:
        """Whether a process is to write this batch: not if it is what it wrote last, though the answer was lost."""

    def add(self, credential: CredentialId, what: str, count: int, last_at: datetime) -> None:
        """More of them that an entry tells of: of a secret by its ID, or of a cause of refusal."""

    def each(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Of each credential, and secret or cause: how many, and the last one in UTC microseconds."""

    def refusals(self, credential: CredentialId | None, cause: str) -> Refusals | None:
        """The newest episode."""

    def refusals_of(self, credential: CredentialId) -> list[Refusals]:
        """Of every cause, the newest first."""

    def save_refusals(self, refusals: Refusals) -> None: ...
    def met(self, credential: CredentialId, network: str) -> Met | None: ...
    def networks(self, credential: CredentialId) -> int:
        """How many of them are known."""

    def add_network(self, met: Met, notice: NoticeId | None) -> None: ...
    def told_by(self, notice: NoticeId) -> Met | None:
        """The network that a notice tells of."""
