"""What somebody has to do elsewhere, and is reminded of until they say that it is done."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from bot.domain.ids import CredentialId
from bot.domain.reminder import Hours

EVERY = timedelta(days=1)
LATE = timedelta(days=7)
"""After which the estate's channel is reminded, too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A tracked credential is to be deleted where it lives."""

    credential: CredentialId
    since: datetime
    remind_at: datetime

    @classmethod
    def begun(cls, credential: CredentialId, now: datetime, hours: Hours) -> Self:
        """One that begins now: its owner is told at once, and reminded a day later."""
        return cls(credential=credential, since=now, remind_at=hours.next(now + EVERY))

    def reminded(self, now: datetime, hours: Hours) -> Self:
        """The same after a reminder: the next one comes a day later, when people work."""
        return replace(self, remind_at=hours.next(now + EVERY))

    def is_late(self, now: datetime) -> bool:
        """Whether others should hear of it."""
        return now - self.since >= LATE
