"""People, as the workspace tells of them; what they accepted; policies; and when what was done last."""

from sqlmodel import Field

from bot.store.rows.base import Row, index_where, when


class AcceptanceRow(Row, table=True):
    """Somebody accepted a version of the terms."""

    __tablename__ = "acceptance"

    user: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    version: str
    at: int = Field(sa_column=when())


class MemberRow(Row, table=True):
    """The local copy of one account of the workspace."""

    __tablename__ = "member"

    user: str = Field(primary_key=True)
    team: str
    name: str
    full_name: str
    membership: str
    active: bool
    time_zone: str | None = None
    read_at: int = Field(sa_column=when())

    __table_args__ = (index_where("member_left", "user", where="active = 0", postgresql="active = false"),)


class GroupMemberRow(Row, table=True):
    """The local copy of who is in a user group."""

    __tablename__ = "group_member"

    group: str = Field(primary_key=True)
    user: str = Field(primary_key=True)


class LeaverRow(Row, table=True):
    """Somebody left, and what they owned has been shown to be taken over."""

    __tablename__ = "leaver"

    user: str = Field(primary_key=True)
    at: int = Field(sa_column=when())


class ChoreRow(Row, table=True):
    """Something to be done every so often, by whichever process comes first: when it was done last, and how far."""

    __tablename__ = "chore"

    name: str = Field(primary_key=True)
    done_at: int = Field(sa_column=when())
    mark: str = ""


class PolicyRow(Row, table=True):
    """The policies that this program has started with, newest last."""

    __tablename__ = "policy"

    number: int = Field(primary_key=True)
    digest: str
    text: str
    since: int = Field(sa_column=when())
