"""The life of a credential."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events.event import Event, EventKind
from bot.domain.ids import ClientId, CredentialId, EstateKey, RequestId, RoleKey, SecretId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialIssued(Event):
    """The result: the credential exists, its request is fulfilled."""

    kind = EventKind.CREDENTIAL_ISSUED
    request: RequestId
    credential: CredentialId
    client_id: ClientId
    secret: SecretId
    fingerprint: str
    authority: str
    owner: UserId
    estate: EstateKey
    role: RoleKey
    name: str
    expires_at: datetime
    record: str
    """SHA-256, in hex, of what its authority keeps to know the secret again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialTracked(Event):
    """The owner says that the credential was made where it lives: it is tracked from now on, without its secret."""

    kind = EventKind.CREDENTIAL_TRACKED
    request: RequestId
    credential: CredentialId
    client_id: ClientId
    authority: str
    owner: UserId
    estate: EstateKey
    role: RoleKey
    name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialImported(Event):
    """A row of a spreadsheet was taken over: a tracked credential that nobody here has asked for."""

    kind = EventKind.CREDENTIAL_IMPORTED
    credential: CredentialId
    client_id: ClientId
    authority: str
    owner: UserId
    estate: EstateKey
    role: RoleKey
    name: str
    description: str
    permissions: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSuspended(Event):
    """It no longer authenticates, until it is resumed."""

    kind = EventKind.CREDENTIAL_SUSPENDED
    credential: CredentialId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialResumed(Event):
    """A suspended credential authenticates again."""

    kind = EventKind.CREDENTIAL_RESUMED
    request: RequestId
    credential: CredentialId


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialTransferred(Event):
    """The new owner accepted it."""

    kind = EventKind.CREDENTIAL_TRANSFERRED
    request: RequestId
    credential: CredentialId
    owner: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialExtended(Event):
    """It expires later, or sooner."""

    kind = EventKind.CREDENTIAL_EXTENDED
    request: RequestId
    credential: CredentialId
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialDeleting(Event):
    """It no longer authenticates, and is gone at the deadline unless that is undone."""

    kind = EventKind.CREDENTIAL_DELETING
    request: RequestId
    credential: CredentialId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialRestored(Event):
    """A deletion was undone: it is suspended."""

    kind = EventKind.CREDENTIAL_RESTORED
    credential: CredentialId


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialDeleted(Event):
    """It is gone, and its secrets' hashes are destroyed."""

    kind = EventKind.CREDENTIAL_DELETED
    credential: CredentialId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialExpired(Event):
    """Its time came: it is removed, and its secrets' hashes are destroyed."""

    kind = EventKind.CREDENTIAL_EXPIRED
    credential: CredentialId
    expires_at: datetime
    superseded: tuple[str, ...] = ()
    """Thresholds (days) of which nobody was warned any more: the end came first."""
