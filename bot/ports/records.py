"""Requests for approval and credentials, as they are kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.credential import Credential, ReceiptState, Secret
from bot.domain.credential import State as CredentialState
from bot.domain.grounds import Right
from bot.domain.ids import AuthorityKey, ClientId, CredentialId, EstateKey, RequestId, SecretId, UserId
from bot.domain.kind import Kind
from bot.domain.request import Request, Vote
from bot.domain.request import State as RequestState
from bot.ports.search import Search


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

    def waiting_for(self, right: Right, *, limit: int) -> list[Request]:
        """Undecided ones to which a person's vote would add one; those that lapse first first."""

    def count_waiting_for(self, right: Right) -> int:
        """How many they are."""

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

    def alike(self, client_id: str) -> list[Credential]:
        """Of the built-in authority, those whose client ID begins or ends as this text does. Looks at all there are."""

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
