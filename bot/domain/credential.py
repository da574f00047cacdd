"""Credentials, their secrets, and the receipt of a secret that was shown."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from bot.domain.client_key import NO_KEY, ClientKey
from bot.domain.ids import (
    BUILTIN,
    AuthorityKey,
    ChannelId,
    ClientId,
    CredentialId,
    EstateKey,
    RequestId,
    RoleKey,
    SecretId,
    UserId,
    Words,
)
from bot.domain.machine import can, step
from bot.domain.reminder import Plan
from bot.domain.role import Permission
from bot.domain.suspension import Suspension


class State(StrEnum):
    """Where a credential stands. Only an active one that has not expired authenticates."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    DELETING = "deleting"
    DELETED = "deleted"

    @property
    def told(self) -> str:
        """In a sentence, after “it is”."""
        return "being deleted" if self is State.DELETING else self.value


class Verb(StrEnum):
    """What can happen to a credential."""

    SUSPEND = "suspend"
    RESUME = "resume"
    EXPIRE = "expire"
    DELETE = "delete"
    UNDO = "undo"
    KEEP = "keep"
    """Undo the deletion of a tracked one: nothing here had stopped it, so nothing has to be resumed."""
    DESTROY = "destroy"
    REVOKE = "revoke"
    """It was taken without approval, and its review ends it: at once, whatever else was under way."""


TRANSITIONS: dict[tuple[State, Verb], State] = {
    (State.ACTIVE, Verb.SUSPEND): State.SUSPENDED,
    (State.SUSPENDED, Verb.RESUME): State.ACTIVE,
    (State.ACTIVE, Verb.EXPIRE): State.EXPIRED,
    (State.SUSPENDED, Verb.EXPIRE): State.EXPIRED,
    (State.ACTIVE, Verb.DELETE): State.DELETING,
    (State.SUSPENDED, Verb.DELETE): State.DELETING,
    (State.DELETING, Verb.UNDO): State.SUSPENDED,
    (State.DELETING, Verb.KEEP): State.ACTIVE,
    (State.DELETING, Verb.DESTROY): State.DELETED,
    (State.ACTIVE, Verb.REVOKE): State.DELETED,
    (State.SUSPENDED, Verb.REVOKE): State.DELETED,
    (State.DELETING, Verb.REVOKE): State.DELETED,
}

LIVING = frozenset({State.ACTIVE, State.SUSPENDED, State.DELETING})
"""The states in which a credential holds its name."""
USABLE = frozenset({State.ACTIVE, State.SUSPENDED})
"""The states in which somebody may still decide something about it: it is warned of, transferred, extended, deleted."""


class SecretState(StrEnum):
    """Where one secret of a credential stands."""

    LIVE = "live"
    RETIRING = "retiring"
    RETIRED = "retired"


class SecretVerb(StrEnum):
    """What can happen to a secret."""

    ROTATE = "rotate"
    RETIRE = "retire"


SECRET_TRANSITIONS: dict[tuple[SecretState, SecretVerb], SecretState] = {
    (SecretState.LIVE, SecretVerb.ROTATE): SecretState.RETIRING,
    (SecretState.LIVE, SecretVerb.RETIRE): SecretState.RETIRED,
    (SecretState.RETIRING, SecretVerb.RETIRE): SecretState.RETIRED,
}


class ReceiptState(StrEnum):
    """Whether a secret that was shown has reached its owner."""

    AWAITING = "awaiting"
    STORED = "stored"
    USED = "used"
    NONE = "none"


class ReceiptVerb(StrEnum):
    """What can happen to a receipt."""

    STORE = "store"
    USE = "use"
    MISS = "miss"


RECEIPT_TRANSITIONS: dict[tuple[ReceiptState, ReceiptVerb], ReceiptState] = {
    (ReceiptState.AWAITING, ReceiptVerb.STORE): ReceiptState.STORED,
    (ReceiptState.AWAITING, ReceiptVerb.USE): ReceiptState.USED,
    (ReceiptState.AWAITING, ReceiptVerb.MISS): ReceiptState.NONE,
    (ReceiptState.NONE, ReceiptVerb.STORE): ReceiptState.STORED,
    (ReceiptState.NONE, ReceiptVerb.USE): ReceiptState.USED,
}


class Delivery(StrEnum):
    """What became of the message that showed a secret."""

    PENDING = "pending"
    """Not known yet: the message is on its way, or the program died beside it."""
    DELIVERED = "delivered"
    """Slack took it."""
    REFUSED = "refused"
    """Slack said no: nobody saw it."""
    UNKNOWN = "unknown"
    """Slack's answer was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A secret stood where it does not belong. What was written around it is nowhere kept."""

    at: datetime
    by: UserId | None
    """Who told of it; None: it was seen in a channel that is watched."""
    channel: ChannelId


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret's life, without the secret. Times are None where the thing has not happened.

    A client that signs with a key of its own has no secret: then this is the life of the key, which is approved,
    revealed, rotated and retired in the same way.
    """

    id: SecretId
    request: RequestId
    """That it was minted for."""
    state: SecretState
    minted_at: datetime
    receipt: ReceiptState
    receipt_until: datetime
    delivery: Delivery
    fingerprint: str
    """Keyed HMAC of the secret, in hex: what the ledger knows of it."""
    key: ClientKey = NO_KEY
    """The key that takes its place, where there is one."""
    retire_at: datetime | None = None
    """When a retiring one stops working."""
    kept_longer: bool = False
    """Whether its retirement was put off already: that can be done once."""
    warned_at: datetime | None = None
    """When its owner was warned that it retires while it is still needed: that is done once."""
    last_used_at: datetime | None = None
    last_used_from: str = ""
    last_used_by: str = ""
    """What the client called itself then (`User-Agent`), cleaned; empty where it said nothing."""
    leak: Leak | None = None
    """Where somebody found it in the open, the first time."""

    def works_at(self, now: datetime) -> bool:
        """Whether it may authenticate at an instant: retirement counts at once, not at the next sweep."""
        if self.state is SecretState.RETIRING:
            return self.retire_at is not None and now < self.retire_at
        return self.state is SecretState.LIVE

    @property
    def confirmed(self) -> bool:
        """Whether somebody is known to hold it: its owner said so, or it was used."""
        return self.receipt in (ReceiptState.STORED, ReceiptState.USED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A client ID with its role, owner, dates and secrets."""

    id: CredentialId
    client_id: ClientId
    request: RequestId | None
    """That it was issued for; None for one that was taken over from a spreadsheet."""
    authority: AuthorityKey
    name: str
    description: Words
    estate: EstateKey
    role: RoleKey
    permissions: frozenset[Permission]
    owner: UserId
    requester: UserId
    state: State
    created_at: datetime
    expires_at: datetime
    secrets: tuple[Secret, ...] = field(default=())
    """Oldest first; the last one is the newest. None at all where another authority keeps them."""
    ended_at: datetime | None = None
    undo_until: datetime | None = None
    """While it is being deleted: until when that can be undone; of a tracked one, until its expiry."""
    suspension: Suspension | None = None
    """While it is suspended."""
    plan: Plan = field(default=Plan())
    """Of the warnings of its expiry."""
    unused_told_at: datetime | None = None
    """When its owner was told that nobody uses it; None again once it is used, or resumed."""

    def after(self, verb: Verb) -> State:
        """The state that a verb leads to. Raises `ImpossibleTransitionError`."""
        return step(TRANSITIONS, self.state, verb)

    def can(self, verb: Verb) -> bool:
        """Whether a verb is possible now."""
        return can(TRANSITIONS, self.state, verb)

    def works_at(self, now: datetime) -> bool:
        """Whether it may authenticate at an instant: expiry counts at once, not at the next sweep."""
        return self.state is State.ACTIVE and now < self.expires_at

    @property
    def tracked(self) -> bool:
        """Whether it lives elsewhere: we know of it, and hold nothing that could check its secret."""
        return self.authority != BUILTIN

    @property
    def waits_elsewhere(self) -> bool:
        """Whether its deletion was approved, and somebody has still to do it where it lives."""
        return self.tracked and self.state is State.DELETING

    @property
    def by_key(self) -> bool:
        """Whether it authenticates by the signature of a key, and no secret of it was ever made."""
        return any(secret.key for secret in self.secrets)

    @property
    def newest(self) -> Secret:
        """The secret that was minted last. A tracked credential has none: ask `tracked` first."""
        return self.secrets[-1]

    @property
    def retiring(self) -> Secret | None:
        """The secret of before the last rotation, while it still works."""
        return next((secret for secret in self.secrets if secret.state is SecretState.RETIRING), None)

    def working(self, now: datetime) -> tuple[Secret, ...]:
        """The secrets that authenticate at an instant: two at most, the older one first."""
        return tuple(secret for secret in self.secrets if self.works_at(now) and secret.works_at(now))

    def held(self, secret: SecretId) -> Secret | None:
        """The secret of that ID."""
        return next((held for held in self.secrets if held.id == secret), None)

    @property
    def leaked(self) -> Secret | None:
        """Of the secrets that were found in the open, the one that was found last."""
        found = [secret for secret in self.secrets if secret.leak is not None]
        return max(found, key=lambda secret: secret.leak.at if secret.leak else secret.minted_at, default=None)

    def with_secret(self, changed: Secret) -> Self:
        """The same with one secret changed."""
        return replace(self, secrets=tuple(changed if s.id == changed.id else s for s in self.secrets))

    @property
    def last_used_at(self) -> datetime | None:
        """When any of its secrets was last used."""
        return max((s.last_used_at for s in self.secrets if s.last_used_at), default=None)

    @property
    def reissued(self) -> int:
        """How often a secret was issued again because nobody had confirmed the one before, since the last rotation."""
        return sum(
            secret.state is SecretState.RETIRED
            and secret.receipt is ReceiptState.NONE
            and secret.request == self.newest.request
            for secret in self.secrets[:-1]
        )
