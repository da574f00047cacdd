"""The outbox stays quick however much it has sent, and forgets what was settled long ago, bit by bit."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, text

from bot.domain.ids import ChannelId, NoticeId, UserId
from bot.domain.notice import Notice, NoticeKind, NoticeState, Posted
from bot.service.delivery.retention import KEPT, forget_settled
from bot.service.sweep import sweep
from bot.store.notices import SqlNotices
from tests.support.people import ANA, BEN

pytestmark = pytest.mark.engines("sqlite", "postgresql")

MANY = 20_000


def a_notice(house, **changes):
    values = {
        "kind": NoticeKind.APPROVER_ASKED,
        "person": ANA,
        "due_at": house.clock.now(),
        "group": NoticeId(UUID(int=5)),
    }
    return Notice(id=NoticeId(house.world.entropy.uuid()), **{**values, **changes})


@pytest.fixture
def crowded(house):
    """Thousands of messages that were sent, and a few that wait."""
    with house.store.write() as connection:
        connection.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :many) "
                "INSERT INTO notice (id, number, kind, subject, person, destination, state, attempts, due_at, "
                "possibly_repeated, detour) SELECT 'n' || i, i, 'approver-asked', 's' || i, 'U0' || (i % 500), "
                "'U0' || (i % 500), 'sent', 1, i, 0, '' FROM n"
            ),
            {"many": MANY},
        )
        for person in (ANA, BEN, ANA):
            SqlNotices(connection).add(a_notice(house, person=person))
    return house


QUESTIONS = {
    "due": lambda rows, now: rows.due(now, limit=50, but={BEN}),
    "first": lambda rows, _now: rows.first(ANA),
    "next_due": lambda rows, _now: rows.next_due(but={BEN}),
    "exists": lambda rows, _now: rows.exists(NoticeKind.APPROVER_ASKED, UUID(int=1), ANA),
    "exists-in-a-channel": lambda rows, _now: rows.exists(NoticeKind.APPROVAL_CARD, UUID(int=1), None),
    "posted": lambda rows, _now: rows.posted(NoticeKind.APPROVAL_CARD, UUID(int=1), None),
    "prune": lambda rows, now: rows.prune(now - timedelta(days=40_000), limit=10),
}


def steps_of(connection, question, now):
    """How SQLite goes about it."""
    asked = []

    def listen(_connection, _cursor, statement, parameters, *_rest):
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", listen)
    question(SqlNotices(connection), now)
    event.remove(connection, "before_cursor_execute", listen)
    plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in asked]
    return [row[3] for plan in plans for row in plan]


@pytest.mark.engines("sqlite")
def test_no_question_of_the_outbox_reads_what_is_settled(crowded):
    with crowded.store.write() as connection:
        for statistics in ("ANALYZE", "DELETE FROM sqlite_stat1"):
            connection.execute(text(statistics))
            for name, question in QUESTIONS.items():
                steps = steps_of(connection, question, crowded.clock.now())
                scans = [step for step in steps if step.startswith("SCAN") and not step.endswith("head")]
                assert (bool(steps), scans) == (True, []), name


@pytest.mark.engines("sqlite")
def test_what_waits_is_found_among_all_that_was_sent(crowded):
    with crowded.store.read() as reader:
        due = reader.notices.due(crowded.clock.now(), limit=50)
        assert [notice.person for notice in due] == [ANA, BEN]
        assert [n.person for n in reader.notices.due(crowded.clock.now(), limit=50, but={ANA})] == [BEN]
        assert reader.notices.first(ANA) == due[0]
        assert reader.notices.next_due(but={ANA, BEN}) is None


def test_a_notice_comes_back_from_its_row_as_it_was(house):
    made = a_notice(
        house,
        channel=ChannelId("C0SECURITY"),
        detour="is_archived",
        belongs=ChannelId("C0RETAIL"),
        possibly_repeated=True,
    )
    tried = replace(made, attempts=3, tried_at=house.clock.now(), due_at=house.clock.now() + timedelta(minutes=1))
    stands = Posted(channel=ChannelId("C0SECURITY"), ts="1.2", detour="is_archived", belongs=ChannelId("C0RETAIL"))
    with house.store.work() as work:
        work.notices.add(made)
        assert work.notices.get(made.id) == made
        work.notices.save(tried)
        assert work.notices.get(made.id) == tried
        work.notices.remember(made, stands)
        assert work.notices.posted(made.kind, made.subject, made.person) == stands
        work.notices.forget(made)
        assert work.notices.posted(made.kind, made.subject, made.person) is None


def test_what_was_settled_long_ago_is_forgotten_and_what_waits_is_not(house):
    old, new = house.clock.now() - KEPT - timedelta(days=1), house.clock.now()
    rows = [a_notice(house, due_at=when, state=state) for when in (old, new) for state in NoticeState]
    with house.store.work() as work:
        for row in rows:
            work.notices.add(row)
    assert forget_settled(house.world, limit=1) == 1
    assert sweep(house.world) == {"old messages forgotten": 1}
    with house.store.read() as reader:
        left = [row for row in rows if reader.notices.get(row.id) is not None]
    assert left == [rows[0], *rows[3:]]
    assert not sweep(house.world)


def test_what_was_forgotten_is_still_edited_and_known_to_have_been_told(house):
    told = a_notice(house, due_at=house.clock.now() - KEPT - timedelta(days=1), state=NoticeState.SENT)
    stands = Posted(channel=ChannelId("D0ANA"), ts="1.2")
    with house.store.work() as work:
        work.notices.add(told)
        work.notices.remember(told, stands)
    assert forget_settled(house.world) == 1
    with house.store.read() as reader:
        assert reader.notices.posted(told.kind, told.subject, told.person) == stands
        assert reader.notices.exists(told.kind, told.subject, told.person)
        assert not reader.notices.exists(told.kind, told.subject, UserId("U0OTHER"))
        assert not reader.notices.exists(NoticeKind.APPROVER_REMINDED, told.subject, told.person)
