"""What happens to credentials, as the ledger records it: who, what, when, on what, with what outcome, from where.

Each event is a frozen dataclass whose fields are the allow-list of what its entry may hold. Evolution rule: a kind is
never renamed or reused; a field is never renamed, retyped or reused; new fields are added at the end, with a default.
`UserId` fields enter as the ledger's person ID, `Words` sealed under the key of whoever typed them, instants as UTC
microseconds. Of a secret at most its keyed fingerprint stands here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from bot.domain.credential import Delivery, ReceiptState
from bot.domain.ids import CredentialId, EstateKey, NoticeId, RequestId, RoleKey, SecretId, UserId, Words
from bot.domain.request import Kind, State, Verdict


class Via(StrEnum):
    """From where an event came (PCI DSS 10.2.2, origination)."""

    SLACK = "slack"
    WEB = "web"
    SWEEP = "sweep"
    CLI = "cli"
    START = "start"


class Outcome(StrEnum):
    """How it went (PCI DSS 10.2.2, success or failure)."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


class EventKind(StrEnum):
    """`subject:action` of every event. See the evolution rule above."""

    SERVICE_STARTED = "service:started"
    POLICY_CHANGED = "policy:changed"
    TERMS_ACCEPTED = "terms:accepted"
    REQUEST_OPENED = "request:opened"
    VOTE_CAST = "vote:cast"
    VOTE_REFUSED = "vote:refused"
    REQUEST_CLOSED = "request:closed"
    REQUEST_STARTED = "request:started"
    REQUEST_LOST = "request:lost"
    REQUEST_RECLAIMED = "request:reclaimed"
    CREDENTIAL_ISSUED = "credential:issued"
    SECRET_REISSUED = "secret:reissued"  # noqa: S105 - an event's name
    SECRET_SHOWN = "secret:shown"  # noqa: S105 - an event's name
    RECEIPT_CHANGED = "receipt:changed"
    CREDENTIAL_SUSPENDED = "credential:suspended"
    CREDENTIAL_EXPIRED = "credential:expired"
    NOTICE_SENT = "notice:sent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event says. `actor` is None where the program itself acts."""

    kind: ClassVar[EventKind]
    actor: UserId | None
    via: Via
    outcome: Outcome = Outcome.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStarted(Event):
    """The program started serving."""

    kind = EventKind.SERVICE_STARTED
    version: str
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged(Event):
    """The policy file is another than at the last start. `difference` is a unified diff against the last one."""

    kind = EventKind.POLICY_CHANGED
    policy: str
    previous: str
    text: str
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsAccepted(Event):
    """Somebody read and accepted a version of the terms."""

    kind = EventKind.TERMS_ACCEPTED
    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOpened(Event):
    """Somebody asked."""

    kind = EventKind.REQUEST_OPENED
    request: RequestId
    credential: CredentialId
    asks: Kind
    owner: UserId
    estate: EstateKey
    role: RoleKey
    name: str
    description: Words
    reason: Words
    expires_at: datetime
    permissions: tuple[str, ...]
    quorum: int
    policy: str
    digest: str
    lapses_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCast(Event):
    """An approver decided; `state` is where the request stands after it."""

    kind = EventKind.VOTE_CAST
    request: RequestId
    credential: CredentialId
    verdict: Verdict
    digest: str
    state: State
    reason: Words
    lapses_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteRefused(Event):
    """Somebody who may not decide tried to."""

    kind = EventKind.VOTE_REFUSED
    request: RequestId
    verdict: Verdict
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestClosed(Event):
    """A request ended without effect and without a vote: withdrawn, lapsed, its approval void, or refused."""

    kind = EventKind.REQUEST_CLOSED
    request: RequestId
    credential: CredentialId
    state: State
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStarted(Event):
    """The intent: the owner pressed Reveal, and an authority is about to be asked."""

    kind = EventKind.REQUEST_STARTED
    request: RequestId
    credential: CredentialId
    authority: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLost(Event):
    """A started effect was not confirmed in time."""

    kind = EventKind.REQUEST_LOST
    request: RequestId
    credential: CredentialId


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReclaimed(Event):
    """What a lost start left at the authority is gone, so the request can be claimed again."""

    kind = EventKind.REQUEST_RECLAIMED
    request: RequestId
    credential: CredentialId
    orphan: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialIssued(Event):
    """The result: the credential exists, its request is fulfilled."""

    kind = EventKind.CREDENTIAL_ISSUED
    request: RequestId
    credential: CredentialId
    client_id: UUID
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
class SecretReissued(Event):
    """A secret that nobody confirmed was replaced; the one before is dead."""

    kind = EventKind.SECRET_REISSUED
    credential: CredentialId
    secret: SecretId
    replaced: SecretId
    fingerprint: str
    record: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSuspended(Event):
    """It no longer authenticates, until it is resumed."""

    kind = EventKind.CREDENTIAL_SUSPENDED
    credential: CredentialId
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialExpired(Event):
    """Its time came: it is removed, and its secrets' hashes are destroyed."""

    kind = EventKind.CREDENTIAL_EXPIRED
    credential: CredentialId
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent(Event):
    """A message that had to reach somebody was answered by Slack."""

    kind = EventKind.NOTICE_SENT
    notice: NoticeId
    about: str
    channel: str
    attempts: int


EVENTS: tuple[type[Event], ...] = (
    ServiceStarted,
    PolicyChanged,
    TermsAccepted,
    RequestOpened,
    VoteCast,
    VoteRefused,
    RequestClosed,
    RequestStarted,
    RequestLost,
    RequestReclaimed,
    CredentialIssued,
    SecretReissued,
    SecretShown,
    ReceiptChanged,
    CredentialSuspended,
    CredentialExpired,
    NoticeSent,
)
