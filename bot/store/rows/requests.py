"""Requests, the votes on them, and what was taken without one that was approved."""

from sqlalchemy import Index
from sqlmodel import Field

from bot.store.rows.base import Row, index_where, when

OPEN_REQUEST = "state IN ('pending', 'approved', 'executing', 'unresolved')"
"""Of each kind one request a credential is open at most."""
UNESCALATED = "state = 'pending' AND escalated_at IS NULL"
"""Undecided, and asked of its approvers alone."""
UNREVIEWED = "state = 'open'"
"""Of what somebody took without approval one is unreviewed at most."""


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
    expires_at: int = Field(sa_column=when())
    permissions: str
    quorum: int
    policy: str
    digest: str
    opened_at: int = Field(sa_column=when())
    lapses_at: int = Field(sa_column=when())
    decided_at: int | None = Field(default=None, sa_column=when(nullable=True))
    lease_until: int | None = Field(default=None, sa_column=when(nullable=True))
    closing: str = ""
    escalated_at: int | None = Field(default=None, sa_column=when(nullable=True))
    """Since when the next tier is asked as well."""
    rule: str = ""
    """By which rule of the policy it needed nobody's approval."""
    key: str = ""
    """The public key, or the address of a JWKS, that stands in place of a secret."""

    __table_args__ = (
        Index("request_state_lapses", "state", "lapses_at"),
        index_where("request_unescalated", "opened_at", where=UNESCALATED),
        index_where("request_open", "credential", "kind", unique=True, where=OPEN_REQUEST),
    )


class VoteRow(Row, table=True):
    """One person's say on one request, once."""

    __tablename__ = "vote"

    request: str = Field(primary_key=True, foreign_key="request.id")
    voter: str = Field(primary_key=True)
    verdict: str = Field(primary_key=True)
    at: int = Field(sa_column=when())
    reason: str = ""
    stands_in_for: str | None = None
    """Whose right it uses, where that is not the voter's own."""


class DelegationRow(Row, table=True):
    """Somebody votes in the stead of an approver who is away."""

    __tablename__ = "delegation"

    id: str = Field(primary_key=True)
    submission: str = Field(unique=True)
    """The form that was sent: sent twice, it names somebody once."""
    approver: str
    delegate: str
    since: int = Field(sa_column=when())
    until: int = Field(sa_column=when())
    ended_at: int | None = Field(default=None, sa_column=when(nullable=True))
    told: bool = False
    """Whether the delegate was asked for what was undecided when it began."""

    __table_args__ = (index_where("delegation_open", "until", where="ended_at IS NULL"),)


class GlassRow(Row, table=True):
    """A credential that was taken without approval, and how far its review has come."""

    __tablename__ = "glass"

    request: str = Field(primary_key=True, foreign_key="request.id")
    taker: str
    state: str
    review_by: int = Field(sa_column=when())
    missed: bool = False
    """Its time has passed without a review: what was taken is ended, and the review stays open."""
    reminded_at: int = Field(sa_column=when())

    __table_args__ = (
        index_where("glass_unreviewed", "taker", unique=True, where=UNREVIEWED),
        Index("glass_state_reminded", "state", "reminded_at"),
    )


class ReviewRow(Row, table=True):
    """One person's review of a credential that was taken without approval, once."""

    __tablename__ = "review"

    request: str = Field(primary_key=True, foreign_key="request.id")
    reviewer: str = Field(primary_key=True)
    verdict: str = Field(primary_key=True)
    at: int = Field(sa_column=when())
    reason: str = ""
