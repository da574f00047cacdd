"""The tables of the present. Private to this folder: what leaves it are domain objects.

Times are UTC microseconds, identifiers UUID text, sets of words JSON. Tables of the past are the ledger's own.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, UniqueConstraint, text
from sqlmodel import Field, SQLModel

OPEN_REQUEST = "state IN ('pending', 'approved', 'executing', 'unresolved')"
"""Of each kind one request a credential is open at most."""
UNREVIEWED = "state = 'open'"
"""Of what somebody took without approval one is unreviewed at most."""
METADATA = MetaData()
"""Apart from the ledger's: migrations see these tables only."""


class Row(SQLModel):
    """What the tables share."""

    metadata = METADATA


def _when(*, nullable: bool = False, index: bool = False) -> Column[int]:
    return Column(BigInteger, nullable=nullable, index=index)


class RequestRow(Row, table=True):
    """An approval request."""

    __tablename__ = "request"

    id: str = Field(primary_key=True)
    submission: str = Field(unique=True)
    """The form that was sent: sent twice, it opens one request."""
    credential: str = Field(index=True)
    kind: str
    authority: str
    state: str
    requester: str = Field(index=True)
    owner: str = Field(index=True)
    estate: str
    role: str
    name: str
    description: str
    reason: str
    expires_at: int = Field(sa_column=_when())
    permissions: str
    quorum: int
    policy: str
    digest: str
    opened_at: int = Field(sa_column=_when())
    lapses_at: int = Field(sa_column=_when())
    decided_at: int | None = Field(default=None, sa_column=_when(nullable=True))
    lease_until: int | None = Field(default=None, sa_column=_when(nullable=True))
    closing: str = ""

    __table_args__ = (
        Index("request_state_lapses", "state", "lapses_at"),
        Index("request_open", "credential", "kind", unique=True, sqlite_where=text(OPEN_REQUEST)),
    )


class VoteRow(Row, table=True):
    """One person's say on one request, once."""

    __tablename__ = "vote"

    request: str = Field(primary_key=True, foreign_key="request.id")
    voter: str = Field(primary_key=True)
    verdict: str = Field(primary_key=True)
    at: int = Field(sa_column=_when())
    reason: str = ""


class CredentialRow(Row, table=True):
    """A credential, or the tombstone of one."""

    __tablename__ = "credential"

    id: str = Field(primary_key=True)
    client_id: str
    request: str | None = Field(default=None, unique=True, foreign_key="request.id")
    """None where it was taken over from a spreadsheet."""
    authority: str
    name: str
    name_key: str
    description: str
    estate: str
    role: str
    permissions: str
    owner: str = Field(index=True)
    requester: str
    state: str
    created_at: int = Field(sa_column=_when())
    expires_at: int = Field(sa_column=_when())
    ended_at: int | None = Field(default=None, sa_column=_when(nullable=True))
    undo_until: int | None = Field(default=None, sa_column=_when(nullable=True, index=True))
    suspended_by: str | None = None
    suspended_why: str | None = None
    """None unless it is suspended."""
    warned: int | None = None
    """Days of the tightest threshold of its expiry that was told."""
    warn_at: int | None = Field(default=None, sa_column=_when(nullable=True, index=True))
    """When the next one is due."""
    snoozed_until: int | None = Field(default=None, sa_column=_when(nullable=True))
    let_expire_by: str | None = None
    unused_told_at: int | None = Field(default=None, sa_column=_when(nullable=True, index=True))

    __table_args__ = (
        UniqueConstraint("client_id", "authority"),
        Index("credential_name", "name_key", "id"),
        Index("credential_state_expires", "state", "expires_at"),
    )


class SecretRow(Row, table=True):
    """One secret of a credential, without the secret: what its authority needs to know it again is `record`."""

    __tablename__ = "secret"

    id: str = Field(primary_key=True)
    credential: str = Field(foreign_key="credential.id", index=True)
    number: int
    """1 for the first of its credential."""
    request: str = Field(foreign_key="request.id")
    """That it was minted for."""
    state: str
    record: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    """Opaque to everybody but the authority; None once it is retired."""
    fingerprint: str
    minted_at: int = Field(sa_column=_when())
    retire_at: int | None = Field(default=None, sa_column=_when(nullable=True))
    kept_longer: bool = False
    warned_at: int | None = Field(default=None, sa_column=_when(nullable=True))
    receipt: str
    receipt_until: int = Field(sa_column=_when())
    delivery: str
    last_used_at: int | None = Field(default=None, sa_column=_when(nullable=True))
    last_used_from: str = ""

    __table_args__ = (
        UniqueConstraint("credential", "number"),
        Index("secret_receipt", "receipt", "receipt_until"),
        Index("secret_delivery", "delivery", "minted_at"),
        Index("secret_state_retire", "state", "retire_at"),
    )


class NameRow(Row, table=True):
    """A name that is held, by an open request or a living credential."""

    __tablename__ = "name"

    estate: str = Field(primary_key=True)
    name_key: str = Field(primary_key=True)
    credential: str = Field(unique=True)


class NoticeRow(Row, table=True):
    """The outbox."""

    __tablename__ = "notice"

    id: str = Field(primary_key=True)
    number: int = Field(unique=True)
    """The order in which they were written, which is the order in which they go out."""
    kind: str
    subject: str
    request: str | None = Field(default=None, foreign_key="request.id")
    credential: str | None = Field(default=None, foreign_key="credential.id")
    group: str | None = None
    channel: str | None = None
    person: str | None = None
    destination: str
    """The channel or the person: what one destination gets, it gets in order."""
    state: str
    attempts: int = 0
    due_at: int = Field(sa_column=_when())
    tried_at: int | None = Field(default=None, sa_column=_when(nullable=True))
    possibly_repeated: bool = False
    detour: str = ""
    belongs: str | None = None

    __table_args__ = (
        Index("notice_state_due", "state", "due_at"),
        Index("notice_destination", "state", "destination", "number"),
        Index("notice_about", "subject", "kind", "person"),
    )


class PostedRow(Row, table=True):
    """Where a message stands in the workspace, so that it is edited and not sent again."""

    __tablename__ = "posted"

    subject: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    """Empty for a message in a channel."""
    channel: str
    ts: str
    detour: str = ""
    belongs: str | None = None


class GroupItemRow(Row, table=True):
    """A credential of a group that one message tells of, and what was decided about it since."""

    __tablename__ = "group_item"

    group: str = Field(primary_key=True)
    credential: str = Field(primary_key=True, foreign_key="credential.id", index=True)
    expires_at: int | None = Field(default=None, sa_column=_when(nullable=True))
    """The expiry that was told, where one was."""
    resolution: str | None = None
    decided_by: str | None = None


class WarningRow(Row, table=True):
    """A threshold of an expiry that was told, or superseded by a tighter one: each once."""

    __tablename__ = "warning"

    credential: str = Field(primary_key=True, foreign_key="credential.id")
    expires_at: int = Field(sa_column=Column(BigInteger, primary_key=True))
    days: int = Field(primary_key=True)
    superseded: bool
    at: int = Field(sa_column=_when())
    group: str
    """The group with which it was told."""


class GlassRow(Row, table=True):
    """A credential that was taken without approval, and how far its review has come."""

    __tablename__ = "glass"

    request: str = Field(primary_key=True, foreign_key="request.id")
    taker: str
    state: str
    review_by: int = Field(sa_column=_when())
    missed: bool = False
    """Its time has passed without a review: what was taken is ended, and the review stays open."""
    reminded_at: int = Field(sa_column=_when())

    __table_args__ = (
        Index("glass_unreviewed", "taker", unique=True, sqlite_where=text(UNREVIEWED)),
        Index("glass_state_reminded", "state", "reminded_at"),
    )


class ReviewRow(Row, table=True):
    """One person's review of a credential that was taken without approval, once."""

    __tablename__ = "review"

    request: str = Field(primary_key=True, foreign_key="request.id")
    reviewer: str = Field(primary_key=True)
    verdict: str = Field(primary_key=True)
    at: int = Field(sa_column=_when())
    reason: str = ""


class LeaverRow(Row, table=True):
    """Somebody left, and what they owned has been shown to be taken over."""

    __tablename__ = "leaver"

    user: str = Field(primary_key=True)
    at: int = Field(sa_column=_when())


class ErrandRow(Row, table=True):
    """Something that a person has to do elsewhere, and is reminded of: a tracked credential is to be deleted there."""

    __tablename__ = "errand"

    credential: str = Field(primary_key=True, foreign_key="credential.id")
    since: int = Field(sa_column=_when())
    remind_at: int = Field(sa_column=_when(index=True))


class ChoreRow(Row, table=True):
    """Something to be done every so often, by whichever process comes first: when it was done last, and how far."""

    __tablename__ = "chore"

    name: str = Field(primary_key=True)
    done_at: int = Field(sa_column=_when())
    mark: str = ""


class AcceptanceRow(Row, table=True):
    """Somebody accepted a version of the terms."""

    __tablename__ = "acceptance"

    user: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    version: str
    at: int = Field(sa_column=_when())


class MemberRow(Row, table=True):
    """The local copy of one account of the workspace."""

    __tablename__ = "member"

    user: str = Field(primary_key=True)
    team: str
    name: str
    membership: str
    active: bool
    time_zone: str | None = None
    read_at: int = Field(sa_column=_when())

    __table_args__ = (Index("member_left", "user", sqlite_where=text("active = 0")),)


class GroupMemberRow(Row, table=True):
    """The local copy of who is in a user group."""

    __tablename__ = "group_member"

    group: str = Field(primary_key=True)
    user: str = Field(primary_key=True)


class PolicyRow(Row, table=True):
    """The policies that this program has started with, newest last."""

    __tablename__ = "policy"

    number: int = Field(primary_key=True)
    digest: str
    text: str
    since: int = Field(sa_column=_when())
