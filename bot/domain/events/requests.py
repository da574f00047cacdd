"""The road of an approval request."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.break_glass import State as ReviewState
from bot.domain.events.event import Event, EventKind
from bot.domain.ids import CredentialId, DelegationId, EstateKey, RequestId, RoleKey, UserId, Words
from bot.domain.kind import Kind
from bot.domain.request import State, Verdict


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
    authority: str
    key: str | None = None
    """Of a credential without a secret: the thumbprint of its key, or the address of its JWKS."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAllowed(Event):
    """The policy asks for nobody's approval: by which rule."""

    kind = EventKind.REQUEST_ALLOWED
    request: RequestId
    credential: CredentialId
    rule: str
    lapses_at: datetime
    policy: str | None = None
    """Digest of the policy whose rule it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestEscalated(Event):
    """The approvers have not decided in time: the next tier is asked, and may decide from now on."""

    kind = EventKind.REQUEST_ESCALATED
    request: RequestId
    credential: CredentialId


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
    stands_in_for: UserId | None = None
    """Whose right it uses, where that is not the voter's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationBegun(Event):
    """An approver, the actor, is going to be away: somebody votes in their stead."""

    kind = EventKind.DELEGATION_BEGUN
    delegation: DelegationId
    delegate: UserId
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationEnded(Event):
    """The approver ended it before its time."""

    kind = EventKind.DELEGATION_ENDED
    delegation: DelegationId


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
    """The intent: the effect begins, at its owner's press or by itself, and an authority is about to be asked."""

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
class GlassBroken(Event):
    """Somebody takes a credential without approval; everybody is told, and two others must review it in time."""

    kind = EventKind.GLASS_BROKEN
    request: RequestId
    credential: CredentialId
    review_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCast(Event):
    """Somebody reviewed a credential that was taken without approval."""

    kind = EventKind.REVIEW_CAST
    request: RequestId
    credential: CredentialId
    verdict: Verdict
    digest: str
    state: ReviewState
    """Where the review stands after it."""
    reason: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMissed(Event):
    """The time for a review has passed without one: what was taken is ended, and the review stays open."""

    kind = EventKind.REVIEW_MISSED
    request: RequestId
    credential: CredentialId
