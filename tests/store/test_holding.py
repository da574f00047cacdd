"""Who serves, who changes, and who does what happens by the clock: the server says so, and takes it from the dead."""

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from bot.store import open_engine
from bot.store.exclusive import InUseError
from bot.store.holding import Duty, alone, serving

pytestmark = pytest.mark.engines("postgresql")


@pytest.fixture
def engines(database_url):
    """Those of three processes."""
    opened = [open_engine(database_url) for _ in range(3)]
    yield opened
    for engine in opened:
        engine.dispose()


def cut_off(database_url):
    """As where the server is restarted."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )


def test_the_clock_is_one_process_s_until_it_ends(engines):
    first, *others = map(Duty, engines)
    assert first.mine()
    assert [each.mine() for each in others] == [False, False]
    assert first.mine()
    first.release()
    assert [each.mine() for each in others] == [True, False]
    assert not first.mine()
    for each in (first, *others):
        each.release()


def test_what_is_released_is_free_at_once_though_the_server_hears_of_the_end_of_a_connection_later(
    engines, monkeypatch
):
    first, second, _ = map(Duty, engines)
    assert first.mine()
    lingering = first._lock._driver
    with monkeypatch.context() as patched:
        patched.setattr(psycopg.Connection, "close", lambda _connection: None)
        first.release()
    assert second.mine()
    second.release()
    lingering.close()


def test_the_clock_is_still_one_process_s_after_a_restart_of_the_server(engines, database_url):
    duties = [Duty(engine) for engine in engines]
    assert [each.mine() for each in duties] == [True, False, False]
    cut_off(database_url)
    assert [each.mine() for each in reversed(duties)] == [True, False, False]
    for each in duties:
        each.release()


@pytest.mark.engines("sqlite")
def test_on_sqlite_the_clock_is_everybodys(engines):
    assert all(Duty(engine).mine() for engine in engines)


def test_many_serve_at_once_and_nobody_changes_keys_meanwhile(engines):
    here, there, operator = engines
    locks = [serving(here, "db"), serving(there, "db")]
    with pytest.raises(InUseError, match="Stop every `cred serve`"):
        alone(operator, "db")
    for lock in locks:
        lock.release()
    changing = alone(operator, "db")
    with pytest.raises(InUseError, match="are being changed"):
        serving(here, "db")
    changing.release()
    serving(here, "db").release()


def test_a_server_that_is_not_there_is_an_error_of_the_database_s():
    engine = open_engine("postgresql://cred@127.0.0.1:1/cred")
    with pytest.raises(OperationalError):
        serving(engine, "db")
