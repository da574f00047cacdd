"""Logins, told by batches: how many there were between two instants, and from where. Never a secret, of an address only
a keyed commitment: whoever has the key and an address can say whether it is among them.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events.event import Event, EventKind
from bot.domain.ids import CredentialId, SecretId


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginsCounted(Event):
    """Logins of one kind, since the last such entry of the process that counted them."""

    count: int
    since: datetime
    until: datetime
    addresses: tuple[str, ...]
    """Commitments to the first addresses that they came from."""
    others: int
    """How many of them came from further ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialUsed(LoginsCounted):
    """One of its secrets authenticated a client."""

    kind = EventKind.CREDENTIAL_USED
    credential: CredentialId
    secret: SecretId


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialRefused(LoginsCounted):
    """Its client ID was shown and got no token, for one cause."""

    kind = EventKind.CREDENTIAL_REFUSED
    credential: CredentialId
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientUnknown(LoginsCounted):
    """Client IDs were shown that do not exist. Nothing of what was shown."""

    kind = EventKind.CLIENT_UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretGuessed(Event):
    """So many wrong secrets were shown in a row that its owner and the security channel are told."""

    kind = EventKind.SECRET_GUESSED
    credential: CredentialId
    count: int
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkMet(Event):
    """It was used from a network for the first time, and its owner is told."""

    kind = EventKind.NETWORK_MET
    credential: CredentialId
    network: str
    """A commitment to it."""
    at: datetime


OF_LOGINS = frozenset({CredentialUsed.kind, CredentialRefused.kind})
"""Of these a credential has many, each about a few minutes: they are counted rather than listed."""
