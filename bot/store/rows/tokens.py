"""Access tokens, of which nothing is kept but that some were given up."""

from sqlmodel import Field

from bot.store.rows.base import Row, when


class RevocationRow(Row, table=True):
    """An access token that was given up before its end."""

    __tablename__ = "revocation"

    token: str = Field(primary_key=True)
    credential: str = Field(foreign_key="credential.id")
    expires_at: int = Field(sa_column=when(index=True))
