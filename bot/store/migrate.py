"""Which revision a database is at, and the way to the newest. Alembic is loaded only to go that way."""

from enum import StrEnum
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from bot.domain.errors import CredError
from bot.store.engine import WRITING, speech_of

if TYPE_CHECKING:
    from alembic.config import Config

REVISIONS = ("0001", "0002")
"""Every revision there ever was, in order."""
HEAD = REVISIONS[-1]


class BrokenMigrationError(CredError):
    """A migration would leave the database inconsistent; it was rolled back."""

    code = "broken-migration"


class Standing(StrEnum):
    """How a database stands to this program."""

    ABSENT = "absent"
    """It has none of our tables."""
    BEHIND = "behind"
    CURRENT = "current"
    AHEAD = "ahead"
    """A newer version of this program made it."""


def revision(engine: Engine) -> str | None:
    """The revision of the database's tables; None if it has none of ours."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return None if found is None else str(found)


def standing(engine: Engine) -> Standing:
    """How the database stands to this program."""
    found = revision(engine)
    if found is None:
        return Standing.ABSENT
    if found not in REVISIONS:
        return Standing.AHEAD
    return Standing.CURRENT if found == HEAD else Standing.BEHIND


def upgrade(engine: Engine) -> None:
    """Bring the database to `HEAD`, whole or not at all. Nobody else may be using it."""
    speech = speech_of(engine)
    with engine.connect().execution_options(**WRITING) as connection, speech.migrating(connection):
        apply(connection)
        table = speech.dangling(connection)
        if table is not None:
            raise BrokenMigrationError(f"A row of {table} would point to nothing. Nothing was changed.")


def apply(connection: Connection) -> None:
    """The same inside a transaction that the caller has begun: for a database that is just being made."""
    from alembic import command  # noqa: PLC0415 - half a second that only migrations pay

    command.upgrade(config(connection), "head")


def config(connection: Connection) -> "Config":
    """Alembic's configuration, without a file of its own."""
    from alembic.config import Config  # noqa: PLC0415 - half a second that only migrations pay

    made = Config()
    made.set_main_option("script_location", str(files("bot.store") / "migrations"))
    made.attributes["connection"] = connection
    return made
