"""What the sweep asks every few seconds is answered from an index: it touches what is due, never everything."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from bot.domain.credential import ReceiptState
from bot.domain.ids import CredentialId
from bot.domain.notice import NoticeKind
from bot.ports import Place, Search
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


BY_NUMBERS = ("people who are back", "requests of people who left")
"""With which of two indexes it begins, PostgreSQL decides by how many rows there are: an empty table tells nothing."""
ON_POSTGRESQL = {
    **{name: question for name, question in QUESTIONS.items() if name not in BY_NUMBERS},
    "credentials whose time has come": lambda ask: ask.credentials.expired(START, limit=10),
    "deletions that can be undone no longer": lambda ask: ask.credentials.undo_over(START, limit=10),
    "warnings that are due": lambda ask: ask.warnings.due(START, limit=10),
    "what is to be done elsewhere": lambda ask: ask.errands.due(START, limit=10),
    "secrets that nobody confirmed": lambda ask: ask.credentials.receipts_over(
        START, receipt=ReceiptState.AWAITING, limit=10
    ),
    "secrets whose delivery is not known": lambda ask: ask.credentials.delivery_pending(START, limit=10),
    "requests whose time is over": lambda ask: ask.requests.overdue(START, limit=10),
    "requests that wait for nobody's press": lambda ask: ask.requests.effective(limit=10),
    "messages that are due": lambda ask: ask.notices.due(START, limit=10),
    "the first page of the list": lambda ask: ask.credentials.search(Search(estates=None, person=None, limit=10)),
    "a later page of it": lambda ask: ask.credentials.search(
        Search(estates=None, person=None, limit=10, place=Place(key="job", id=ONE))
    ),
    "a page by words": lambda ask: ask.credentials.search(Search(estates=None, person=None, limit=10, words="job")),
    "a page by expiry": lambda ask: ask.credentials.search(Search(estates=None, person=None, limit=10, soonest=True)),
}
"""There the tables are as in use: the planner is asked what it could do if reading whole tables were dear."""
IN_ORDER = ("credential_name", "credential_pkey", "credential_state_expires")
"""Indexes that are walked through from one end, as far as a page or a batch goes."""


def asked_in(connection, question):
    """Each statement of a question, and its values."""
    asked = []

    def listen(_connection, _cursor, statement, parameters, *_rest):
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", listen)
    question(SqlReader(connection, START))
    event.remove(connection, "before_cursor_execute", listen)
    return asked


def steps_of(connection, question):
    """How SQLite goes about it."""
    asked = asked_in(connection, question)
    plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in asked]
    return [row[3] for plan in plans for row in plan]


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_table_is_read_from_end_to_end(house, name):
    with house.store.connect() as connection:
        steps = steps_of(connection, QUESTIONS[name])
    assert steps
    assert [s for s in steps if s.startswith("SCAN") and not s.removeprefix("SCAN ").startswith(SMALL)] == [], steps


def nodes_of(plan):
    """Every step of PostgreSQL's plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


def reads_all(node):
    """Whether a step goes through a whole table, or through an index without knowing where to begin."""
    kind, index = node["Node Type"], node.get("Index Name", "")
    if kind == "Seq Scan":
        return node["Relation Name"] not in SMALL
    bounded = "Index Cond" in node or index in IN_ORDER or index.endswith("_left")
    return kind in {"Index Scan", "Index Only Scan", "Bitmap Index Scan"} and not bounded


@pytest.mark.engines("postgresql")
@pytest.mark.parametrize("name", ON_POSTGRESQL)
def test_no_table_is_read_from_end_to_end_on_postgresql_either(house, name):
    with house.store.connect() as connection:
        asked = asked_in(connection, ON_POSTGRESQL[name])
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plans = [connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", values).scalar() for sql, values in asked]
    steps = [node for (plan,) in plans for node in nodes_of(plan["Plan"])]
    assert steps
    assert [
        (node["Node Type"], node.get("Relation Name"), node.get("Index Name")) for node in steps if reads_all(node)
    ] == []
