"""What people have to do elsewhere, and are reminded of."""

from datetime import datetime
from typing import Protocol

from bot.domain.errand import Errand
from bot.domain.ids import CredentialId


class Errands(Protocol):
    """The errands that are not done; of each credential one at most."""

    def add(self, errand: Errand) -> None: ...
    def save(self, errand: Errand) -> None: ...
    def due(self, now: datetime, *, limit: int) -> list[Errand]:
        """Those that somebody is to be reminded of, the longest due first."""

    def done(self, credential: CredentialId) -> None:
        """Nothing is left to do; there may have been nothing."""
