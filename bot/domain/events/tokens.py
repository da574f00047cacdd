"""The access tokens of a credential: only what ends one is an entry, by its ID. Never the token."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events.event import Event, EventKind
from bot.domain.ids import CredentialId, TokenId


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(Event):
    """A client gave up an access token before its end."""

    kind = EventKind.TOKEN_REVOKED
    credential: CredentialId
    token: TokenId
    expires_at: datetime
