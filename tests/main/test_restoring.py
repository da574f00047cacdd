"""`cred restore`: nothing takes the database's place that is not whole, or that contradicts what is known."""

import shutil
import sqlite3
import stat
from contextlib import closing

import pytest

from bot.main import restoring
from bot.main.backing_up import back_up
from bot.main.examining import Wish
from bot.store.engine import WRITING
from bot.store.exclusive import ExclusiveLock
from tests.support.backups import files, opened, quiet, refused, said, size, write
from tests.support.dying import killed_at, touches
from tests.support.fakes import START
from tests.support.program import initialised


def test_lost_database_is_restored(house):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    for file in places.database.parent.glob("cred.db*"):
        file.unlink()
    told = said(env, "restore", str(backups / "monday.db"))
    assert "Former" not in told
    assert "Next: `cred serve`." in told
    assert size(places) == 6
    assert stat.S_IMODE(places.database.stat().st_mode) == 0o600


def test_damaged_database_is_kept_beside_the_one_that_takes_its_place(house):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    places.database.write_bytes(b"broken" * 1000)
    places.database.with_name("cred.db-wal").write_bytes(b"left over")
    told = said(env, "restore", str(backups / "monday.db"))
    (former,) = places.database.parent.glob("cred.db.before-*Z")
    assert str(former) in told
    assert former.read_bytes() == b"broken" * 1000
    assert former.with_name(f"{former.name}-wal").read_bytes() == b"left over"
    assert size(places) == 6
    said(env, "verify")


def test_what_the_former_database_had_in_its_write_ahead_log_goes_with_it_and_not_into_the_new_one(house):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    with opened(places) as running:
        with running.engine.connect().execution_options(**WRITING) as connection, connection.begin():
            connection.exec_driver_sql("CREATE TABLE unsaid (x)")
        for name in ("cred.db", "cred.db-wal"):
            shutil.copy(places.database.with_name(name), backups / name)
    for name in ("cred.db", "cred.db-wal"):  # as a program leaves it that was killed
        shutil.copy(backups / name, places.database.with_name(name))
    said(env, "restore", str(backups / "monday.db"))
    (former,) = places.database.parent.glob("cred.db.before-*Z")
    with closing(sqlite3.connect(former)) as kept:
        assert kept.execute("SELECT count(*) FROM unsaid").fetchone() == (0,)
    with closing(sqlite3.connect(places.database)) as now:
        assert now.execute("SELECT count(*) FROM sqlite_master WHERE name = 'unsaid'").fetchone() == (0,)


def _kept(places):
    """Every file in the program's folder but what comes and goes with reading."""
    passing = {"cred.db.lock", "cred.db-wal", "cred.db-shm"}
    return {name: content for name, content in files(places.database.parent).items() if name not in passing}


def test_backup_older_than_the_checkpoint_kept_elsewhere_is_refused_with_which_one(house):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    write(places, entries=2)
    before = _kept(places)
    told = refused(env, "restore", str(backups / "monday.db"))
    assert f"older than the checkpoint in {places.checkpoints / 'latest'}" in told
    assert "it has 6 entries, and 8 were promised" in told
    assert "Entries 6 to 7 are missing" in told
    assert "Restore a newer backup" in told
    assert _kept(places) == before


def test_backup_older_than_the_database_itself_is_refused_though_nothing_signed_what_is_newer(house):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    write(places, checkpoint=False)
    told = refused(env, "restore", str(backups / "monday.db"))
    assert f"older than the database in {places.database}" in told


def test_backup_that_contradicts_a_checkpoint_from_outside_isrefused(house, tmp_path):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    write(places)
    outside = tmp_path / "from-the-auditor"
    shutil.copy(places.checkpoints / "latest", outside)
    shutil.rmtree(places.checkpoints)
    for file in places.database.parent.glob("cred.db*"):
        file.unlink()
    told = refused(env, "restore", str(backups / "monday.db"), "--checkpoint", str(outside))
    assert f"older than the checkpoint in {outside}" in told
    assert not places.database.exists()
    said(env, "restore", str(backups / "monday.db"))


def test_backup_with_another_history_of_the_same_length_isrefused(house):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    content = (backups / "monday.db").read_bytes()
    write(places, version="2")
    said(env, "backup", str(backups / "tuesday.db"))
    places.database.write_bytes(content)
    for name in ("cred.db-wal", "cred.db-shm"):
        places.database.with_name(name).unlink(missing_ok=True)
    shutil.move(places.checkpoints / "latest", backups / "kept")
    write(places, version="3")
    shutil.move(backups / "kept", places.checkpoints / "latest")
    told = refused(env, "restore", str(backups / "tuesday.db"))
    assert f"are not those of the database in {places.database}" in told


@pytest.mark.parametrize(
    "what", ["a note", "a folder", "nothing", "another program's", "another ledger's", "tampered", "the half"]
)
def test_what_is_no_sound_backup_replaces_nothing(house, tmp_path, what):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    file = backups / "monday.db"
    match what:
        case "a note":
            file.write_text("not a database" * 100)
        case "a folder":
            file.unlink()
            file.mkdir()
        case "nothing":
            file.unlink()
        case "another program's":
            file.unlink()
            with closing(sqlite3.connect(file)) as other:
                other.execute("CREATE TABLE theirs (x)")
        case "another ledger's":
            _, other = initialised(tmp_path / "other")
            shutil.copy(other.database, file)
        case "tampered":
            with closing(sqlite3.connect(file)) as tampered:
                tampered.execute("DROP TRIGGER ledger_entry_delete")
                tampered.commit()
        case "the half":
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    before = _kept(places)
    assert "left at" not in refused(env, "restore", str(file)), "what is left is what was there"
    assert _kept(places) == before


def test_restore_wants_the_program_stopped(house):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    lock = ExclusiveLock(places.database)
    assert "Stop that one first" in refused(env, "restore", str(backups / "monday.db"))
    lock.release()
    with closing(sqlite3.connect(places.database)) as reader:
        reader.execute("SELECT count(*) FROM ledger_entry").fetchone()
        assert "has" in refused(env, "restore", str(backups / "monday.db"))
    said(env, "restore", str(backups / "monday.db"))


@pytest.mark.parametrize("standing", ["sound", "damaged", "gone"])
def test_killed_at_any_touch_of_the_disk_a_restore_leaves_one_of_the_two_whole(house, standing):
    _, places, backups = house
    made = back_up(places, backups / "monday.db", START, quiet).database
    folder = places.database.parent
    for name in ("cred.db-wal", "cred.db-shm"):
        (folder / name).unlink(missing_ok=True)
    begun = {"sound": places.database.read_bytes(), "damaged": b"broken" * 1000, "gone": None}[standing]
    for number in touches():
        for file in folder.glob("cred.db*"):
            file.unlink()
        if begun is not None:
            places.database.write_bytes(begun)
        killed = killed_at(number, lambda: restoring.restore(places, Wish(backup=made), START, quiet))
        there = places.database.read_bytes() if places.database.exists() else None
        if standing == "sound" or there != begun:
            assert size(places) == 6
        restored = restoring.restore(places, Wish(backup=made), START.replace(year=2027), quiet)
        assert (restored.checked.entries, size(places)) == (6, 6)
        if not killed:
            break
    assert number > 10
    assert [path for path in folder.iterdir() if path.name.endswith("-restoring")] == []
