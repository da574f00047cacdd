"""The secrets of a credential: never the secret, at most its keyed fingerprint."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.credential import Delivery, ReceiptState
from bot.domain.events.event import Event, EventKind
from bot.domain.ids import ChannelId, CredentialId, RequestId, SecretId


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretReissued(Event):
    """A secret that nobody confirmed was replaced; the one before is dead."""

    kind = EventKind.SECRET_REISSUED
    credential: CredentialId
    secret: SecretId
    replaced: SecretId
    fingerprint: str
    record: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRotated(Event):
    """The result of a rotation: a new secret; the one before works until `retire_at`, if there still is one."""

    kind = EventKind.SECRET_ROTATED
    request: RequestId
    credential: CredentialId
    secret: SecretId
    fingerprint: str
    record: str
    retiring: str
    """The ID of the secret of before; empty where none works any more."""
    retire_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRetired(Event):
    """A secret no longer works, and what could check it is destroyed."""

    kind = EventKind.SECRET_RETIRED
    credential: CredentialId
    secret: SecretId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretKept(Event):
    """The retirement of an old secret was put off, once."""

    kind = EventKind.SECRET_KEPT
    credential: CredentialId
    secret: SecretId
    retire_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretLeaked(Event):
    """Somebody found a secret in a message, and told of it, or it was seen in a channel that is watched (no actor).

    Where, and nothing of what was written.
    """

    kind = EventKind.SECRET_LEAKED
    credential: CredentialId
    secret: SecretId
    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretShown(Event):
    """What became of the message that showed a secret."""

    kind = EventKind.SECRET_SHOWN
    credential: CredentialId
    secret: SecretId
    delivery: Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptChanged(Event):
    """The owner stored the secret, or used it, or did neither in time."""

    kind = EventKind.RECEIPT_CHANGED
    credential: CredentialId
    secret: SecretId
    receipt: ReceiptState
