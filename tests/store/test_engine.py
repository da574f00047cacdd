"""What the connection promises: durable, deleting for real, and quiet about what people typed."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.ports import StoreBusyError
from tests.support.people import MAYA


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)]
)
def test_every_connection_is_set_up(house, pragma, value):
    with house.store.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_an_error_does_not_repeat_what_was_typed(house):
    with pytest.raises(IntegrityError) as raised, house.store.write() as connection:
        for _ in range(2):
            connection.execute(
                text("INSERT INTO name (estate, name_key, credential) VALUES ('retail', :typed, 'x')"),
                {"typed": "what a person typed"},
            )
    assert "what a person typed" not in str(raised.value)


def test_a_failed_block_leaves_nothing_behind(house):
    before = house.kinds()
    with pytest.raises(ZeroDivisionError), house.store.work() as work:
        work.acceptances.add(MAYA, "2", "digest", work.now)
        raise ZeroDivisionError
    with house.store.read() as reader:
        assert not reader.acceptances.has(MAYA, "digest")
    assert house.kinds() == before


def test_a_database_that_cannot_be_written_is_said_in_a_sentence_and_reading_goes_on(house):
    request = house.opened()
    with house.store.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    with pytest.raises(StoreBusyError, match="nothing was changed"), house.store.write() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.execute(text("CREATE TABLE filler (bytes BLOB)"))
        connection.execute(text("INSERT INTO filler VALUES (zeroblob(10000000))"))
    with house.store.read() as reader:
        assert reader.requests.get(request.id) == request
