"""Several processes read a log and say what one says: the same findings, the same first entry that breaks."""

import multiprocessing
import pickle
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger import MalformedError, open_to_read, verify_keyless, verify_with_key
from ledger.crew import Alone, Processes
from ledger.merkle import CompactRange, leaf_hash, root_of
from ledger.sqlite import TRIGGERS
from tests.support.ledger_room import note, schemas
from tests.support.tampering import delete_row, flip
from tests.support.tampering_acts import every_column, whole_rows

SHORT = 2
"""Entries in a slice, so that a story of ten entries has five of them."""


@dataclass(frozen=True)
class Elsewhere:
    """As other processes would read it: through a connection of their own, all that goes there and back pickled."""

    database: str
    length: int = SHORT

    @contextmanager
    def at_work(self, connection, opener, entries):
        self_opener = pickle.loads(pickle.dumps(opener))  # noqa: S301 - what the test itself made
        engine = open_to_read(self.database)
        try:
            with engine.connect() as own:
                yield _Pickled(own, None if self_opener is None else self_opener.ready())
        finally:
            engine.dispose()


@dataclass(frozen=True)
class _Pickled:
    connection: object
    opener: object

    def each(self, tasks):
        for sent in [pickle.dumps(task) for task in tasks]:
            with self.connection.begin():
                done = pickle.loads(sent).do(self.connection, self.opener)  # noqa: S301
            yield pickle.loads(pickle.dumps(done))  # noqa: S301


def _report(story, crew, *, key=False):
    engine, verifier = open_to_read(str(story.room.database)), story.room.log_key.verifier
    try:
        with engine.connect() as connection, connection.begin():
            if key:
                return verify_with_key(connection, verifier, story.room.kek, schemas(), crew=crew)
            return verify_keyless(connection, verifier, crew=crew)
    finally:
        engine.dispose()


def test_every_tampering_is_told_alike_however_the_log_is_cut_and_whoever_reads(story):
    crews = (Alone(length=SHORT), Alone(length=4), Elsewhere(str(story.room.database)))
    for tampering in (*every_column(), *whole_rows(story)):
        with story.room.undone() as connection:
            saved = _contents(connection)
        with story.room.write() as connection:
            _without_triggers(connection, tampering.act)
        for key in (False, True):
            expected = _said(story, Alone(), key=key)
            assert [_said(story, crew, key=key) for crew in crews] == [expected] * len(crews), tampering.what
        with story.room.write() as connection:
            _put_back(connection, saved)


def test_processes_say_what_one_says(story):
    for size in range(40):
        story.room.append(note(f"more {size}"))
    story.checkpoint()
    crew = Processes(str(story.room.database), 2, length=4, worth=0)
    for statements in ((), (flip(33, 80),), (delete_row(17),), (flip(24, 41),)):
        story.tamper(*statements)
        for key in (False, True):
            assert _report(story, crew, key=key) == _report(story, Alone(), key=key)


@pytest.mark.engines("sqlite", "postgresql")
def test_processes_read_either_database(story):
    crew = Processes(story.room.url or str(story.room.database), 2, length=SHORT, worth=0)
    with story.room.read() as connection:
        verifier, kek = story.room.log_key.verifier, story.room.kek
        report = verify_with_key(connection, verifier, kek, schemas(), crew=crew)
    assert report.sound, report.to_text()
    assert report.size == 10


def test_processes_that_cannot_read_leave_the_work_to_this_one(story, tmp_path):
    report = _report(story, Processes(str(tmp_path / "none.db"), 2, length=SHORT, worth=0), key=True)
    assert report == _report(story, Alone(), key=True)
    assert report.sound, report.to_text()


def test_few_entries_are_not_worth_another_process(story):
    before = multiprocessing.active_children()
    with Processes(str(story.room.database), 2).at_work(None, None, 10):
        assert multiprocessing.active_children() == before


def test_somebody_erased_while_others_read_is_no_finding(story):
    engine, verifier = open_to_read(str(story.room.database)), story.room.log_key.verifier
    crew = Elsewhere(str(story.room.database))
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("SELECT 1 FROM ledger_log").all()
        story.erase(story.maya)  # this connection still sees her; those of the others do not
        report = verify_with_key(connection, verifier, story.room.kek, schemas(), crew=crew)
    engine.dispose()
    assert report.sound, report.to_text()
    assert report.size == 10


def test_keys_on_their_way_to_other_processes_are_never_shown(story):
    shown = []

    class Watching(Alone):
        def at_work(self, connection, opener, entries):
            shown.append(opener)
            return super().at_work(connection, opener, entries)

    _report(story, Watching(), key=True)
    for secret in (*shown[0].secrets.values(), shown[0].index_key, shown[0].bag_key):
        assert repr(secret) not in repr(shown[0])


@given(some.integers(0, 70), some.integers(0, 70))
def test_ranges_made_apart_join_where_their_subtrees_are_those_of_the_whole(left, right):
    leaves = [leaf_hash(bytes([n])) for n in range(left + right)]
    first, then = CompactRange().extend(leaves[:left]), CompactRange().extend(leaves[left:])
    if left and right > left & -left:
        with pytest.raises(MalformedError):
            first.join(then)
    else:
        assert first.join(then).root() == root_of(leaves)


def _said(story, crew, *, key):
    try:
        return _report(story, crew, key=key)
    except Exception as error:  # noqa: BLE001 - a refusal is an answer, too
        return type(error), str(error)


def _contents(connection):
    tables = ("ledger_schema", *sorted({sql.split(" ON ")[1].split()[0] for sql in TRIGGERS.values()}))
    tables = (*tables, "ledger_term", "ledger_key", "ledger_person")
    return {name: connection.exec_driver_sql(f"SELECT * FROM {name}").all() for name in tables}


def _put_back(connection, saved):
    def act(connection):
        for name, rows in saved.items():
            connection.exec_driver_sql(f"DELETE FROM {name}")
            for row in rows:
                marks = ", ".join("?" * len(row))
                connection.exec_driver_sql(f"INSERT INTO {name} VALUES ({marks})", tuple(row))

    _without_triggers(connection, act)


def _without_triggers(connection, act):
    for name in TRIGGERS:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    act(connection)
    for definition in TRIGGERS.values():
        connection.exec_driver_sql(definition)
