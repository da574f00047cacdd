"""The store on PostgreSQL: writers of many processes come one at a time; a lost connection costs nobody an answer."""

import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.ports import Search, StoreBusyError
from bot.store import SCHEMAS, RosterStore, SqlStore, open_engine
from bot.store.authentication import ClientLookup
from bot.store.migrate import upgrade
from bot.store.postgresql import _SETTINGS, MissingDriverError
from ledger import Ledger
from tests.support import people
from tests.support.fakes import START
from tests.support.people import ANA, MAYA

pytestmark = pytest.mark.engines("postgresql")


@pytest.fixture
def other(house, database_url):
    """Another process's store over the same database."""
    engine = open_engine(database_url)
    with engine.connect() as connection, connection.begin():
        ledger = Ledger.open(connection, kek=house.kek, log_key=house.log_key, schemas=SCHEMAS)
    store = SqlStore(engine, ledger, house.clock, people.HOME)
    yield store
    store.close()
    engine.dispose()


def test_who_writes_waits_for_the_writer_of_another_process_and_sees_what_it_did(house, other):
    def second():
        with other.work() as work:
            found = work.acceptances.has(MAYA, "digest")
            work.acceptances.add(ANA, "2", "digest", work.now)
            return found

    with ThreadPoolExecutor(1) as threads:
        with house.store.work() as work:
            waiting = threads.submit(second)
            work.acceptances.add(MAYA, "2", "digest", work.now)
            assert not waiting.done()
        assert waiting.result(60)


def test_who_waits_in_vain_is_told_to_try_again(house, database_url, monkeypatch):
    monkeypatch.setitem(_SETTINGS, "lock_timeout", "50ms")
    engine = open_engine(database_url)
    impatient = SqlStore(engine, house.store.ledger, house.clock, people.HOME)
    with house.store.write(), pytest.raises(StoreBusyError, match="nothing was changed"), impatient.work():
        pass
    with impatient.work() as work:
        work.acceptances.add(MAYA, "2", "digest", work.now)
    impatient.close()
    engine.dispose()


def test_a_reader_sees_one_state_and_can_write_nothing(house):
    request = house.opened()
    with house.store.read() as reader:
        before = reader.requests.get(request.id)
        house.vote(request, ANA)
        assert reader.requests.get(request.id) == before
        with pytest.raises(Exception, match="read-only transaction"):
            reader.names.free(request.credential)


def test_names_are_sorted_and_searched_as_on_sqlite(house):
    for name in ("Zulu", "joba", "job z", "Job"):
        house.issued(name=name)
    with house.store.read() as reader:
        found = [c.name for c in reader.credentials.search(_everything())]
        assert found == ["Job", "job z", "joba", "Zulu"]
        assert [c.name for c in reader.credentials.search(_everything("job-"))] == ["job z"]


def test_after_a_restart_of_the_server_the_next_write_read_and_token_go_well(house, database_url):
    lookup, credential = ClientLookup(house.engine), house.issued().credential
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
    assert lookup.find(str(credential.client_id)).credential == credential.id
    with house.store.work() as work:
        work.acceptances.add(MAYA, "2", "digest", work.now)
    with house.store.read() as reader:
        assert reader.acceptances.has(MAYA, "digest")
    lookup.close()


def test_a_write_that_the_server_cuts_off_changes_nothing_and_says_so(house, database_url):
    before = house.kinds()
    with pytest.raises(StoreBusyError, match="nothing was changed"), house.store.work() as work:
        work.acceptances.add(MAYA, "2", "digest", work.now)
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            )
        work.acceptances.has(MAYA, "digest")
    with house.store.read() as reader:
        assert not reader.acceptances.has(MAYA, "digest")
    assert house.kinds() == before


def test_a_database_that_may_only_be_read_is_said_in_a_sentence_until_a_write_succeeds(house, caplog):
    with pytest.raises(StoreBusyError, match="read-only"), house.store.write() as connection:
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")
        connection.exec_driver_sql("DELETE FROM name")
    assert "The database cannot be written: " in caplog.text
    with house.store.write():
        pass
    assert "can be written again" not in caplog.text
    house.store.prove_writable()
    assert "can be written again" in caplog.text


def test_what_another_process_read_of_somebody_is_known_here(house, other, monkeypatch):
    monkeypatch.setattr("bot.store.roster._GOOD_FOR", 0.0)
    here, there = RosterStore(house.store), RosterStore(other)
    ana = people.everybody()[ANA]
    for active in (True, False, True):
        there.save_members([replace(ana, active=active)], START)
        assert here.member(ANA).active is active
    there.save_members([replace(ana, active=False)], START)
    here.save_members([ana], START)  # as it was here all the time, and not in the database
    assert there.member(ANA) == ana
    there.save_group(people.APPROVERS, frozenset({ANA}))
    assert here.group(people.APPROVERS) == {ANA}


def test_the_client_lookup_can_write_nothing(house):
    with closing(ClientLookup(house.engine)) as lookup, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        lookup._reader.connection.execute("UPDATE credential SET state = 'active'")


def test_two_programs_in_two_schemas_of_one_database_do_not_wait_for_each_other(house, postgres):
    with postgres.schema() as url:
        engine = open_engine(url)
        with house.store.write():
            upgrade(engine)
        engine.dispose()


@pytest.mark.parametrize("column", ["name_key", "credential"])
def test_an_error_does_not_repeat_what_was_typed(house, column, caplog):
    row = {"estate": "retail", "name_key": "a", "credential": "x", column: "what a person typed"}
    with pytest.raises(IntegrityError) as raised, house.store.write() as connection:
        for _ in range(2):
            connection.execute(text("INSERT INTO name VALUES (:estate, :name_key, :credential)"), row)
    assert "violates unique constraint" in str(raised.value)
    assert "what a person typed" not in "".join(traceback.format_exception(raised.value))


def test_a_missing_driver_is_one_sentence(database_url, monkeypatch):
    def gone(*_args, **_kwargs):
        raise ModuleNotFoundError("psycopg")

    monkeypatch.setattr("bot.store.postgresql.create_engine", gone)
    with pytest.raises(MissingDriverError, match="requirements-postgres"):
        open_engine(database_url)


def _everything(words=""):

    return Search(estates=None, person=None, limit=100, words=words)
