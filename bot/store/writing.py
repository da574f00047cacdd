"""How a connection says that its transactions write: they take their turn among all writers, of other processes too."""

from sqlalchemy import Connection

WRITING = {"cred_writing": True}
"""Execution options of such a connection."""


def writes(connection: Connection) -> bool:
    """Whether it said so."""
    return bool(connection.get_execution_options().get("cred_writing", False))
