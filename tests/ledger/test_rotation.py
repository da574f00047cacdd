"""Keys that change while the log goes on: data keys, the key-encryption key; and people who are erased."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from ledger import KeyEncryptionKey, UnknownKeyError, WrongKeyError, verify_with_key
from ledger.errors import UnknownPersonError
from ledger.tables import scrub
from tests.support.ledger_room import NOON, Chance, note, schemas, texts

pytestmark = pytest.mark.engines("sqlite", "postgresql")

NEW = KeyEncryptionKey.generate(Chance("new"))


def _rewrap(story, kek=NEW, **more):
    with story.room.write() as connection:
        return story.room.ledger.rewrap(connection, kek, at=story.room.now, **more)


def _sound(story, kek):
    with story.room.read() as connection:
        report = verify_with_key(connection, story.room.log_key.verifier, kek, schemas())
    assert report.sound, report.to_text()
    return report


def test_data_key_is_changed_on_demand_with_an_entry(story):
    with story.room.write() as connection:
        done = story.room.ledger.rotate_data_key(connection, at=story.room.now)
    story.room.append(note("after"))
    with story.room.read() as connection:
        created, after = story.room.ledger.entries(connection, done.index)
        keys = [key for key in story.room.ledger.keys(connection) if key.purpose == "entry"]
        sealed = (
            connection.execute(text('SELECT entry FROM ledger_entry ORDER BY "index" DESC LIMIT 3')).scalars().all()
        )
    assert (created.event.kind, created.event.body["purpose"]) == ("key:created", "entry")
    assert texts([after]) == ["after"]
    assert [key.status for key in keys] == ["active", "primary"]
    assert [entry[2:34] == keys[1].id for entry in sealed] == [True, True, False]
    _sound(story, story.room.kek)


def test_data_key_that_was_changed_early_serves_its_full_time_from_then(story):
    story.room.later(timedelta(days=30))
    with story.room.write() as connection:
        story.room.ledger.rotate_data_key(connection, at=story.room.now)
    story.room.later(timedelta(days=30))
    story.room.append()
    with story.room.read() as connection:
        assert len([key for key in story.room.ledger.keys(connection) if key.purpose == "entry"]) == 2


def test_clock_set_back_is_told_before_a_key_is_changed(story):
    story.room.later(timedelta(hours=-1))
    with story.room.write() as connection:
        story.room.ledger.rotate_data_key(connection, at=story.room.now)
    assert story.room.kinds()[-2:] == ["clock:stepped-back", "key:created"]
    _sound(story, story.room.kek)


def test_keys_are_listed_without_showing_one(story):
    with story.room.read() as connection:
        keys = story.room.ledger.keys(connection)
        pepper = story.room.ledger.key(connection, "pepper")
    assert sorted((key.purpose, key.status) for key in keys) == [
        ("entry", "primary"),
        ("index", "primary"),
        ("pepper", "primary"),
    ]
    assert {key.wrapped_by for key in keys} == {story.room.kek.id}
    assert repr(pepper.secret) not in repr(keys)


def test_new_key_encryption_key_opens_everything_and_the_old_one_nothing(story):
    told = []
    done = _rewrap(story, progress=lambda at, total: told.append((at, total)))
    assert (done.keys, done.people, told[-1]) == (3, 2, (5, 5))
    again = story.room.open(kek=NEW)
    with story.room.write() as connection:
        assert again.who(connection, story.maya) == ("T1", "U1")
        again.append(connection, note("after"), at=story.room.now)
        *_, told_by, after = again.entries(connection)
    assert told_by.event.kind == "key:rewrapped"
    assert told_by.event.body == {"before": story.room.kek.id.hex(), "after": NEW.id.hex(), "keys": 3, "people": 2}
    assert texts([after]) == ["after"]
    _sound(story, NEW)
    with pytest.raises(WrongKeyError):
        story.room.open()


def test_new_key_encryption_key_changes_no_entry_and_no_key(story):
    def state(connection):
        entries = connection.execute(text('SELECT entry FROM ledger_entry WHERE "index" < 10')).scalars().all()
        keys = connection.execute(text("SELECT id, purpose, status, created FROM ledger_key ORDER BY id")).all()
        return entries, keys

    with story.room.read() as connection:
        before = state(connection)
    _rewrap(story)
    with story.room.read() as connection:
        assert state(connection) == before


@pytest.mark.engines("sqlite")
def test_new_key_encryption_key_is_all_or_nothing(story):
    story.tamper(f"UPDATE ledger_person SET wrapped = zeroblob(60) WHERE person = x'{story.sam}'")
    with story.room.undone() as connection, pytest.raises(WrongKeyError):
        story.room.ledger.rewrap(connection, NEW, at=NOON)
    assert story.room.kinds()[-1] == "note:made"
    with pytest.raises(WrongKeyError):
        story.room.open(kek=NEW)


@pytest.mark.engines("sqlite")
def test_old_key_encryption_key_that_was_put_back_shows(story):
    def back(connection):
        for table, rows in kept.items():
            for place, wrapped, by in rows:
                name = "id" if table == "ledger_key" else "person"
                connection.exec_driver_sql(
                    f"UPDATE {table} SET wrapped = ?, wrapped_by = ? WHERE {name} = ?", (wrapped, by, place)
                )

    with story.room.read() as connection:
        kept = {
            "ledger_key": connection.execute(text("SELECT id, wrapped, wrapped_by FROM ledger_key")).all(),
            "ledger_person": connection.execute(text("SELECT person, wrapped, wrapped_by FROM ledger_person")).all(),
        }
    _rewrap(story)
    story.tamper(back)
    with story.room.read() as connection:
        report = verify_with_key(connection, story.room.log_key.verifier, story.room.kek, schemas())
    assert "names another than the one given" in {s.title: s.problem for s in report.steps}["Keys"]


@pytest.mark.engines("sqlite")
def test_old_wrapped_keys_are_gone_from_the_file(story):
    with story.room.read() as connection:
        wrapped = connection.execute(text("SELECT wrapped FROM ledger_key UNION SELECT wrapped FROM ledger_person"))
        old = wrapped.scalars().all()
    _rewrap(story)
    assert scrub(story.room.engine)
    assert not [blob for blob in old if blob in _stored(story)]


def test_erased_person_is_nobody_and_their_words_are_gone(story):
    with story.room.write() as connection:
        words = story.room.ledger.seal_words(connection, story.maya, "because of the audit")
        story.room.ledger.append(connection, note(words, actor=story.maya), at=NOON)
    story.erase(story.maya)
    with story.room.write() as connection:
        ledger = story.room.ledger
        assert ledger.who(connection, story.maya) is None
        assert ledger.open_words(connection, words, story.maya) is None
        assert ledger.about(connection, "person", story.maya) == []
        assert texts(ledger.about(connection, "request", "r1")) == ["signed", "signed"]
        assert ledger.who(connection, story.sam) == ("T1", "U2")
        with pytest.raises(UnknownKeyError):
            ledger.seal_words(connection, story.maya, "more")
        assert ledger.person(connection, team="T1", user="U1", at=NOON) != story.maya
    _sound(story, story.room.kek)


@pytest.mark.engines("sqlite")
def test_erased_person_is_gone_from_the_file(story):
    with story.room.read() as connection:
        columns = "lookup, key, wrapped, sealed"
        row = connection.exec_driver_sql(f"SELECT {columns} FROM ledger_person WHERE person = x'{story.maya}'").one()
        term = story.room.ledger._appender.term("person", story.maya)
    assert all(blob in _stored(story) for blob in (*row, term))
    story.erase(story.maya)
    assert scrub(story.room.engine)
    assert not [blob for blob in (*row, term) if blob in _stored(story)]


@pytest.mark.engines("sqlite")
def test_reader_that_holds_the_old_pages_is_told(story):
    impatient = story.room.engine
    with story.room.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM ledger_person").all()
        story.erase(story.maya)
        with impatient.connect() as other:
            other.exec_driver_sql("PRAGMA busy_timeout = 1")
        assert not scrub(impatient)
    assert scrub(impatient)


@pytest.mark.parametrize("person", ["0" * 32, "nobody", ""])
def test_unknown_person_cannot_be_erased_nor_one_twice(story, person):
    with story.room.undone() as connection, pytest.raises(UnknownPersonError):
        story.room.ledger.erase(connection, person, at=NOON)
    story.erase(story.maya)
    with story.room.undone() as connection, pytest.raises(UnknownPersonError):
        story.room.ledger.erase(connection, story.maya, at=NOON)


def test_other_key_encryption_key_cannot_rewrap(story):
    with story.room.read() as connection:
        other = KeyEncryptionKey.generate(os.urandom)
        with pytest.raises(WrongKeyError):
            verify_with_key(connection, story.room.log_key.verifier, other, schemas())


def _stored(story):
    return b"".join(path.read_bytes() for path in story.room.folder.glob("cred.db*"))
