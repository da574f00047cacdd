"""The story check over one database: its tables and its ledger, read in one view."""

from datetime import UTC, datetime

from sqlalchemy import Connection

from bot.service.audit import check_story
from bot.store.store import SqlReader
from ledger import Ledger


def story_problems(ledger: Ledger, connection: Connection) -> list[str]:
    """Everything in which tables and entries disagree, each a sentence. Raises `LedgerError` for what does not open."""

    def person_of(person: str) -> str | None:
        found = ledger.who(connection, person)
        return None if found is None else found[1]

    def words_of(person: str, sealed: str) -> str | None:
        return ledger.open_words(connection, sealed, person)

    return check_story(SqlReader(connection, datetime.now(UTC)), ledger.history(connection), person_of, words_of)
