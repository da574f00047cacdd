"""Appending inside the caller's transaction, and reading it back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from ledger import (
    Event,
    SchemaError,
    TooLargeError,
    UnknownKeyError,
)
from ledger.merkle import leaf_hash, root_of
from ledger.tables import ENTRY, KEY, TERM
from tests.support.ledger_room import NOON, ORIGIN, note, texts

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def test_new_ledger_begins_with_its_origin_and_its_keys(room):
    with room.read() as connection:
        first, *keys = room.ledger.entries(connection)
    assert first.event.body == {"origin": ORIGIN, "key": room.log_key.verifier.to_text()}
    assert [key.event.body["purpose"] for key in keys] == ["index", "entry"]


def test_what_was_appended_is_read_back(room):
    event = Event(
        kind="request:opened",
        actor=None,
        via="slack",
        outcome="refused",
        body={"request": "r1", "reason": "é \n", "quorum": -1, "roles": []},
        index=(("request", "r1"),),
    )
    appended = room.append(event)
    with room.read() as connection:
        *_, last = room.ledger.entries(connection)
        assert room.ledger.size(connection) == appended.index + 1
    assert (last.index, last.at, last.event) == (appended.index, NOON, event)


def test_entry_and_effect_are_undone_together(room):
    before = room.kinds()
    with room.undone() as connection:
        room.ledger.person(connection, team="T1", user="U1", at=NOON)
        room.ledger.key(connection, "pepper", at=NOON)
        room.ledger.append(connection, note(), at=NOON)
    assert room.kinds() == before


def test_ledger_goes_on_after_a_rollback_as_if_nothing_had_been(room):
    with room.undone() as connection:
        lost_key = room.ledger.key(connection, "pepper", at=NOON)
        lost_person = room.ledger.person(connection, team="T1", user="U1", at=NOON)
        room.ledger.append(connection, note("lost", index=(("person", lost_person),)), at=NOON + timedelta(days=1))
    with room.write() as connection:
        key = room.ledger.key(connection, "pepper", at=NOON)
        person = room.ledger.person(connection, team="T1", user="U1", at=NOON)
        kept = room.ledger.append(connection, note("kept"), at=NOON)
    assert (key.id != lost_key.id, person != lost_person) == (True, True)
    assert kept.at == NOON
    with room.read() as connection:
        assert texts(room.ledger.entries(connection, kept.index)) == ["kept"]
        assert room.ledger.who(connection, lost_person) is None
        with pytest.raises(UnknownKeyError):
            room.ledger.key_by_id(connection, lost_key.id)


def test_rolled_back_data_key_is_never_used_again(room):
    month = NOON + timedelta(days=31)
    with room.undone() as connection:
        room.ledger.append(connection, note(), at=month)
    with room.write() as connection:
        room.ledger.append(connection, note("after"), at=month)
    with room.read() as connection:
        assert [e.event.kind for e in room.ledger.entries(connection, 3)] == ["key:created", "note:made"]
        assert connection.execute(select(func.count()).where(KEY.c.purpose == "entry")).scalar() == 2


def test_tree_in_the_head_is_that_of_the_stored_entries(room):
    for _ in range(20):
        room.append()
    with room.write() as connection:
        checkpoint = room.ledger.checkpoint(connection)
        entries = connection.execute(select(ENTRY.c.entry).order_by(ENTRY.c.index)).scalars()
        assert root_of(map(leaf_hash, entries)) == checkpoint.root
    assert checkpoint.size == 23


@pytest.mark.engines("sqlite")
def test_nonces_and_ciphertexts_never_repeat(room):
    for _ in range(30):
        room.append(note("the same"))
    with room.read() as connection:
        entries = connection.execute(select(ENTRY.c.entry)).scalars().all()
    assert len({entry[50:62] for entry in entries}) == len({entry[62:] for entry in entries}) == len(entries)


def test_data_key_is_replaced_after_31_days(room):
    room.append()
    room.later(timedelta(days=31))
    room.append()
    room.append()
    assert room.kinds()[3:] == ["note:made", "key:created", "note:made", "note:made"]
    with room.read() as connection:
        keys = {entry[2:34] for entry in connection.execute(select(ENTRY.c.entry)).scalars()}
        states = connection.execute(select(KEY.c.status).where(KEY.c.purpose == "entry").order_by(KEY.c.created))
        assert (len(keys), list(states.scalars())) == (2, ["active", "primary"])


def test_data_key_is_replaced_after_a_million_entries(room, monkeypatch):
    monkeypatch.setattr("ledger.appending._KEY_SERVES_ENTRIES", 4)
    room.later(timedelta(days=31))  # the key from now on serves four
    for _ in range(9):
        room.append()
    with room.read() as connection:
        served = [entry[2:34] for entry in connection.execute(select(ENTRY.c.entry).order_by(ENTRY.c.index)).scalars()]
    assert max(served[3:].count(key) for key in served[3:]) == 4


def test_time_of_entries_never_goes_backwards(room):
    room.append()
    room.later(timedelta(milliseconds=-900))
    assert room.append().at == NOON
    assert room.kinds()[3:] == ["note:made", "note:made"]


def test_clock_set_back_is_an_entry_of_its_own_once(room):
    room.append()
    room.later(timedelta(hours=-1))
    room.append()
    assert room.append().at == NOON
    with room.read() as connection:
        _, step, *rest = room.ledger.entries(connection, 3)
    assert step.event.kind == "clock:stepped-back"
    assert step.event.body["before"] - step.event.body["after"] == 3_600_000_000
    assert [entry.event.kind for entry in rest] == ["note:made", "note:made"]


@pytest.mark.parametrize(
    ("event", "refusal"),
    [
        (note("x" * 65_500), TooLargeError),
        (Event(kind="note:made", actor=None, via="cli", body={"text": "x", "secret": "y"}), SchemaError),
        (Event(kind="never:heard", actor=None, via="cli", body={}), SchemaError),
    ],
)
def test_refused_event_leaves_nothing_behind(room, event, refusal):
    with room.write() as connection:
        with pytest.raises(refusal):
            room.ledger.append(connection, event, at=NOON + timedelta(days=40))
        assert room.ledger.size(connection) == 3
    assert room.kinds() == ["log:opened", "key:created", "key:created"]


def test_entries_are_found_by_what_they_are_about_newest_first(room):
    for count in range(6):
        room.append(note(str(count), index=(("request", f"r{count % 2}"), ("credential", "r1"))))
    with room.read() as connection:
        assert texts(room.ledger.about(connection, "request", "r0")) == ["4", "2", "0"]
        newest, second = room.ledger.about(connection, "request", "r1", limit=2)
        assert texts([newest, second]) == ["5", "3"]
        assert texts(room.ledger.about(connection, "request", "r1", before=second.index)) == ["1"]
        assert room.ledger.about(connection, "request", "r2") == []


@pytest.mark.engines("sqlite")
def test_what_one_searches_by_is_not_readable_in_the_database(room):
    with room.write() as connection:
        person = room.ledger.person(connection, team="T0HARBOUR", user="U0MAYA", at=NOON)
        words = room.ledger.seal_words(connection, person, "because of the audit")
        index = (("person", person), ("request", "r-4711"))
        room.ledger.append(connection, note(words, actor=person, index=index), at=NOON)
    with room.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    stored = b"".join(path.read_bytes() for path in room.folder.glob("cred.db*"))
    for hidden in (b"T0HARBOUR", b"U0MAYA", b"r-4711", b"because of", b"note:made", words.encode()):
        assert hidden not in stored
    assert b"ledger_entry" in stored


def test_entries_come_in_slices(room):
    for count in range(5):
        room.append(note(str(count)))
    with room.read() as connection:
        assert texts(room.ledger.entries(connection, 4, 7)) == ["1", "2", "3"]
        assert texts(room.ledger.entries(connection, 7)) == ["4"]
        assert list(room.ledger.entries(connection, 8)) == []


def test_more_entries_than_a_batch_are_all_read(room):
    with room.write() as connection:
        for count in range(1100):
            room.ledger.append(connection, note(str(count)), at=NOON)
    with room.read() as connection:
        assert texts(room.ledger.entries(connection, 3)) == [str(count) for count in range(1100)]


def test_threads_append_one_after_the_other_and_read_at_once(room):
    def write(count):
        room.append(note(str(count), index=(("request", "r1"),)))

    def read(_):
        with room.read() as connection:
            return [entry.index for entry in room.ledger.entries(connection)]

    with ThreadPoolExecutor(16) as threads:
        writing = threads.map(write, range(40))
        for seen in threads.map(read, range(20)):
            assert seen == list(range(len(seen)))
        list(writing)
    with room.read() as connection:
        assert sorted(map(int, texts(room.ledger.entries(connection, 3)))) == list(range(40))
        assert connection.execute(select(func.count()).select_from(TERM)).scalar() == 40
