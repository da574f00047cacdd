"""What the connection promises: durable, deleting for real, and quiet about what people typed."""

import resource
from contextlib import contextmanager

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.ports import StoreBusyError
from bot.store.trouble import Trouble
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


@pytest.fixture
def full_disk(house):
    """No file of this process grows, for the time of a block."""
    with house.store.work() as work:
        work.acceptances.add(MAYA, "before", "before", work.now)

    @contextmanager
    def full():
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return full


def refused(house, version: str) -> bool:
    try:
        with house.store.work() as work:
            work.acceptances.add(MAYA, version, version, work.now)
    except StoreBusyError:
        return True
    return False


def healthy(house) -> bool:
    try:
        house.store.prove_writable()
    except StoreBusyError:
        return False
    return True


def test_a_full_disk_is_told_to_the_operator_once_and_health_says_so_until_a_write_succeeds(house, full_disk, caplog):
    assert healthy(house)
    with full_disk():
        answers = [refused(house, str(n)) for n in range(3)]
        sound = [healthy(house), healthy(house)]
    assert (answers, sound) == ([True] * 3, [False] * 2)
    assert caplog.text.count("The database cannot be written: ") == 1
    assert healthy(house)
    assert "can be written again" in caplog.text
    assert not refused(house, "after")


def test_a_write_of_somebodys_ends_it_too(house, full_disk, caplog):
    with full_disk():
        assert refused(house, "1")
    assert not refused(house, "2")
    assert "can be written again" in caplog.text
    with full_disk():
        assert refused(house, "3")
    assert caplog.text.count("The database cannot be written: ") == 2


def test_a_turn_that_wrote_nothing_ends_nothing(house, full_disk):
    with full_disk():
        assert refused(house, "1")
        with house.store.write():
            pass
        assert not healthy(house)


def test_the_log_hears_once_a_minute_of_what_lasts(caplog):
    now = [0.0]
    trouble = Trouble(lambda: now[0])
    for second in range(0, 121, 10):
        now[0] = float(second)
        trouble.failed("no space")
        trouble.waited()
    assert caplog.text.count("cannot be written: no space") == 3
    assert caplog.text.count("The database is busy") == 3
