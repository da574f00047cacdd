"""Tampering by somebody who has the whole database, triggers dropped: what shows it, at which level, at which step."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from ledger import (
    Checkpoint,
    KeyEncryptionKey,
    LogKey,
    MalformedError,
    OriginMismatchError,
    Schemas,
    WrongKeyError,
    open_to_read,
    verify_keyless,
    verify_with_key,
)
from ledger.merkle import CompactRange, leaf_hash
from ledger.tables import TRIGGERS
from tests.support.ledger_room import NOON, ORIGIN, note, schemas


class Story:
    """A room with ten entries, the first nine of them signed, and the checkpoint of eight that an auditor kept."""

    def __init__(self, room):
        self.room = room
        with room.write() as connection:
            self.maya = room.ledger.person(connection, team="T1", user="U1", at=NOON)  # entry 3
            self.sam = room.ledger.person(connection, team="T1", user="U2", at=NOON)  # 4
            room.ledger.key(connection, "pepper", at=NOON)  # 5
        for actor in (self.maya, self.sam):  # 6, 7
            room.append(note("signed", actor=actor, index=(("person", actor), ("request", "r1"))))
        self.auditor = self.checkpoint()
        room.later(timedelta(minutes=1))
        room.append(note("signed", actor=self.maya, index=(("person", self.maya),)))  # 8
        self.checkpoint()
        room.append(note("not signed yet"))  # 9

    def checkpoint(self):
        with self.room.write() as connection:
            return self.room.ledger.checkpoint(connection).to_text()

    def tamper(self, *statements, triggers=True):
        """What somebody does who may do anything to the database, and puts the triggers back."""
        with self.room.write() as connection:
            for name in TRIGGERS:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            for statement in statements:
                if callable(statement):
                    statement(connection)
                else:
                    connection.execute(text(statement))
            for definition in TRIGGERS.values() if triggers else ():
                connection.exec_driver_sql(definition)

    def wrong(self, *, key=False, anchor=None):
        """Titles of the steps that fail, and what they say."""
        return {step.title: step.problem for step in self.report(key=key, anchor=anchor).steps if step.problem}

    def report(self, *, key=False, anchor=None, known=None):
        engine = open_to_read(str(self.room.database))
        verifier = self.room.log_key.verifier
        try:
            with engine.connect() as connection, connection.begin():
                if key:
                    return verify_with_key(connection, verifier, self.room.kek, known or schemas(), checkpoint=anchor)
                return verify_keyless(connection, verifier, checkpoint=anchor)
        finally:
            engine.dispose()


@pytest.fixture
def story(room):
    return Story(room)


def _mend_head(connection):
    """Makes the head fit the entries, as a careful attacker would."""
    entries = connection.execute(text('SELECT entry FROM ledger_entry WHERE log = 1 ORDER BY "index"')).scalars().all()
    tree = CompactRange().extend(map(leaf_hash, entries))
    connection.execute(
        text("UPDATE ledger_log SET size = :size, nodes = :nodes"), {"size": tree.size, "nodes": tree.to_bytes()}
    )


def _flip(place, byte):
    def change(connection):
        entry = bytearray(connection.execute(text(f'SELECT entry FROM ledger_entry WHERE "index" = {place}')).scalar())  # noqa: S608 - a number
        entry[byte] ^= 1
        connection.execute(
            text('UPDATE ledger_entry SET entry = :entry WHERE "index" = :place'),
            {"entry": bytes(entry), "place": place},
        )

    return change


def _swap(connection):
    for step in ((6, 100), (7, 6), (100, 7)):
        connection.execute(text(f'UPDATE ledger_entry SET "index" = {step[1]} WHERE "index" = {step[0]}'))  # noqa: S608 - numbers


def _delete(place):
    return f'DELETE FROM ledger_entry WHERE "index" = {place}'  # noqa: S608 - a number


def test_untouched_ledger_is_sound_at_every_level(story):
    for report in (
        story.report(),
        story.report(anchor=story.auditor),
        story.report(key=True),
        story.report(key=True, anchor=story.auditor),
    ):
        assert report.sound, report.to_text()
        assert (report.size, report.origin) == (10, ORIGIN)
    assert report.level == "with key, anchored"
    assert "the newest 1 not signed yet" in report.to_text()
    assert report.root == Checkpoint.from_text(story.checkpoint()).root


def test_new_ledger_is_sound(room):
    with room.read() as connection:
        assert verify_with_key(connection, room.log_key.verifier, room.kek, schemas()).sound


def test_verifying_without_the_programs_schemas_checks_envelopes(story):
    assert story.report(key=True, known=None).sound
    with story.room.read() as connection:
        assert verify_with_key(connection, story.room.log_key.verifier, story.room.kek, None).sound
    assert "Entry 6" in {s.title: s.problem for s in story.report(key=True, known=Schemas()).steps}["Opening"]


_KEYLESS = {
    "a byte of a ciphertext": ((_flip(6, 80),), {"Tree": "entries 3 to 7", "Head": "compact range"}),
    "a byte of a nonce": ((_flip(6, 55),), {"Tree": "entries 3 to 7", "Head": "compact range"}),
    "a byte of a key ID": ((_flip(8, 5),), {"Tree": "entry 8 changed", "Head": "compact range"}),
    "a byte of the head that fits nothing": ((_flip(6, 80), _mend_head), {"Tree": "entries 3 to 7"}),
    "the version": ((_flip(6, 0),), {"Entries": "Entry 6", "Tree": "entry 6", "Head": "6 could be read"}),
    "the index in the header": ((_flip(6, 41),), {"Entries": "Entry 6 says that it is entry 7"}),
    "a time made earlier": ((_flip(8, 45),), {"Entries": "Entry 8 is earlier"}),
    "a time made later": ((_flip(6, 43),), {"Entries": "Entry 7 is earlier"}),
    "an entry that is no blob": (
        ("UPDATE ledger_entry SET entry = 'text' WHERE \"index\" = 4",),
        {"Entries": "Entry 4"},
    ),
    "an empty entry": (("UPDATE ledger_entry SET entry = x'' WHERE \"index\" = 4",), {"Entries": "Entry 4"}),
    "an index": (('UPDATE ledger_entry SET "index" = 11 WHERE "index" = 4',), {"Entries": "Entry 4 is missing"}),
    "an index that is no number": (
        ('UPDATE ledger_entry SET "index" = \'x\' WHERE "index" = 4',),
        {"Entries": "Entry 4 is missing"},
    ),
    "the log of an entry": (
        ('UPDATE ledger_entry SET log = 2 WHERE "index" = 9',),
        {"Tables": "no log", "Head": "9 could be read"},
    ),
    "a row deleted": ((_delete(4),), {"Entries": "Entry 4 is missing", "Tree": "entry 4"}),
    "the first row deleted": ((_delete(0),), {"Entries": "Entry 0 is missing"}),
    "the last row deleted": ((_delete(9),), {"Head": "says 10 entries, but 9"}),
    "signed rows cut off, head mended": (
        (_delete(9), _delete(8), _mend_head),
        {"Tree": "promises 9 entries, but only 8"},
    ),
    "two rows swapped": ((_swap,), {"Entries": "Entry 6 says that it is entry 7"}),
    "a row inserted": (
        ('INSERT INTO ledger_entry SELECT 1, 10, entry FROM ledger_entry WHERE "index" = 9',),
        {"Entries": "Entry 10 says"},
    ),
    "all entries deleted": (
        ("DELETE FROM ledger_entry",),
        {"Tree": "promises 3 entries, but only 0", "Head": "says 10"},
    ),
    "the head's size": (("UPDATE ledger_log SET size = 9",), {"Head": "says 9 entries, but 10"}),
    "the head's range": (("UPDATE ledger_log SET nodes = zeroblob(64)",), {"Head": "compact range"}),
    "the verifier key": (("UPDATE ledger_log SET verifier = 'x'",), {"Tables": "another verifier key"}),
    "checkpoints deleted": (("DELETE FROM ledger_checkpoint",), {"Checkpoints": "None is kept"}),
    "a checkpoint's size": (
        ("UPDATE ledger_checkpoint SET size = 7 WHERE size = 8",),
        {"Checkpoints": "7 entries is one of 8"},
    ),
    "a checkpoint's note": (
        ("UPDATE ledger_checkpoint SET note = replace(note, char(10) || '8', char(10) || '7')",),
        {"Checkpoints": "of 8 entries does not hold"},
    ),
    "a checkpoint that is none": (
        ("UPDATE ledger_checkpoint SET note = x'ff' WHERE size = 8",),
        {"Checkpoints": "of 8 entries does not hold"},
    ),
}


@pytest.mark.parametrize("what", _KEYLESS)
def test_tampering_shows_without_a_key(story, what):
    statements, expected = _KEYLESS[what]
    story.tamper(*statements)
    wrong = story.wrong()
    for title, said in expected.items():
        assert said in wrong[title], wrong
    assert not story.report(key=True).sound


@pytest.mark.parametrize("name", TRIGGERS)
def test_missing_trigger_shows_without_a_key(story, name):
    with story.room.write() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    assert list(story.wrong()) == ["Tables"]
    assert name in story.wrong()["Tables"]


def test_swapped_rows_with_mended_headers_show(story):
    def forge(connection):
        rows = dict(connection.execute(text('SELECT "index", entry FROM ledger_entry')).all())
        for place, other in ((6, 7), (7, 6)):
            moved = rows[other][:34] + rows[place][34:42] + rows[other][42:]
            connection.execute(
                text('UPDATE ledger_entry SET entry = :moved WHERE "index" = :place'), {"moved": moved, "place": place}
            )

    story.tamper(forge, _mend_head)
    assert "entries 3 to 7" in story.wrong()["Tree"]
    assert "Entry 6 does not open" in story.wrong(key=True)["Opening"]


def test_key_names_the_very_entry_that_changed(story):
    story.tamper(_flip(7, 90), _mend_head)
    assert story.wrong(key=True)["Opening"].startswith("Entry 7 does not open")


def test_unsigned_tail_is_proven_by_the_key_alone(story):
    story.tamper(_flip(9, 90), _mend_head)
    assert story.wrong() == {}
    assert "Entry 9 does not open" in story.wrong(key=True)["Opening"]


def test_forged_entry_at_the_end_is_shown_by_the_key(story):
    def forge(connection):
        last = connection.execute(text('SELECT entry FROM ledger_entry WHERE "index" = 9')).scalar()
        forged = last[:34] + (10).to_bytes(8, "big") + last[42:]
        connection.execute(text("INSERT INTO ledger_entry VALUES (1, 10, :forged)"), {"forged": forged})

    story.tamper(forge, _mend_head)
    assert story.wrong() == {}
    assert "Entry 10 does not open" in story.wrong(key=True)["Opening"]


def test_rollback_with_all_traces_removed_is_shown_by_the_anchor_alone(story):
    story.tamper(_delete(9), _delete(8), _delete(7), "DELETE FROM ledger_checkpoint WHERE size > 3", _mend_head)
    assert story.wrong() == {}
    assert "promises 8 entries, but only 7" in story.wrong(anchor=story.auditor)["Anchor"]


def test_history_rewritten_with_the_log_key_is_shown_by_the_anchor_alone(story):
    def resign(connection):
        _mend_head(connection)
        entries = connection.execute(text('SELECT entry FROM ledger_entry ORDER BY "index"')).scalars().all()
        for size in (8, 9):
            root = CompactRange().extend(map(leaf_hash, entries[:size])).root()
            signed = Checkpoint.sign(story.room.log_key, size, root).to_text()
            connection.execute(
                text("UPDATE ledger_checkpoint SET note = :note WHERE size = :size"), {"note": signed, "size": size}
            )

    story.tamper(_flip(6, 90), resign)
    assert story.wrong() == {}
    assert "history was rewritten" in story.wrong(anchor=story.auditor)["Anchor"]


def test_anchor_of_another_log_does_not_hold(story):
    stranger = Checkpoint.sign(LogKey.generate(ORIGIN, os.urandom), 8, bytes(32)).to_text()
    assert "does not hold" in story.wrong(anchor=stranger)["Anchor"]


def test_anchor_that_is_no_checkpoint_cannot_be_run(story):
    with pytest.raises(MalformedError):
        story.report(anchor="no checkpoint\n")


_WITH_KEY = {
    "a person's name": ("UPDATE ledger_person SET sealed = zeroblob(60)", "People", "does not open"),
    "a person's key": ("UPDATE ledger_person SET wrapped = zeroblob(60)", "People", "does not open"),
    "a person's key that is no blob": ("UPDATE ledger_person SET key = 'x'", "People", "does not open"),
    "who is found under a name": (
        "UPDATE ledger_person SET lookup = person",
        "People",
        "another name",
    ),
    "a named key": ("UPDATE ledger_key SET wrapped = zeroblob(60) WHERE purpose = 'pepper'", "Keys", "was changed"),
    "a key's purpose": ("UPDATE ledger_key SET purpose = 'salt' WHERE purpose = 'pepper'", "Keys", "was changed"),
    "a key gone": ("DELETE FROM ledger_key WHERE purpose = 'pepper'", "Keys", "gone from the table"),
    "a search row gone": ('DELETE FROM ledger_term WHERE "index" = 8', "Search", "6 rows, the entries make 7"),
    "a search row too many": ("INSERT INTO ledger_term VALUES (1, zeroblob(16), 8)", "Search", "8 rows"),
    "a search row moved": ('UPDATE ledger_term SET "index" = 9 WHERE "index" = 8', "Search", "something else"),
    "a search row with nonsense": (
        'UPDATE ledger_term SET "index" = \'x\' WHERE "index" = 8',
        "Search",
        "something else",
    ),
}


@pytest.mark.parametrize("what", _WITH_KEY)
def test_tampering_beside_the_tree_shows_with_the_key(story, what):
    statement, title, said = _WITH_KEY[what]
    story.tamper(statement)
    assert story.wrong() == {}
    assert said in story.wrong(key=True)[title]


def test_swapped_people_show_with_the_key(story):
    def swap(connection):
        rows = connection.execute(text("SELECT person, lookup, key, wrapped, sealed FROM ledger_person")).all()
        connection.execute(text("DELETE FROM ledger_person"))
        for row, other in zip(rows, reversed(rows), strict=True):
            connection.execute(
                text("INSERT INTO ledger_person VALUES (1, :person, :lookup, :key, :wrapped, zeroblob(32), :sealed)"),
                {**other._asdict(), "person": row.person},
            )

    story.tamper(swap)
    assert "People" in story.wrong(key=True)


def test_erased_person_leaves_the_log_sound(story):
    story.tamper(
        f"DELETE FROM ledger_person WHERE person = x'{story.maya}'",  # noqa: S608 - hex
        lambda connection: connection.execute(
            text("DELETE FROM ledger_term WHERE term = :term"),
            {"term": story.room.ledger._appender.term("person", story.maya)},
        ),
    )
    report = story.report(key=True, anchor=story.auditor)
    assert report.sound, report.to_text()
    assert "2 registered as committed to, 1 of them erased" in report.to_text()


def test_erased_person_who_can_still_be_searched_shows(story):
    story.tamper(f"DELETE FROM ledger_person WHERE person = x'{story.maya}'")  # noqa: S608 - hex
    assert list(story.wrong(key=True)) == ["Search"]


def test_entry_by_nobody_who_was_registered_shows(story):
    story.room.append(note("forged", actor="0" * 32))
    assert "Entry 10 is by" in story.wrong(key=True)["People"]


def test_key_of_another_ledger_cannot_be_run(story):
    with story.room.read() as connection, pytest.raises(WrongKeyError):
        verify_with_key(connection, story.room.log_key.verifier, KeyEncryptionKey.generate(os.urandom), schemas())


def test_verifier_key_of_another_log_cannot_be_run(story):
    with story.room.read() as connection, pytest.raises(OriginMismatchError):
        verify_keyless(connection, LogKey.generate("other.example.com", os.urandom).verifier)


def test_verifier_key_of_the_same_origin_but_another_log_finds_no_signature(story):
    with story.room.read() as connection:
        report = verify_keyless(connection, LogKey.generate(ORIGIN, os.urandom).verifier)
    assert [step.title for step in report.steps if step.problem] == ["Tables", "Checkpoints"]


def test_progress_is_told(story):
    told = []
    with story.room.read() as connection:
        verify_keyless(connection, story.room.log_key.verifier, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (10, 10)


def test_database_is_opened_for_verifying_without_a_way_to_write(story):
    engine = open_to_read(f"sqlite:///{story.room.database}")
    with engine.connect() as connection, connection.begin(), pytest.raises(OperationalError, match="readonly"):
        connection.exec_driver_sql("DELETE FROM ledger_person")
    engine.dispose()


def test_verifying_sees_one_state_while_the_program_writes_on(story):
    def write_on(done, _total):
        if done and not written:
            written.append(story.room.append())

    written = []
    with story.room.read() as connection:
        report = verify_keyless(connection, story.room.log_key.verifier, progress=write_on)
    assert report.sound, report.to_text()
    assert (report.size, written[0].index) == (10, 10)
