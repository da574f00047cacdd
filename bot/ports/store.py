"""Where everything is kept: repositories, the unit of work, one transaction."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from bot.domain.break_glass import Glass
from bot.domain.delegation import Delegation
from bot.domain.events import Event
from bot.domain.ids import (
    CredentialId,
    DelegationId,
    EstateKey,
    NoticeId,
    RequestId,
    UserId,
)
from bot.domain.notice import Group, Notice, NoticeKind, Posted
from bot.domain.request import Vote
from bot.ports.errands import Errands
from bot.ports.figures import Figures
from bot.ports.history import History
from bot.ports.logins import Logins
from bot.ports.records import Credentials, Requests, Unreadable
from bot.ports.tokens import Assertions, Revocations
from bot.ports.warnings import Groups, Warnings


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """When something was done last, and how far it has come."""

    done_at: datetime
    mark: str = ""


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

    def over(self, now: datetime, *, limit: int) -> list[Delegation]:
        """Those whose time has passed, and that nobody has ended."""

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
    def assertions(self) -> Assertions: ...
    @property
    def logins(self) -> Logins: ...
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
