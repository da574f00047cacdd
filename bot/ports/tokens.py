"""Access tokens that were given up before their end, and assertions that were used."""

from datetime import datetime
from typing import Protocol

from bot.domain.ids import CredentialId, TokenId


class Revocations(Protocol):
    """Those that still count. Nothing else of any token is kept."""

    def add(self, token: TokenId, credential: CredentialId, expires_at: datetime) -> bool:
        """Remember one, and forget those that are over by `bot.domain.tokens.forgettable`; False if it is there."""

    def each(self) -> dict[str, tuple[str, int]]:
        """Of each its credential and its end in UTC microseconds, as the rows say."""


class Assertions(Protocol):
    """Those that authenticated a client and could still be shown again."""

    def spend(self, credential: CredentialId, jti: str, expires_at: datetime) -> bool:
        """Whether this is its first use; from now on none is. `jti`: what the client calls it."""

    def forget(self, before: datetime) -> None:
        """Those that ended before then."""
