"""Tampering by somebody who has the whole database, triggers dropped: what shows it, at which level, at which step."""

import os

import msgspec
import pytest
from sqlalchemy import text

from ledger import (
    Checkpoint,
    LogKey,
    MalformedError,
)
from ledger.keyring import PERSON, Keyring
from ledger.merkle import CompactRange, leaf_hash
from ledger.people import Identity
from ledger.sealing import seal_apart
from ledger.sqlite import TRIGGERS
from tests.support.ledger_room import ORIGIN, Chance, note
from tests.support.tampering import delete_row, flip, mend_head, swap_rows

_KEYLESS = {
    "a byte of a ciphertext": ((flip(6, 80),), {"Tree": "entries 3 to 7", "Head": "compact range"}),
    "a byte of a nonce": ((flip(6, 55),), {"Tree": "entries 3 to 7", "Head": "compact range"}),
    "a byte of a key ID": ((flip(8, 5),), {"Tree": "entry 8 changed", "Head": "compact range"}),
    "a byte of the head that fits nothing": ((flip(6, 80), mend_head), {"Tree": "entries 3 to 7"}),
    "the version": ((flip(6, 0),), {"Entries": "Entry 6", "Tree": "entry 6", "Head": "6 could be read"}),
    "the index in the header": ((flip(6, 41),), {"Entries": "Entry 6 says that it is entry 7"}),
    "a time made earlier": ((flip(8, 45),), {"Entries": "Entry 8 is earlier"}),
    "a time made later": ((flip(6, 43),), {"Entries": "Entry 7 is earlier"}),
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
    "a row deleted": ((delete_row(4),), {"Entries": "Entry 4 is missing", "Tree": "entry 4"}),
    "the first row deleted": ((delete_row(0),), {"Entries": "Entry 0 is missing"}),
    "the last row deleted": ((delete_row(9),), {"Head": "says 10 entries, but 9"}),
    "signed rows cut off, head mended": (
        (delete_row(9), delete_row(8), mend_head),
        {"Tree": "promises 9 entries, but only 8"},
    ),
    "two rows swapped": ((swap_rows,), {"Entries": "Entry 6 says that it is entry 7"}),
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

    story.tamper(forge, mend_head)
    assert "entries 3 to 7" in story.wrong()["Tree"]
    assert "Entry 6 does not open" in story.wrong(key=True)["Opening"]


def test_key_names_the_very_entry_that_changed(story):
    story.tamper(flip(7, 90), mend_head)
    assert story.wrong(key=True)["Opening"].startswith("Entry 7 does not open")


def test_unsigned_tail_is_proven_by_the_key_alone(story):
    story.tamper(flip(9, 90), mend_head)
    assert story.wrong() == {}
    assert "Entry 9 does not open" in story.wrong(key=True)["Opening"]


def test_forged_entry_at_the_end_is_shown_by_the_key(story):
    def forge(connection):
        last = connection.execute(text('SELECT entry FROM ledger_entry WHERE "index" = 9')).scalar()
        forged = last[:34] + (10).to_bytes(8, "big") + last[42:]
        connection.execute(text("INSERT INTO ledger_entry VALUES (1, 10, :forged)"), {"forged": forged})

    story.tamper(forge, mend_head)
    assert story.wrong() == {}
    assert "Entry 10 does not open" in story.wrong(key=True)["Opening"]


def test_rollback_with_all_traces_removed_is_shown_by_the_anchor_alone(story):
    story.tamper(delete_row(9), delete_row(8), delete_row(7), "DELETE FROM ledger_checkpoint WHERE size > 3", mend_head)
    assert story.wrong() == {}
    assert "promises 8 entries, but only 7" in story.wrong(anchor=story.auditor)["Anchor"]


def test_history_rewritten_with_the_log_key_is_shown_by_the_anchor_alone(story):
    def resign(connection):
        mend_head(connection)
        entries = connection.execute(text('SELECT entry FROM ledger_entry ORDER BY "index"')).scalars().all()
        for size in (8, 9):
            root = CompactRange().extend(map(leaf_hash, entries[:size])).root()
            signed = Checkpoint.sign(story.room.log_key, size, root).to_text()
            connection.execute(
                text("UPDATE ledger_checkpoint SET note = :note WHERE size = :size"), {"note": signed, "size": size}
            )

    story.tamper(flip(6, 90), resign)
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
    story.erase(story.maya)
    report = story.report(key=True, anchor=story.auditor)
    assert report.sound, report.to_text()
    assert "2 registered as committed to, 1 of them erased" in report.to_text()


def test_person_whose_row_was_taken_away_without_an_entry_shows(story):
    story.tamper(f"DELETE FROM ledger_person WHERE person = x'{story.maya}'")
    assert "no entry says that they were erased" in story.wrong(key=True)["People"]


def test_erased_person_whose_row_is_put_back_shows(story):
    with story.room.read() as connection:
        row = connection.exec_driver_sql(f"SELECT * FROM ledger_person WHERE person = x'{story.maya}'").one()
    story.erase(story.maya)
    story.tamper(
        lambda connection: connection.exec_driver_sql(
            f"INSERT INTO ledger_person VALUES ({', '.join('?' * len(row))})", tuple(row)
        )
    )
    assert "is there again, though they were erased" in story.wrong(key=True)["People"]


def test_erased_person_who_can_still_be_searched_shows(story):
    term = story.room.ledger._appender.term("person", story.maya)
    story.erase(story.maya)
    story.tamper(f"INSERT INTO ledger_term VALUES (1, x'{term.hex()}', 6)")
    assert list(story.wrong(key=True)) == ["Search"]


def test_entry_by_nobody_who_was_registered_shows(story):
    story.room.append(note("forged", actor="0" * 32))
    assert "Entry 10 is by" in story.wrong(key=True)["People"]


def test_other_person_put_behind_an_id_by_somebody_with_the_key_shows(story):
    def impersonate(connection):
        ring = Keyring(1, ORIGIN, story.room.kek, Chance("forger"))
        key = ring.draw()
        plain = msgspec.msgpack.encode(Identity("T1", "U9", bytes(32)))
        sealed = seal_apart(key, bytes(12), plain, ORIGIN.encode() + bytes.fromhex(story.maya) + b"who")
        row = {"key": key.id, "sealed": sealed, "person": bytes.fromhex(story.maya), **ring.wrap(key, PERSON)}
        connection.execute(
            text(
                "UPDATE ledger_person SET key = :key, wrapped = :wrapped, wrapped_by = :wrapped_by, sealed = :sealed "
                "WHERE person = :person"
            ),
            row,
        )

    story.tamper(impersonate)
    assert "is not who was registered" in story.wrong(key=True)["People"]
