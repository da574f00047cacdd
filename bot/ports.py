"""What the use cases need from outside, as Protocols. `bot.main` puts in the real ones, tests fakes that can fail."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.credential import Credential, ReceiptState, Secret
from bot.domain.credential import State as CredentialState
from bot.domain.events import Event
from bot.domain.ids import (
    CredentialId,
    EstateKey,
    GroupId,
    RequestId,
    RoleKey,
    SecretId,
    UserId,
)
from bot.domain.notice import Notice, NoticeKind, Posted
from bot.domain.person import Roster
from bot.domain.policy import Policy
from bot.domain.request import Request, Vote
from bot.domain.request import State as RequestState


class Clock(Protocol):
    """Now, as an aware UTC instant."""

    def now(self) -> datetime: ...


class Entropy(Protocol):
    """Randomness fit for secrets."""

    def token(self, size: int) -> bytes: ...
    def uuid(self) -> UUID: ...


class Concealed:
    """A client secret on its way through the program: its `repr` and `str` are masked, and it cannot be pickled."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def disclose(self) -> str:
        """The secret itself. Called where it leaves for its owner or into a keyed hash, and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return "Concealed(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("A secret is not written anywhere.")


# --- the authority in which credentials live --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an authority is asked to issue. `correlation` is the name by which a lost answer is looked up."""

    correlation: CredentialId
    name: str
    role: RoleKey
    permissions: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What an authority gave: the secret, once, and an opaque record that is stored with the request's completion."""

    client_id: UUID
    secret: Concealed
    record: bytes


class AuthorityRefusedError(Exception):
    """The authority said no; its message is a sentence for the person who waits."""


class AuthorityLostError(Exception):
    """The authority's answer was lost: it may or may not have done it."""


class Authority(Protocol):
    """The system in which a credential lives."""

    name: str

    def issue(self, order: Order) -> Issued:
        """Make the credential. Raises `AuthorityRefusedError` or `AuthorityLostError`."""

    def reissue(self, credential: Credential) -> Issued:
        """A new secret for it; the one before stops working once the new record is stored. Raises the same."""

    def remove_orphan(self, correlation: CredentialId) -> bool:
        """Look a lost order up and delete what it left behind; whether there was something. Raises the same."""


# --- the workspace ----------------------------------------------------------------------------------------------------


class Directory(Roster, Protocol):
    """The roster, answered from a local copy that is never more than one read away."""

    def refresh(self, users: frozenset[UserId], groups: frozenset[GroupId]) -> None:
        """Read these anew from the workspace. Raises `DirectoryUnavailableError`."""


class DirectoryUnavailableError(Exception):
    """The workspace could not be asked who is who."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Slack took the message, and this is where it stands."""

    posted: Posted


@dataclass(frozen=True, slots=True)
class Wait:
    """Slack wants a pause, in seconds: nothing was sent."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Lost:
    """Nobody knows whether it was sent: the answer was lost."""


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """Slack will not take it, and says why."""

    why: str


SendResult = Sent | Wait | Lost | Undeliverable


class Notifier(Protocol):
    """Renders a notice as a card and sends it, or edits the message that `posted` names."""

    def send(self, notice: Notice, about: Request | Credential, posted: Posted | None) -> SendResult: ...


# --- the store --------------------------------------------------------------------------------------------------------


class Requests(Protocol):
    """Approval requests and their votes."""

    def get(self, request: RequestId) -> Request | None: ...
    def by_submission(self, submission: str) -> Request | None: ...
    def add(self, request: Request, submission: str) -> None: ...
    def save(self, request: Request, *, expected: RequestState) -> None: ...
    def add_vote(self, request: RequestId, vote: Vote) -> None: ...
    def in_state(self, states: Sequence[RequestState], *, limit: int) -> list[Request]: ...
    def overdue(self, now: datetime, *, limit: int) -> list[Request]: ...
    def lease_over(self, now: datetime, *, limit: int) -> list[Request]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which credentials, by what is visible: estates and people bound what the asker may see."""

    estates: frozenset[EstateKey] | None
    """None: every estate."""
    person: UserId | None
    """Also whatever this person owns."""
    words: str = ""
    after: tuple[str, UUID] | None = None
    limit: int = 10


class Credentials(Protocol):
    """Credentials and their secrets."""

    def get(self, credential: CredentialId) -> Credential | None: ...
    def named(self, name_key: str) -> list[Credential]: ...
    def search(self, search: Search) -> list[Credential]: ...
    def expiring(self, search: Search, *, before: datetime) -> list[Credential]: ...
    def add(self, credential: Credential, record: bytes) -> None: ...
    def add_secret(self, credential: CredentialId, secret: Secret, record: bytes) -> None: ...
    def save_state(self, credential: Credential, *, expected: CredentialState) -> None: ...
    def save_secret(self, credential: CredentialId, secret: Secret) -> None: ...
    def destroy_record(self, secret: SecretId) -> None: ...
    def expired(self, now: datetime, *, limit: int) -> list[Credential]: ...
    def delivery_pending(self, before: datetime, *, limit: int) -> list[Credential]: ...
    def receipts_over(self, now: datetime, *, receipt: ReceiptState, limit: int) -> list[Credential]: ...


class Names(Protocol):
    """Which names are held, per estate: by an open request or a living credential."""

    def holder(self, estate: EstateKey, name_key: str) -> CredentialId | None: ...
    def take(self, estate: EstateKey, name_key: str, credential: CredentialId) -> bool: ...
    def free(self, credential: CredentialId) -> None: ...


class Notices(Protocol):
    """The outbox."""

    def add(self, notice: Notice) -> None: ...
    def due(self, now: datetime, *, limit: int) -> list[Notice]: ...
    def save(self, notice: Notice) -> None: ...
    def posted(self, kind: NoticeKind, subject: UUID, person: UserId | None) -> Posted | None: ...
    def remember(self, notice: Notice, posted: Posted) -> None: ...
    def exists(self, kind: NoticeKind, subject: UUID, person: UserId | None) -> bool: ...
    def next_due(self) -> datetime | None: ...


class Acceptances(Protocol):
    """Who accepted which terms."""

    def has(self, user: UserId, digest: str) -> bool: ...
    def add(self, user: UserId, version: str, digest: str, at: datetime) -> None: ...


class Policies(Protocol):
    """The policies that the program has started with."""

    def latest(self) -> tuple[str, str] | None:
        """Digest and text of the last one."""

    def add(self, digest: str, text: str, since: datetime) -> None: ...


class Reader(Protocol):
    """A consistent view of the store."""

    @property
    def requests(self) -> Requests: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def names(self) -> Names: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def acceptances(self) -> Acceptances: ...
    @property
    def policies(self) -> Policies: ...


class UnitOfWork(Reader, Protocol):
    """One transaction. What is recorded is appended to the ledger last, and commits with its effect or not at all."""

    @property
    def now(self) -> datetime:
        """The transaction's one timestamp."""

    def record(self, event: Event) -> None: ...


class Conflict(Exception):  # noqa: N818 - it is what happened: somebody else was first
    """A compare-and-swap met another state than expected: the transaction is void, and somebody else was first."""


class StoreBusyError(Exception):
    """The store could not be written within its bounded time. The message is a sentence for the person who waits."""


class Store(Protocol):
    """Where everything is kept."""

    def work(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a transaction; it commits when the block ends, and rolls back if the block raises.

        Raises `StoreBusyError`, and `Conflict` from the block's own writes.
        """

    def read(self) -> AbstractContextManager[Reader]: ...


# --- all of it --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything that a use case is given. Put together in `bot.main`, and in tests with fakes."""

    policy: Policy
    store: Store
    clock: Clock
    entropy: Entropy
    directory: Directory
    authority: Authority
    fingerprint: Callable[[Concealed], str]
    """Keyed HMAC of a secret, in hex."""
    wake: Callable[[], None]
    """Tell the outbox that something is due now."""
