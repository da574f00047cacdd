"""What PostgreSQL adds: triggers against accidents, a role that can add and no more, writers of many processes."""

import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from threading import Event
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError, InternalError, ProgrammingError

from ledger import NoLedgerError, TransactionError, open_to_read, scrub, verify_keyless, verify_with_key
from ledger.postgresql import RIGHTS, TRIGGERS
from ledger.statements import Prepared
from ledger.tables import CHECKPOINT, KEY, METADATA, PERSON, missing_triggers
from tests.support.ledger_room import NOON, Room, note, open_postgres, schemas, texts

pytestmark = pytest.mark.engines("postgresql")

_ROW = "VALUES (1, {}, '\\x00')"
_BODY = "CREATE OR REPLACE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET entry = '\\x00'",
        'UPDATE ledger_entry SET "index" = 9 WHERE "index" = 1',
        'UPDATE ledger_entry SET entry = entry WHERE "index" = 99',
        'DELETE FROM ledger_entry WHERE "index" = 2',
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "TRUNCATE ledger_entry, ledger_checkpoint, ledger_log, ledger_key, ledger_person, ledger_term, ledger_schema",
        f"INSERT INTO ledger_entry {_ROW.format(1)} ON CONFLICT (log, index) DO UPDATE SET entry = '\\x00'",
        f"INSERT INTO ledger_entry {_ROW.format(4)}",
        f"INSERT INTO ledger_entry {_ROW.format(-1)}",
        "INSERT INTO ledger_entry VALUES (2, 0, '\\x00')",
        "MERGE INTO ledger_entry e USING ledger_log l ON e.log = l.log WHEN MATCHED THEN UPDATE SET entry = '\\x00'",
        "UPDATE ledger_checkpoint SET note = ''",
        "DELETE FROM ledger_checkpoint",
        "TRUNCATE ledger_checkpoint",
        "INSERT INTO ledger_checkpoint VALUES (1, 2, '')",
        "INSERT INTO ledger_checkpoint VALUES (1, 3, '')",
        "INSERT INTO ledger_checkpoint VALUES (1, 4, '')",
        "UPDATE ledger_log SET size = 2",
        "UPDATE ledger_log SET time = 0",
        "UPDATE ledger_log SET origin = 'other'",
        "UPDATE ledger_log SET log = 2",
        "DELETE FROM ledger_log",
        "TRUNCATE ledger_log",
        "TRUNCATE ledger_key",
        "TRUNCATE ledger_person",
        "TRUNCATE ledger_term",
    ],
)
def test_written_history_cannot_be_touched_by_mistake(room, statement):
    with pytest.raises(IntegrityError, match=r"append-only|head of its log|only grows"), room.write() as connection:
        connection.exec_driver_sql(statement)
    assert room.kinds() == ["log:opened", "key:created", "key:created"]


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER {name} ON {table}",
        "ALTER TABLE {table} DISABLE TRIGGER {name}",
        "ALTER TABLE {table} ENABLE REPLICA TRIGGER {name}",
        "CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {table} EXECUTE FUNCTION {function}()",
        "CREATE OR REPLACE TRIGGER {name} BEFORE {event} ON {table} EXECUTE FUNCTION {other}()",
        _BODY.format("{function}"),
    ],
)
def test_missing_or_changed_trigger_is_noticed(room, change):
    pairs = permutations(sorted({trigger.function for trigger in TRIGGERS.values()}), 2)
    others = dict(pairs)
    with room.undone() as connection:
        assert missing_triggers(connection) == []
        for name, trigger in TRIGGERS.items():
            function = trigger.function
            words = {"name": name, "table": trigger.table, "event": trigger.events[0], "function": function}
            changing = connection.begin_nested()
            connection.exec_driver_sql(change.format(**words, other=others[function]))
            assert name in missing_triggers(connection)
            changing.rollback()


def test_triggers_on_tables_of_the_same_names_elsewhere_do_not_count(room):
    with room.undone() as connection:
        connection.exec_driver_sql("CREATE SCHEMA other CREATE TABLE ledger_entry (log int)")
        connection.exec_driver_sql("SELECT set_config('search_path', 'other, ' || current_schema(), true)")
        assert set(missing_triggers(connection)) == {"ledger_entry_never", "ledger_entry_insert"}


@pytest.fixture
def program(room, postgres):
    """The same room, as a program whose role has `RIGHTS` and no more."""
    role = f"bot_{uuid4().hex}"
    postgres.run(f"CREATE ROLE {role} LOGIN")
    with room.write() as connection:
        schema = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        for table, rights in RIGHTS.items():
            connection.exec_driver_sql(f"GRANT {rights} ON {table} TO {role}")
    engine = open_postgres(room.url.replace("owner@", f"{role}@"))
    yield Room(folder=room.folder, kek=room.kek, log_key=room.log_key, engine=engine, ledger=room.ledger, url=room.url)
    engine.dispose()
    with room.write() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {role}")
    postgres.run(f"DROP ROLE {role}")


def test_every_table_has_its_rights():
    assert RIGHTS.keys() == METADATA.tables.keys()


def test_insert_only_role_can_do_everything_that_a_program_does(program):
    with program.write() as connection:
        maya = program.ledger.person(connection, team="T1", user="U1", at=NOON)
        program.ledger.key(connection, "pepper", at=NOON)
        program.ledger.rotate_data_key(connection, at=NOON)
        program.ledger.append(connection, note(actor=maya, index=(("person", maya),)), at=NOON)
    with program.write() as connection:
        program.ledger.checkpoint(connection)
    program.open()
    with program.read() as connection:
        assert program.ledger.about(connection, "person", maya)
        assert verify_with_key(connection, program.log_key.verifier, program.kek, schemas()).sound


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET entry = entry",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry",
        "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_entry_never ON ledger_entry",
        "DROP TABLE ledger_entry",
        "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "SET session_replication_role = replica",
        "UPDATE ledger_checkpoint SET note = ''",
        "DELETE FROM ledger_checkpoint",
        "DELETE FROM ledger_log",
        "INSERT INTO ledger_log SELECT 2, 'other', verifier, size, time, clock, nodes, data_key, 0, 0 FROM ledger_log",
        "DELETE FROM ledger_term",
        "UPDATE ledger_term SET index = 0",
        "DELETE FROM ledger_person",
        "UPDATE ledger_person SET sealed = ''",
        "DELETE FROM ledger_key",
        "UPDATE ledger_schema SET version = 2",
    ],
)
def test_insert_only_role_can_change_and_remove_nothing_written(program, statement):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), program.write() as connection:
        connection.exec_driver_sql(statement)


def test_only_the_owner_removes_deleted_bytes(room, program):
    with room.read() as connection:
        wrapped = connection.execute(select(KEY.c.wrapped).where(KEY.c.purpose == "index")).scalar_one()
    with room.write() as connection:
        file = connection.exec_driver_sql("SELECT pg_relation_filepath('ledger_key')").scalar_one()
        connection.exec_driver_sql("DELETE FROM ledger_key WHERE purpose = 'index'")
    assert not scrub(program.engine)
    assert scrub(room.engine)
    with room.read() as connection:
        now = connection.exec_driver_sql("SELECT pg_relation_filepath('ledger_key')").scalar_one()
        stored = connection.exec_driver_sql(f"SELECT pg_read_binary_file('{now}')").scalar_one()
    assert now != file
    assert wrapped not in stored


def test_who_waits_for_the_head_goes_on_from_what_the_other_left(room):
    with ThreadPoolExecutor(1) as threads, room.engine.connect().execution_options(writing=True) as first:
        begun = first.begin()
        room.ledger.append(first, note("first"), at=NOON)
        waiting = threads.submit(room.append, note("second"))
        _wait_for_a_lock(room)
        begun.commit()
        assert waiting.result(60).index == 4
    with room.read() as connection:
        assert texts(room.ledger.entries(connection, 3)) == ["first", "second"]


def test_who_waits_for_the_head_takes_the_place_that_was_given_back(room):
    with ThreadPoolExecutor(1) as threads, room.engine.connect().execution_options(writing=True) as first:
        begun = first.begin()
        room.ledger.append(first, note("first"), at=NOON)
        waiting = threads.submit(room.append, note("second"))
        _wait_for_a_lock(room)
        begun.rollback()
        assert waiting.result(60).index == 3


@pytest.mark.parametrize("make", ["person", "key", "rotation", "checkpoint"])
def test_what_is_made_once_is_made_once_by_many_at_the_same_time(room, make):
    room.append()
    go = Event()

    def one(_):
        with room.engine.connect().execution_options(writing=True) as connection, connection.begin():
            go.wait()
            match make:
                case "person":
                    return room.ledger.person(connection, team="T1", user="U1", at=NOON)
                case "key":
                    return room.ledger.key(connection, "pepper", at=NOON).id
                case "rotation":
                    return room.ledger.rotate_data_key(connection, at=NOON).index
                case _:
                    return room.ledger.checkpoint(connection).to_text()

    with ThreadPoolExecutor(6) as threads:
        made = [threads.submit(one, number) for number in range(6)]
        go.set()
        found = {each.result(60) for each in made}
    assert len(found) == (6 if make == "rotation" else 1)
    with room.read() as connection:
        assert verify_with_key(connection, room.log_key.verifier, room.kek, schemas()).sound
        assert connection.execute(select(func.count()).select_from(CHECKPOINT)).scalar() == 1 + (make == "checkpoint")


def test_checkpoint_still_wants_a_transaction_of_its_own(room):
    with room.undone() as connection:
        room.ledger.append(connection, note(), at=NOON)
        with pytest.raises(TransactionError):
            room.ledger.checkpoint(connection)


def test_verifying_sees_one_state_and_can_write_nothing(room):
    engine, written = open_to_read(room.url), []

    def write_on(done, _total):
        if done and not written:
            written.append(room.append())

    with engine.connect() as connection, connection.begin():
        report = verify_keyless(connection, room.log_key.verifier, progress=write_on)
    assert report.sound, report.to_text()
    assert (report.size, written[0].index) == (3, 3)
    with engine.connect() as connection, connection.begin(), pytest.raises(InternalError, match="read-only"):
        connection.execution_options(stream_results=False).execute(delete(PERSON))
    engine.dispose()


def test_an_error_does_not_repeat_the_row(room):
    key = Prepared(insert(KEY), "id", "log", "purpose", "status", "wrapped", "wrapped_by", "created")
    row = {"id": b"i", "log": 1, "purpose": "hunter2", "status": "active", "wrapped": b"", "wrapped_by": b""}
    with room.undone() as connection, pytest.raises(IntegrityError) as refused:
        key.run(connection, row | {"created": None})
    assert "hunter2" not in "".join(traceback.format_exception(refused.value))


def test_a_missing_driver_is_one_sentence(room, monkeypatch):
    def gone(*_args, **_kwargs):
        raise ModuleNotFoundError("psycopg")

    monkeypatch.setattr("ledger.postgresql.create_engine", gone)
    with pytest.raises(NoLedgerError, match="pip install"):
        open_to_read(room.url)


def _wait_for_a_lock(room):
    with psycopg.connect(room.url, autocommit=True) as looking:
        until = time.monotonic() + 60
        while not looking.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
            assert time.monotonic() < until, "nobody waits"
