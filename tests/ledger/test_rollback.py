"""A checkpoint is a promise: it is made of what is durable, kept apart, and held against the database at each start."""

import shutil

import pytest

from ledger import BadSignatureError, Checkpoint, LogKey, MalformedError, NotKeptError, RollbackError, TransactionError
from ledger.keeping import CheckpointFile
from ledger.sqlite import TRIGGERS
from tests.support.ledger_room import NOON, ORIGIN, Chance, note, open_engine


def _checkpoint(room):
    with room.write() as connection:
        return room.ledger.checkpoint(connection)


def _kept(room):
    return (room.folder / "checkpoints" / "latest").read_text()


def _restore(room, backup):
    room.engine.dispose()
    for name in ("cred.db-wal", "cred.db-shm"):
        (room.folder / name).unlink(missing_ok=True)
    shutil.copy(backup, room.database)
    room.engine = open_engine(room.database)


def _back_up(room):
    with room.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return shutil.copy(room.database, room.folder / "backup.db")


def test_checkpoint_is_signed_and_kept_in_table_and_file(room):
    room.append()
    checkpoint = _checkpoint(room)
    checkpoint.check(room.log_key.verifier)
    assert (checkpoint.origin, checkpoint.size, _kept(room)) == (ORIGIN, 4, checkpoint.to_text())
    with room.read() as connection:
        sizes = connection.exec_driver_sql("SELECT size FROM ledger_checkpoint ORDER BY size").scalars().all()
    assert sizes == [3, 4]


def test_checkpoint_is_made_once_while_nothing_is_appended(room):
    assert _checkpoint(room) == _checkpoint(room)
    with room.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM ledger_checkpoint").scalar() == 1


def test_checkpoint_of_entries_that_may_yet_be_undone_is_refused(room):
    with room.write() as connection:
        room.ledger.append(connection, note(), at=NOON)
        with pytest.raises(TransactionError):
            room.ledger.checkpoint(connection)
    assert _checkpoint(room).size == 4


@pytest.mark.parametrize(("more", "told"), [(1, "Entry 3 is missing."), (2, "Entries 3 to 4 are missing.")])
def test_what_a_restored_backup_lacks_is_told(room, more, told):
    backup = _back_up(room)
    for _ in range(more):
        room.append()
    _checkpoint(room)
    _restore(room, backup)
    with pytest.raises(RollbackError, match=told):
        room.open()


def test_checkpoint_row_that_was_undone_is_no_rollback(room):
    room.append()
    with room.undone() as connection:
        room.ledger.checkpoint(connection)
    assert room.open().origin == ORIGIN
    assert _checkpoint(room).size == 4


def test_restored_backup_is_refused_at_the_start(room):
    backup = _back_up(room)
    room.append()
    _checkpoint(room)
    _restore(room, backup)
    with pytest.raises(RollbackError, match="backup"):
        room.open()


def test_restored_backup_that_went_on_is_refused_too(room):
    backup = _back_up(room)
    room.append(note("one history"))
    _checkpoint(room)
    _restore(room, backup)
    ledger = room.open(checkpoints=None)
    for _ in range(3):
        with room.write() as connection:
            ledger.append(connection, note("another"), at=NOON)
    with pytest.raises(RollbackError, match="another history"):
        room.open()


def test_running_program_does_not_overwrite_a_newer_checkpoint(room):
    backup = _back_up(room)
    room.append()
    room.append()
    newest = _checkpoint(room)
    _restore(room, backup)
    room.append()
    with pytest.raises(RollbackError):
        _checkpoint(room)
    assert _kept(room) == newest.to_text()


def test_other_history_of_the_same_length_does_not_replace_the_checkpoint(room):
    backup = _back_up(room)
    room.append()
    kept = _checkpoint(room)
    _restore(room, backup)
    room.append()
    with pytest.raises(RollbackError):
        _checkpoint(room)
    assert _kept(room) == kept.to_text()


def test_rollback_shows_by_the_database_itself_where_a_row_is_left(room):
    room.append()
    _checkpoint(room)
    with room.write() as connection:
        for name in TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql('DELETE FROM ledger_entry WHERE "index" = 3')
        connection.exec_driver_sql("UPDATE ledger_log SET size = 3, nodes = zeroblob(64)")
    with pytest.raises(RollbackError):
        room.open(checkpoints=None)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("not a checkpoint\n", MalformedError),
        (b"\xff", MalformedError),
        (Checkpoint.sign(LogKey.generate(ORIGIN, Chance("other")), 1, bytes(32)).to_text(), BadSignatureError),
        (Checkpoint.sign(LogKey.generate("other", Chance("other")), 1, bytes(32)).to_text(), BadSignatureError),
    ],
)
def test_checkpoint_file_that_cannot_be_trusted_is_not_passed_over(room, content, error):
    path = room.folder / "checkpoints" / "latest"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(error, match="latest"):
        room.open()
    room.append()
    with pytest.raises(error):
        _checkpoint(room)


def test_checkpoint_file_is_replaced_whole(room):
    room.append()
    _checkpoint(room)
    room.append()
    _checkpoint(room)
    folder = room.folder / "checkpoints"
    assert [path.name for path in folder.iterdir()] == ["latest"]
    assert CheckpointFile(folder, room.log_key.verifier).read() == Checkpoint.from_text(_kept(room))


def test_checkpoint_that_cannot_be_kept_outside_is_said(room):
    (room.folder / "checkpoints").write_text("a file where the folder should be")
    room.append()
    with pytest.raises((NotKeptError, MalformedError), match="checkpoints"):
        _checkpoint(room)
