"""What logins leave behind: how many there were, which were refused, from which networks."""

from sqlalchemy import BigInteger
from sqlmodel import Field

from bot.store.rows.base import Row, when


class LoginRow(Row, table=True):
    """The logins of a credential that entries of the ledger tell of, by secret and by why they were refused."""

    __tablename__ = "login"

    credential: str = Field(primary_key=True, foreign_key="credential.id")
    what: str = Field(primary_key=True)
    """The ID of the secret that was right, or the cause of the refusal."""
    times: int = Field(sa_type=BigInteger)
    last_at: int = Field(sa_column=when())


class LoginWriterRow(Row, table=True):
    """The last batch of logins that a process has written: so that it writes none twice."""

    __tablename__ = "login_writer"

    process: str = Field(primary_key=True)
    batch: str
    at: int = Field(sa_column=when())


class RefusalRow(Row, table=True):
    """The newest episode of refused logins of a credential, by cause."""

    __tablename__ = "refusal"

    credential: str = Field(primary_key=True)
    """Empty: clients that do not exist."""
    cause: str = Field(primary_key=True)
    times: int = Field(sa_type=BigInteger)
    since: int = Field(sa_column=when())
    last_at: int = Field(sa_column=when())
    addresses: str
    elsewhere: bool
    mistyped: int = Field(sa_type=BigInteger)
    told_at: int | None = Field(default=None, sa_column=when(nullable=True))


class NetworkRow(Row, table=True):
    """A network from which a credential was used, and the first use from there."""

    __tablename__ = "network"

    credential: str = Field(primary_key=True, foreign_key="credential.id")
    network: str = Field(primary_key=True)
    address: str
    agent: str
    at: int = Field(sa_column=when())
    notice: str | None = Field(default=None, index=True)
    """By which its owner is told of it."""
