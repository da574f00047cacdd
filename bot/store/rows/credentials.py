"""Credentials, their secrets and names, and what is to be done about them."""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from bot.store.rows.base import BY_BYTES, Row, index_where, when


class CredentialRow(Row, table=True):
    """A credential, or the tombstone of one."""

    __tablename__ = "credential"

    id: str = Field(primary_key=True)
    client_id: str
    request: str | None = Field(default=None, unique=True, foreign_key="request.id")
    """None where it was taken over from a spreadsheet."""
    authority: str
    name: str
    name_key: str = Field(sa_type=BY_BYTES)
    description: str
    estate: str
    role: str
    permissions: str
    owner: str = Field(index=True)
    requester: str
    state: str
    created_at: int = Field(sa_column=when())
    expires_at: int = Field(sa_column=when())
    ended_at: int | None = Field(default=None, sa_column=when(nullable=True))
    undo_until: int | None = Field(default=None, sa_column=when(nullable=True, index=True))
    suspended_by: str | None = None
    suspended_why: str | None = None
    """None unless it is suspended."""
    warned: int | None = None
    """Days of the tightest threshold of its expiry that was told."""
    warn_at: int | None = Field(default=None, sa_column=when(nullable=True, index=True))
    """When the next one is due."""
    snoozed_until: int | None = Field(default=None, sa_column=when(nullable=True))
    let_expire_by: str | None = None
    unused_told_at: int | None = Field(default=None, sa_column=when(nullable=True, index=True))

    __table_args__ = (
        Index("credential_client", "client_id", "authority"),
        index_where("credential_client_held", "client_id", "authority", where="ended_at IS NULL", unique=True),
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
    minted_at: int = Field(sa_column=when())
    retire_at: int | None = Field(default=None, sa_column=when(nullable=True))
    kept_longer: bool = False
    warned_at: int | None = Field(default=None, sa_column=when(nullable=True))
    receipt: str
    receipt_until: int = Field(sa_column=when())
    delivery: str
    last_used_at: int | None = Field(default=None, sa_column=when(nullable=True))
    last_used_from: str = ""
    last_used_by: str = ""
    """What the client calls itself, cleaned."""
    leaked_at: int | None = Field(default=None, sa_column=when(nullable=True))
    leaked_by: str | None = None
    leaked_in: str | None = None
    """When somebody first found it in the open, who, and in which channel."""

    __table_args__ = (
        UniqueConstraint("credential", "number"),
        Index("secret_receipt", "receipt", "receipt_until"),
        Index("secret_delivery", "delivery", "minted_at"),
        Index("secret_state_retire", "state", "retire_at"),
        Index("secret_fingerprint", "fingerprint"),
    )


class NameRow(Row, table=True):
    """A name that is held, by an open request or a living credential."""

    __tablename__ = "name"

    estate: str = Field(primary_key=True)
    name_key: str = Field(primary_key=True, sa_type=BY_BYTES)
    credential: str = Field(unique=True)


class WarningRow(Row, table=True):
    """A threshold of an expiry that was told, or superseded by a tighter one: each once."""

    __tablename__ = "warning"

    credential: str = Field(primary_key=True, foreign_key="credential.id")
    expires_at: int = Field(sa_column=Column(BigInteger, primary_key=True))
    days: int = Field(primary_key=True)
    superseded: bool
    at: int = Field(sa_column=when())
    group: str
    """The group with which it was told."""


class ErrandRow(Row, table=True):
    """Something that a person has to do elsewhere, and is reminded of: a tracked credential is to be deleted there."""

    __tablename__ = "errand"

    credential: str = Field(primary_key=True, foreign_key="credential.id")
    since: int = Field(sa_column=when())
    remind_at: int = Field(sa_column=when(index=True))
