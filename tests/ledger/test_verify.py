"""What a verification says of a ledger that is as it was, and when it cannot be run."""

import os

import pytest
from sqlalchemy.exc import OperationalError

from ledger import (
    Checkpoint,
    KeyEncryptionKey,
    LogKey,
    OriginMismatchError,
    Schemas,
    WrongKeyError,
    open_to_read,
    verify_keyless,
    verify_with_key,
)
from tests.support.ledger_room import ORIGIN, schemas

pytestmark = pytest.mark.engines("sqlite", "postgresql")


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


@pytest.mark.engines("sqlite")
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
