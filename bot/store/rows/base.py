"""What the tables share."""

from sqlalchemy import BigInteger, Column, Index, MetaData, String, text
from sqlmodel import SQLModel

METADATA = MetaData()
"""Apart from the ledger's: migrations see these tables only."""


class Row(SQLModel):
    """What the tables share."""

    metadata = METADATA


BY_BYTES = String().with_variant(String(collation="C"), "postgresql")
"""Text that is sorted and searched by its beginning, in the same order on every database."""


def index_where(name: str, *columns: str, where: str, unique: bool = False, postgresql: str = "") -> Index:
    """An index of some rows only; `postgresql`: the condition in its words, where they are others."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(postgresql or where))


def when(*, nullable: bool = False, index: bool = False) -> Column[int]:
    """A column of a time."""
    return Column(BigInteger, nullable=nullable, index=index)
