"""Statements on the driver's own cursor behave as SQLAlchemy's would."""

import pytest
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError

from ledger.statements import Prepared
from ledger.tables import CHECKPOINT, LOG, TERM
from tests.support.ledger_room import open_engine

_INSERT = Prepared(insert(TERM), "log", "term", "index")
_SIZE = Prepared(select(LOG.c.size).where(LOG.c.log == bindparam("log")))


def test_writing_begins_a_transaction_that_can_be_undone(room):
    with room.engine.connect().execution_options(writing=True) as connection:
        _INSERT.run(connection, {"log": 1, "term": b"t", "index": 1})
        assert connection.in_transaction()
        connection.rollback()
        assert connection.execute(select(TERM.c.term)).all() == []


def test_many_rows_are_written_at_once(room):
    with room.write() as connection:
        _INSERT.run(connection, *({"log": 1, "term": b"t", "index": place} for place in range(3)))
        assert connection.execute(select(TERM.c.index)).scalars().all() == [0, 1, 2]


def test_missing_row_is_none(room):
    with room.read() as connection:
        assert (_SIZE.first(connection, {"log": 1}), _SIZE.first(connection, {"log": 9})) == ((3,), None)


def test_refusal_of_a_trigger_is_raised_as_sqlalchemy_does_without_the_values(room):
    checkpoint = Prepared(insert(CHECKPOINT), "log", "size", "note")
    with room.undone() as connection:
        with pytest.raises(IntegrityError) as refused:
            checkpoint.run(connection, {"log": 1, "size": 2, "note": "hunter2"})
        assert "hunter2" not in str(refused.value)


def test_busy_database_is_raised_as_sqlalchemy_does(room):
    impatient = open_engine(room.database)
    with room.write(), impatient.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        with pytest.raises(OperationalError, match="locked"):
            _INSERT.run(connection, {"log": 1, "term": b"t", "index": 1})
    impatient.dispose()
