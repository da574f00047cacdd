"""What people are sent, and where it stands."""

from sqlalchemy import Index
from sqlmodel import Field

from bot.store.rows.base import Row, when


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
    due_at: int = Field(sa_column=when())
    tried_at: int | None = Field(default=None, sa_column=when(nullable=True))
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
    expires_at: int | None = Field(default=None, sa_column=when(nullable=True))
    """The expiry that was told, where one was."""
    resolution: str | None = None
    decided_by: str | None = None
