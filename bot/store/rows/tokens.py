"""Access tokens, of which nothing is kept but that some were given up; and which assertions were used."""

from sqlmodel import Field

from bot.store.rows.base import Row, when


class RevocationRow(Row, table=True):
    """An access token that was given up before its end."""

    __tablename__ = "revocation"

    token: str = Field(primary_key=True)
    credential: str = Field(foreign_key="credential.id")
    expires_at: int = Field(sa_column=when(index=True))


class AssertionRow(Row, table=True):
    """An assertion that authenticated a client, until nobody would take it any more: it is used once."""

    __tablename__ = "assertion"

    credential: str = Field(primary_key=True, foreign_key="credential.id")
    jti: str = Field(primary_key=True)
    """SHA-256, in hex: whatever the client called it."""
    expires_at: int = Field(sa_column=when(index=True))
