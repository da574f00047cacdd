"""What was said and decided about an expiry."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events.event import Event, EventKind
from bot.domain.ids import CredentialId, NoticeId


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRaised(Event):
    """A threshold of an expiry was crossed, and is told; those in `superseded` (days) are told with it."""

    kind = EventKind.WARNING_RAISED
    credential: CredentialId
    days: int
    expires_at: datetime
    superseded: tuple[str, ...]
    notice: NoticeId


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningSnoozed(Event):
    """Somebody wants to hear of an expiry later."""

    kind = EventKind.WARNING_SNOOZED
    credential: CredentialId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiryAccepted(Event):
    """Somebody decided that a credential may expire: nobody is warned of this expiry any more."""

    kind = EventKind.EXPIRY_ACCEPTED
    credential: CredentialId
    expires_at: datetime
