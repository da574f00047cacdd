"""A log that was rolled back goes on under a new origin: on record, with its keys and people, and never rewritten."""

import shutil
from dataclasses import dataclass

import pytest

from ledger import (
    BadSignatureError,
    Checkpoint,
    Ledger,
    LogKey,
    NamedKey,
    NoLedgerError,
    NotSignedError,
    OriginMismatchError,
    RollbackError,
    SchemaError,
    VerifierKey,
    logs_in,
    verify_keyless,
    verify_with_key,
)
from ledger.tables import missing_triggers
from tests.support.ledger_room import NOON, ORIGIN, Chance, Room, note, open_engine, schemas, texts

SECOND, THIRD = f"{ORIGIN}/2", f"{ORIGIN}/3"


def _checkpoint(room):
    with room.write() as connection:
        return room.ledger.checkpoint(connection)


def _restore(room, backup):
    room.engine.dispose()
    for name in ("cred.db-wal", "cred.db-shm"):
        (room.folder / name).unlink(missing_ok=True)
    shutil.copy(backup, room.database)
    room.engine = open_engine(room.database)


def _back_up(room, name="backup.db"):
    with room.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return shutil.copy(room.database, room.folder / name)


def _continue(room, reason="the disk broke", **changed):
    given = {
        "kek": room.kek,
        "log_key": room.log_key,
        "schemas": schemas(),
        "now": room.now,
        "checkpoints": room.folder / "checkpoints",
    }
    with room.write() as connection:
        room.ledger = Ledger.continue_log(connection, **(given | changed), reason=reason)
    return room.ledger


def _verified(room, origin=SECOND):
    verifier = room.log_key.named(origin).verifier
    with room.read() as connection:
        keyless = verify_keyless(connection, verifier)
        with_key = verify_with_key(connection, verifier, room.kek, schemas())
    return keyless, with_key


def _sound(room, origin=SECOND):
    for report in _verified(room, origin):
        assert report.sound, report.to_text()


@dataclass(frozen=True)
class Past:
    """Maya's words and a pepper are in the backup that was restored; two more entries were promised, and are lost."""

    room: Room
    maya: str
    words: str
    pepper: NamedKey
    known: Checkpoint


@pytest.fixture
def past(room):
    with room.write() as connection:
        maya = room.ledger.person(connection, team="T1", user="maya", at=NOON)
        words = room.ledger.seal_words(connection, maya, "the old words")
        pepper = room.ledger.key(connection, "pepper", at=NOON)
    room.append(note("kept", actor=maya, index=(("person", maya), ("request", "r1"))))
    backup = _back_up(room)
    room.append(note("lost"))
    room.append(note("lost, too"))
    known = _checkpoint(room)
    _restore(room, backup)
    return Past(room, maya, words, pepper, known)


def test_new_origin_says_what_was_known_what_is_left_and_why(past):
    room = past.room
    with pytest.raises(RollbackError):
        room.open()
    with room.read() as connection:
        left = room.ledger.promise(connection, "left")
    ledger = _continue(room)
    assert ledger.origin == SECOND
    with room.read() as connection:
        first, key = ledger.entries(connection)
    assert (first.event.kind, key.event.kind) == ("log:continued", "key:created")
    said = first.event.body
    assert (said["origin"], said["former"], said["held"], said["reason"]) == (
        SECOND,
        ORIGIN,
        left.size,
        "the disk broke",
    )
    assert Checkpoint.from_text(said["known"]) == past.known
    assert said["key"] == room.log_key.named(SECOND).verifier.to_text()
    _sound(room)


def test_former_log_stays_as_it_was_and_the_new_one_begins_beside_it(past):
    room = past.room
    with room.read() as connection:
        before = connection.exec_driver_sql('SELECT "index", entry FROM ledger_entry ORDER BY "index"').all()
    _continue(room)
    room.append(note("new"))
    with room.read() as connection:
        after = connection.exec_driver_sql(
            'SELECT "index", entry FROM ledger_entry WHERE log = 1 ORDER BY "index"'
        ).all()
        history = list(room.ledger.history(connection))
        assert missing_triggers(connection) == []
        assert [key.name for key in logs_in(connection)] == [ORIGIN, SECOND]
    assert after == before
    assert [text for text in texts(history) if text] == ["kept", "new"]
    _sound(room)


def test_people_their_words_and_the_keys_go_on(past):
    room = past.room
    ledger = _continue(room)
    with room.write() as connection:
        assert ledger.key(connection, "pepper", at=NOON) == past.pepper
        assert ledger.key_by_id(connection, past.pepper.id) == past.pepper
        assert ledger.person(connection, team="T1", user="maya", at=NOON) == past.maya
        assert ledger.who(connection, past.maya) == ("T1", "maya")
        assert ledger.open_words(connection, past.words, past.maya) == "the old words"
        again = ledger.seal_words(connection, past.maya, "new words")
        ledger.append(connection, note("by maya", actor=past.maya, index=(("person", past.maya),)), at=NOON)
    with room.read() as connection:
        assert room.open().open_words(connection, again, past.maya) == "new words"
    _sound(room)


def test_what_is_about_something_is_found_in_both_logs_newest_first_and_says_in_which(past):
    room = past.room
    _continue(room)
    for text in ("new", "newer"):
        room.append(note(text, index=(("request", "r1"),)))
    with room.read() as connection:
        found = room.ledger.about(connection, "request", "r1")
        few = room.ledger.about(connection, "request", "r1", limit=2)
        before = room.ledger.about(connection, "request", "r1", before=found[0].index)
    assert texts(found) == ["newer", "new", "kept"]
    assert [entry.origin for entry in found] == [SECOND, SECOND, ORIGIN]
    assert texts(few) == ["newer", "new"]
    assert texts(before) == ["new"], "an index is one of the newest log"


def test_somebody_who_is_erased_later_is_nobody_in_both_logs(past):
    room = past.room
    ledger = _continue(room)
    with room.write() as connection:
        ledger.append(connection, note("by maya", actor=past.maya, index=(("person", past.maya),)), at=NOON)
        ledger.erase(connection, past.maya, at=NOON)
    with room.read() as connection:
        assert ledger.who(connection, past.maya) is None
        assert ledger.about(connection, "person", past.maya) == []
        assert ledger.count_people(connection) == 0
    _sound(room)
    _, report = _verified(room)
    assert "1 registered as committed to, 1 of them erased" in report.to_text()


def test_keys_of_both_logs_are_wrapped_anew_together(past):
    room = past.room
    _continue(room)
    kek = type(room.kek).generate(Chance("new"))
    with room.write() as connection:
        room.ledger.rewrap(connection, kek, at=NOON)
    room.kek = kek
    assert room.open(kek=kek).origin == SECOND
    _sound(room)


def test_each_start_from_then_on_holds_the_new_log_against_its_own_checkpoints(past):
    room = past.room
    _continue(room)
    room.open()  # the former promise stands there still, and entry 0 tells of it
    backup = _back_up(room)
    room.append()
    _checkpoint(room)
    kept = room.folder / "checkpoints"
    assert Checkpoint.from_text((kept / "latest").read_text()).origin == SECOND
    (aside,) = kept.glob("latest.*")
    assert aside.read_text() == past.known.to_text()
    room.open()
    _restore(room, backup)
    with pytest.raises(RollbackError, match="latest"):
        room.open()


def test_backup_from_before_the_new_origin_is_a_rollback_and_its_number_is_never_used_again(past):
    room = past.room
    backup = _back_up(room)
    _continue(room)
    _checkpoint(room)
    _restore(room, backup)
    with pytest.raises(RollbackError, match=SECOND):
        room.open()
    ledger = _continue(room, "and once more")
    assert ledger.origin == THIRD
    with room.read() as connection:
        first = next(ledger.entries(connection))
    assert Checkpoint.from_text(first.event.body["known"]).origin == SECOND
    room.append()
    _checkpoint(room)
    room.open()
    _sound(room, THIRD)


def test_third_log_goes_on_with_all_that_the_first_two_hold(past):
    room = past.room
    _continue(room)
    room.append(note("second"))
    backup = _back_up(room, "second.db")
    room.append(note("lost again"))
    _checkpoint(room)
    _restore(room, backup)
    _continue(room, "again")
    room.append(note("third"))
    with room.read() as connection:
        assert [text for text in texts(room.ledger.history(connection)) if text] == ["kept", "second", "third"]
        assert room.ledger.who(connection, past.maya) == ("T1", "maya")
    _sound(room, THIRD)


def test_history_goes_on_from_a_place_of_any_log_and_each_log_says_how_it_stands(past):
    room = past.room
    ledger = _continue(room)
    room.append(note("new"))
    _checkpoint(room)
    with room.read() as connection:
        whole = [(entry.origin, entry.index) for entry in ledger.history(connection)]
        for place, (origin, index) in enumerate(whole):
            assert [(e.origin, e.index) for e in ledger.history(connection, origin, index)] == whole[place:]
        with pytest.raises(OriginMismatchError):
            list(ledger.history(connection, "another.example/log"))
        former, newest = ledger.logs(connection)
        assert ledger.origins == (former.verifier.name, newest.verifier.name) == (ORIGIN, SECOND)
        assert former.checkpoint.size < former.size == len([each for each in whole if each[0] == ORIGIN])
        assert newest.checkpoint.size == newest.size
        proof = ledger.prove(connection, former.checkpoint.size - 1, log=ORIGIN)
        proof.check(former.verifier)
        with pytest.raises(NotSignedError):
            ledger.prove(connection, former.checkpoint.size, log=ORIGIN)


def test_first_checkpoint_of_the_new_log_is_signed_under_the_former_name_too(past):
    room = past.room
    _continue(room)
    with room.read() as connection:
        (text,) = connection.exec_driver_sql("SELECT note FROM ledger_checkpoint WHERE log = 2").scalars()
    checkpoint = Checkpoint.from_text(text)
    checkpoint.check(room.log_key.named(SECOND).verifier)
    checkpoint.note.check(room.log_key.verifier)


def test_promise_that_nobody_was_told_of_at_the_turn_is_a_rollback(past):
    room = past.room
    _continue(room, checkpoints=None)
    with pytest.raises(RollbackError, match="find out why nobody was told of it"):
        room.open()
    assert room.open(checkpoints=None).origin == SECOND


def test_what_the_database_does_not_hold_is_refused(past):
    room = past.room
    stranger = Checkpoint.sign(LogKey.generate("stranger", Chance("x")), 9, bytes(32))
    with pytest.raises(BadSignatureError):
        _continue(room, known=[stranger])
    with pytest.raises(OriginMismatchError):
        room.open(log_key=room.log_key.named("other"))
    with room.read() as connection:
        assert [key.name for key in logs_in(connection)] == [ORIGIN]


@pytest.mark.parametrize(
    ("act", "told"),
    [
        ('UPDATE ledger_entry SET entry = zeroblob(200) WHERE log = 1 AND "index" = 4', f"{ORIGIN}: Entry 4"),
        ("DELETE FROM ledger_checkpoint WHERE log = 1", f"{ORIGIN}: None is kept"),
        (
            "UPDATE ledger_checkpoint SET note = replace(note, '— ledger.example.com/cred ', '— x ') WHERE log = 2",
            "not begun",
        ),
        ('DELETE FROM ledger_entry WHERE log = 1 AND "index" = 5', "entries"),
    ],
)
def test_tampering_with_the_former_log_is_found_with_the_new_one(past, act, told):
    room = past.room
    _continue(room)
    with room.write() as connection:
        definitions = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
        for name, _ in definitions:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql(act)
        for _, sql in definitions:
            connection.exec_driver_sql(sql)
    for report in _verified(room):
        assert not report.sound
        assert told in report.to_text()


def test_new_log_whose_head_was_forged_to_continue_something_else_is_found(past):
    room = past.room
    _continue(room)
    with room.write() as connection:  # an entry more in the log that ended
        former = Ledger(
            room.ledger._keyring.former,
            room.ledger._index_key,
            log_key=room.log_key,
            schemas=schemas(),
            random=Chance("forger"),
        )
        former.append(connection, note("slipped in"), at=NOON)
    _, report = _verified(room)
    assert "that is not what stands here" in report.to_text()


def test_former_log_is_verified_by_its_own_key_too(past):
    room = past.room
    _continue(room)
    _sound(room, ORIGIN)


def test_nothing_continues_without_keys_and_without_a_schema(past):
    room = past.room
    with room.write() as connection:
        connection.exec_driver_sql("DELETE FROM ledger_key WHERE purpose = 'index'")
    with pytest.raises(NoLedgerError):
        _continue(room)
    with pytest.raises(SchemaError):
        room.append(note(1))
    assert VerifierKey.from_text(room.log_key.named(SECOND).verifier.to_text()).name == SECOND
