"""What the tables share."""

from sqlalchemy import BigInteger, Column, MetaData
from sqlmodel import SQLModel

METADATA = MetaData()
"""Apart from the ledger's: migrations see these tables only."""


class Row(SQLModel):
    """What the tables share."""

    metadata = METADATA


def when(*, nullable: bool = False, index: bool = False) -> Column[int]:
    """A column of a time."""
    return Column(BigInteger, nullable=nullable, index=index)
