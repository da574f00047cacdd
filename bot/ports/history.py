"""What the ledger tells, for whoever may read it: entries as they were recorded, and who stands behind their IDs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.domain.ids import CredentialId, UserId
from bot.domain.log_standing import Cosigned, LogStanding


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where an entry stands: in which log, by its origin, and as which of it, from 0."""

    log: str
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry, opened. People are person IDs; what they typed is still sealed."""

    log: str
    """The origin of the log that it stands in: the newest, or one that this continues."""
    index: int
    at: datetime
    kind: str
    actor: str | None
    via: str
    outcome: str
    body: Mapping[str, Any]

    @property
    def place(self) -> LogPlace:
        """Which one it is."""
        return LogPlace(self.log, self.index)


class History(Protocol):
    """The ledger's entries, in their order."""

    @property
    def origins(self) -> tuple[str, ...]:
        """The name of each log on record, which no other log has: the oldest first, each continued by the next."""

    def size(self) -> int:
        """How many entries there are: as long as it is the same, nothing has changed."""

    def entries(self, start: LogPlace | None, *, limit: int) -> Sequence[Entry]:
        """The entries from a place on, log after log; None is the beginning. The place's log is one on record."""

    def about(self, credential: CredentialId, *, limit: int) -> Sequence[Entry]:
        """The newest about a credential, newest first, by the blind index; but for those of its logins."""

    def logins(self, credential: CredentialId, *, limit: int) -> Sequence[Entry]:
        """The newest batches of its logins, newest first."""

    def standing(self, witnesses: tuple[Cosigned, ...]) -> LogStanding | None:
        """The newest checkpoint and what stands behind it; None before the first."""

    def user(self, person: str) -> UserId | None:
        """Who a person ID stands for; None once that person was erased."""

    def signed(self) -> int:
        """How many entries of the newest log its newest checkpoint covers."""

    def proof(self, place: LogPlace) -> str | None:
        """A `.tlog-proof` of an entry; None as long as no checkpoint of its log covers it."""
