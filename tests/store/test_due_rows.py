"""What the sweep asks every few seconds is answered from an index: it touches what is due, never everything."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from bot.domain.ids import CredentialId
from bot.domain.notice import NoticeKind
from bot.store.store import SqlReader
from tests.support.fakes import START
from tests.support.people import OLGA

SOON, ONE = START + timedelta(days=1), CredentialId(UUID(int=1))
QUESTIONS = {
    "old secrets whose time is over": lambda ask: ask.credentials.retirements(START, limit=10),
    "old secrets that are still used": lambda ask: ask.credentials.retiring_in_use(START, SOON, limit=10),
    "owners who were told of an unused one": lambda ask: ask.credentials.told_unused(START, limit=10),
    "what nobody uses, after the last that was looked at": lambda ask: ask.credentials.unused(
        ONE, START, START, limit=10
    ),
    "what somebody owns": lambda ask: ask.credentials.owned(OLGA),
    "people who left": lambda ask: ask.leavers.untold(limit=10),
    "people who are back": lambda ask: ask.leavers.returned(limit=10),
    "requests of people who left": lambda ask: ask.requests.abandoned(limit=10),
    "requests that nobody decided in time": lambda ask: ask.requests.unescalated(START, limit=10),
    "who stands in by now": lambda ask: ask.delegations.holding(START),
    "who stands in, and was not asked yet": lambda ask: ask.delegations.begun(START, limit=10),
    "who stands in for somebody, or for whom": lambda ask: ask.delegations.of(OLGA, START),
    "what somebody voted on": lambda ask: ask.requests.voted_by(OLGA),
    "messages that tell of a credential": lambda ask: ask.notices.telling_of(NoticeKind.OWNER_LEFT, ONE),
    "messages that tell of an owner's": lambda ask: ask.notices.telling_of_owner(NoticeKind.OWNER_LEFT, OLGA),
}
SMALL = ("leaver", "(subquery", "member USING INDEX member_left")
"""What is walked through: those of whom it was told, results on their way, an index of nobody but those who left."""


def steps_of(connection, question):
    """How SQLite goes about it."""
    asked = []

    def listen(_connection, _cursor, statement, parameters, *_rest):
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", listen)
    question(SqlReader(connection, START))
    event.remove(connection, "before_cursor_execute", listen)
    plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in asked]
    return [row[3] for plan in plans for row in plan]


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_table_is_read_from_end_to_end(house, name):
    with house.store.connect() as connection:
        steps = steps_of(connection, QUESTIONS[name])
    assert steps
    assert [s for s in steps if s.startswith("SCAN") and not s.removeprefix("SCAN ").startswith(SMALL)] == [], steps
