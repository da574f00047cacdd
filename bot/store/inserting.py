"""An INSERT that may find its row there already: one construct, which SQLite and PostgreSQL both understand."""

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql


def insert(table: Table) -> postgresql.Insert:
    """Its `rowcount` says whether the row was put there."""
    return postgresql.insert(table).execution_options(preserve_rowcount=True)
