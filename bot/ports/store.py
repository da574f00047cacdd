"""Where everything is kept: repositories, the unit of work, one transaction."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.break_glass import Glass
from bot.domain.credential import Credential, ReceiptState, Secret
from bot.domain.credential import State as CredentialState
from bot.domain.delegation import Delegation
from bot.domain.events import Event
from bot.domain.ids import (
    AuthorityKey,
    ClientId,
    CredentialId,
    DelegationId,
    EstateKey,
    NoticeId,
    RequestId,
    SecretId,
    UserId,
)
from bot.domain.kind import Kind
from bot.domain.notice import Group, Notice, NoticeKind, Posted
from bot.domain.request import Request, Vote
from bot.domain.request import State as RequestState
from bot.ports.errands import Errands
from bot.ports.figures import Figures
from bot.ports.history import History
from bot.ports.search import Search
from bot.ports.tokens import Revocations
from bot.ports.warnings import Groups, Warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """When something was done last, and how far it has come."""

    done_at: datetime
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that says nothing this program understands, and why. Met only by the story check: it reads every row."""

    row: str
    why: str


class Requests(Protocol):
    """Approval requests and their votes."""

    def get(self, request: RequestId) -> Request | None: ...
    def by_submission(self, submission: str) -> Request | None: ...
    def add(self, request: Request, submission: str) -> None: ...
    def save(self, request: Request, *, expected: RequestState) -> None: ...
    def add_vote(self, request: RequestId, vote: Vote) -> None: ...
    def in_state(self, states: Sequence[RequestState], *, limit: int) -> list[Request]: ...
    def concerning(self, user: UserId, *, limit: int) -> list[Request]:
        """Open ones that somebody asked for, or would own what comes of them; the oldest first."""

    def overdue(self, now: datetime, *, limit: int) -> list[Request]: ...
    def unreminded(self, now: datetime, *, limit: int) -> list[Request]:
        """Undecided ones in the last quarter of their own time, of which nobody was reminded."""

    def of_credential(self, credential: CredentialId, kind: Kind) -> Request | None:
        """The open request of that kind for a credential."""

    def open_for(self, credential: CredentialId) -> list[Request]:
        """Every open request about a credential, the oldest first."""

    def last_fulfilled(self, credential: CredentialId, kind: Kind) -> Request | None:
        """The newest request of that kind that took effect on a credential."""

    def effective(self, *, limit: int) -> list[Request]:
        """Approved ones that wait for nobody's press."""

    def abandoned(self, *, limit: int) -> list[Request]:
        """Undecided or approved ones of people who left: who asked, or who would have had to press the button."""

    def voted_by(self, user: UserId) -> list[Request]:
        """Undecided ones that somebody has voted on."""

    def unescalated(self, before: datetime, *, limit: int) -> list[Request]:
        """Undecided ones that were opened by then, and that only their approvers were asked for."""

    def lease_over(self, now: datetime, *, limit: int) -> list[Request]: ...
    def each(self) -> Iterator[Request | Unreadable]: ...


class Credentials(Protocol):
    """Credentials and their secrets."""

    def get(self, credential: CredentialId) -> Credential | None: ...
    def named(self, name_key: str) -> list[Credential]: ...
    def of_client(self, client_id: ClientId, authority: AuthorityKey) -> Credential | None:
        """The credential that holds a client ID; else the last that did, of those that have ended."""

    def of_secrets(self, fingerprints: Sequence[str]) -> list[Credential]:
        """Those of which one of these is the fingerprint of a secret, of one that is retired, too."""

    def search(self, search: Search) -> list[Credential]:
        """A page, in the order of the list whichever way it is paged."""

    def add(self, credential: Credential, record: bytes) -> None: ...
    def add_all(self, credentials: Sequence[Credential]) -> None:
        """Many at once that have no secrets. Raises `Conflict` where a client ID is another one's."""

    def add_secret(self, credential: CredentialId, secret: Secret, record: bytes) -> None: ...
    def save(self, credential: Credential, *, expected: CredentialState) -> None: ...
    def save_secret(self, credential: CredentialId, secret: Secret) -> None: ...
    def destroy_record(self, secret: SecretId) -> None: ...
    def expired(self, now: datetime, *, limit: int) -> list[Credential]: ...
    def undo_over(self, now: datetime, *, limit: int) -> list[Credential]: ...
    def retirements(self, now: datetime, *, limit: int) -> list[Credential]:
        """Those with an old secret whose time is over."""

    def retiring_in_use(self, now: datetime, soon: datetime, *, limit: int) -> list[Credential]:
        """Those whose old secret retires soon, was used since the rotation, and whose owner was not warned of it."""

    def unused(self, after: CredentialId | None, issued: datetime, used: datetime, *, limit: int) -> list[Credential]:
        """Active ones by ID whose owners were not told yet, never used and `issued` by then, or last `used` by then."""

    def told_unused(self, before: datetime, *, limit: int) -> list[Credential]:
        """Active ones whose owners were told by then that nobody uses them."""

    def owned(self, user: UserId) -> list[tuple[CredentialId, EstateKey]]:
        """All that somebody owns of which something may still be decided, and where."""

    def delivery_pending(self, before: datetime, *, limit: int) -> list[Credential]: ...
    def each(self) -> Iterator[Credential | Unreadable]: ...
    def records(self, credential: CredentialId) -> dict[SecretId, str | None]:
        """SHA-256, in hex, of what its authority keeps of each secret; None where that was destroyed."""

    def receipts_over(self, now: datetime, *, receipt: ReceiptState, limit: int) -> list[Credential]: ...


class Glasses(Protocol):
    """What was taken without approval, and its reviews."""

    def get(self, request: RequestId) -> Glass | None: ...
    def undone(self, taker: UserId) -> Glass | None:
        """Of what somebody took, one that lives or was not reviewed."""

    def add(self, glass: Glass) -> None:
        """Raises `Conflict` where that person has an unreviewed one."""

    def save(self, glass: Glass, *, before: Glass) -> None: ...
    def add_review(self, request: RequestId, review: Vote) -> None: ...
    def unreviewed(self, *, limit: int) -> list[Glass]: ...
    def overdue(self, now: datetime, *, limit: int) -> list[Glass]: ...
    def unreminded(self, before: datetime, *, limit: int) -> list[Glass]: ...
    def each(self) -> Iterator[Glass | Unreadable]: ...
    def strays(self) -> int:
        """Reviews of what nobody took: there are none, unless somebody wrote into the table."""


class Names(Protocol):
    """Which names are held, per estate: by an open request or a living credential."""

    def holder(self, estate: EstateKey, name_key: str) -> CredentialId | None: ...
    def take(self, estate: EstateKey, name_key: str, credential: CredentialId) -> bool: ...
    def take_all(self, names: Sequence[tuple[EstateKey, str, CredentialId]]) -> None:
        """Many at once. Raises `Conflict` where one is held."""

    def free(self, credential: CredentialId) -> None: ...


class Notices(Protocol):
    """The outbox."""

    def add(self, notice: Notice) -> None: ...
    def gather(self, group: NoticeId, credentials: Sequence[CredentialId]) -> None:
        """Put credentials into a group. What is in it already stays."""

    def group(self, kind: NoticeKind, group: NoticeId, *, limit: int) -> Group | None:
        """A group of that kind with its first items: what needs somebody, then by expiry. None if it is empty."""

    def telling_of(self, kind: NoticeKind, credential: CredentialId) -> list[Notice]:
        """The first messages of the groups of that kind that a credential is in."""

    def telling_of_owner(self, kind: NoticeKind, owner: UserId) -> list[Notice]:
        """Of those that anything of somebody's is in, each once."""

    def get(self, notice: NoticeId) -> Notice | None: ...
    def due(self, now: datetime, *, limit: int, but: Collection[str] = ()) -> list[Notice]:
        """The first in the line of each destination, if its time has come; the oldest first. `but`: not of these."""

    def first(self, destination: str) -> Notice | None:
        """Who goes next there, whenever that may be."""

    def save(self, notice: Notice) -> None: ...
    def posted(self, kind: NoticeKind, subject: UUID, person: UserId | None) -> Posted | None: ...
    def remember(self, notice: Notice, posted: Posted) -> None: ...
    def forget(self, notice: Notice) -> None:
        """The message that it was is gone."""

    def exists(self, kind: NoticeKind, subject: UUID, person: UserId | None) -> bool:
        """Whether somebody is being told this, or was."""

    def prune(self, before: datetime, *, limit: int) -> int:
        """Remove settled ones that were due before then, the oldest first; how many. Where messages stand is kept."""

    def next_due(self, *, but: Collection[str] = ()) -> datetime | None:
        """When the first in any line is due, those of `but` left aside."""


class Acceptances(Protocol):
    """Who accepted which terms."""

    def has(self, user: UserId, digest: str) -> bool: ...
    def add(self, user: UserId, version: str, digest: str, at: datetime) -> None: ...
    def each(self) -> Iterator[tuple[UserId, str]]: ...


class Policies(Protocol):
    """The policies that the program has started with."""

    def latest(self) -> tuple[str, str] | None:
        """Digest and text of the last one."""

    def add(self, digest: str, text: str, since: datetime) -> None: ...
    def digests(self) -> list[str]:
        """Of all of them, oldest first."""


class Delegations(Protocol):
    """Who stands in for whom, and from when until when."""

    def get(self, delegation: DelegationId) -> Delegation | None: ...
    def by_submission(self, submission: str) -> Delegation | None: ...
    def add(self, delegation: Delegation, submission: str) -> None: ...
    def save(self, delegation: Delegation) -> None:
        """Raises `Conflict` where it was ended before."""

    def of(self, user: UserId, now: datetime) -> list[Delegation]:
        """Those that hold or are yet to begin, in which somebody is away or stands in."""

    def holding(self, now: datetime) -> list[Delegation]:
        """All by which somebody stands in at this moment."""

    def begun(self, now: datetime, *, limit: int) -> list[Delegation]:
        """Those that hold by now, and of which the delegate has not been told."""

    def each(self) -> Iterator[Delegation | Unreadable]: ...


class Leavers(Protocol):
    """People who left the workspace, as its local copy knows, and those of them of whom that was told."""

    def untold(self, *, limit: int) -> list[UserId]:
        """Who left, and still owns something or has voted on something undecided."""

    def returned(self, *, limit: int) -> list[UserId]:
        """Of whom it was told, and who are there again."""

    def add(self, user: UserId, at: datetime) -> bool:
        """Whether nobody else was first."""

    def remove(self, user: UserId) -> None: ...


class Chores(Protocol):
    """What is done every so often, by whichever process comes first."""

    def get(self, name: str) -> Chore | None: ...
    def save(self, name: str, chore: Chore) -> None: ...


class Reader(Protocol):
    """A consistent view of the store."""

    @property
    def requests(self) -> Requests: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def delegations(self) -> Delegations: ...
    @property
    def glasses(self) -> Glasses: ...
    @property
    def names(self) -> Names: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def acceptances(self) -> Acceptances: ...
    @property
    def policies(self) -> Policies: ...
    @property
    def errands(self) -> Errands: ...
    @property
    def leavers(self) -> Leavers: ...
    @property
    def chores(self) -> Chores: ...
    @property
    def warnings(self) -> Warnings: ...
    @property
    def groups(self) -> Groups: ...
    @property
    def revocations(self) -> Revocations: ...
    @property
    def figures(self) -> Figures: ...


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

    @property
    def history(self) -> History:
        """What the ledger tells, read in views of its own."""

    def work(self) -> AbstractContextManager[UnitOfWork]:
        """Begin a transaction; it commits when the block ends, and rolls back if the block raises.

        Raises `StoreBusyError`, and `Conflict` from the block's own writes.
        """

    def read(self) -> AbstractContextManager[Reader]: ...
    def prove_writable(self) -> None:
        """Take the writer's turn. Raises `StoreBusyError`, also as long as the last write failed and a trial fails."""
