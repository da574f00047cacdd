"""`cred backup`: what has its name is whole, of one state, checked, and without a key."""

import os
import re
import sqlite3
import stat
import subprocess
import threading
from contextlib import closing

import pytest

from bot.main.backing_up import back_up
from bot.store.engine import WRITING
from ledger import VerifierKey, open_to_read, verify_keyless
from ledger.sqlite import TRIGGERS
from ledger.tables import missing_triggers
from tests.support.backups import files, opened, quiet, refused, said, spellings, started, write
from tests.support.dying import killed_at, touches
from tests.support.fakes import START
from tests.support.postgres import binaries
from tests.support.program import initialised


def test_backup_is_one_file_with_its_checkpoint_and_verifier_beside_it_and_no_key(house):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    assert set(files(backups)) == {"monday.db", "monday.db.checkpoint", "monday.db.vkey"}
    assert stat.S_IMODE((backups / "monday.db").stat().st_mode) == 0o600
    secrets = [s for kept in (places.key, places.log_key) for s in spellings(kept.file.read_text())]
    assert not any(secret in content for secret in secrets for content in files(backups).values())
    engine = open_to_read(str(backups / "monday.db"))
    note = (backups / "monday.db.checkpoint").read_text()
    with engine.connect() as connection, connection.begin():
        assert missing_triggers(connection) == []
        assert verify_keyless(connection, VerifierKey.read(backups / "monday.db.vkey"), checkpoint=note).sound
    with closing(sqlite3.connect(backups / "monday.db")) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert {name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")} >= set(
            TRIGGERS
        )


def test_backup_in_a_folder_is_named_after_the_time(house):
    env, _, backups = house
    said(env, "backup", str(backups))
    (made,) = backups.glob("cred-*Z.db")
    assert (backups / f"{made.name}.checkpoint").exists()


@pytest.mark.parametrize("there", ["monday.db", "monday.db.checkpoint", "monday.db.vkey"])
def test_backup_overwrites_nothing(house, there):
    env, _, backups = house
    (backups / there).write_text("years of work")
    assert "is there already, and a backup overwrites nothing" in refused(env, "backup", str(backups / "monday.db"))
    assert files(backups) == {there: b"years of work"}


def test_backup_needs_its_folder_and_a_database(house, tmp_path):
    env, places, backups = house
    assert "There is no folder" in refused(env, "backup", str(tmp_path / "not-mounted" / "monday.db"))
    for file in places.database.parent.glob("cred.db*"):
        file.unlink()
    assert "There is no database at" in refused(env, "backup", str(backups))


def test_backup_is_of_one_state_while_otherswrite(house):
    _, places, backups = house
    with opened(places) as house_open:
        stop, begun, written = threading.Event(), threading.Event(), []

        def write():
            while not stop.is_set():
                with house_open.engine.connect().execution_options(**WRITING) as connection, connection.begin():
                    written.append(house_open.ledger.append(connection, started("x" * 2000), at=START).index)
                begun.set()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            assert begun.wait(60)
            sizes = [back_up(places, backups / f"{number}.db", START, quiet).entries for number in range(4)]
        finally:
            stop.set()
            writer.join()
    assert sizes == sorted(sizes)
    assert sizes[-1] <= len(written) + 6


def test_backup_of_a_ledger_that_was_tampered_with_is_none(house):
    env, places, backups = house
    with closing(sqlite3.connect(places.database)) as tampered:
        for name in TRIGGERS:
            tampered.execute(f"DROP TRIGGER {name}")
        tampered.execute('DELETE FROM ledger_entry WHERE "index" = 1')
        tampered.commit()
    assert "is not sound, so this is no backup" in refused(env, "backup", str(backups))
    assert files(backups) == {}


def test_backup_of_a_damaged_file_is_none(house):
    env, places, backups = house
    content = bytearray(places.database.read_bytes())
    for page in range(1, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\xff" * 8
    places.database.write_bytes(content)
    told = refused(env, "backup", str(backups))
    assert str(places.database) in told
    assert files(backups) == {}


def test_killed_at_any_touch_of_the_disk_a_backup_is_whole_or_not_there(house):
    _, places, backups = house
    for number in touches():
        if not killed_at(number, lambda: back_up(places, backups / "monday.db", START, quiet)):
            break
        if (backups / "monday.db").exists():
            engine = open_to_read(str(backups / "monday.db"))
            with engine.connect() as connection, connection.begin():
                assert verify_keyless(connection, VerifierKey.read(places.verifier_file)).sound
        for left in [path for path in backups.iterdir() if not path.name.startswith(".")]:
            left.unlink()
    assert number > 10
    assert (backups / "monday.db.vkey").exists()


def test_on_a_server_the_whole_command_is_said_and_what_it_makes_can_be_restored_and_checked(tmp_path, postgres):
    env, places = initialised(tmp_path / "cred", CRED_DATABASE_URL=postgres.new_database())
    write(places)
    (tmp_path / "back ups").mkdir()
    dump = tmp_path / "back ups" / "monday.dump"
    _run_as_said(refused(env, "backup", str(dump)), env)
    assert set(files(dump.parent)) == {"monday.dump", "monday.dump.checkpoint", "monday.dump.vkey"}
    again = {**env, "CRED_DATABASE_URL": postgres.new_database()}
    _run_as_said(refused(again, "restore", str(dump)).partition(" If it is too old")[0], again)
    told = said(again, "verify", "--checkpoint", f"{dump}.checkpoint", "--vkey", f"{dump}.vkey")
    assert "The log is sound." in told
    assert re.search("cred-[0-9TZ]+\\.dump.checkpoint", refused(env, "backup", str(dump.parent)))


def _run_as_said(told, env):
    """As the operator would, from the sentence."""
    command = told.strip().partition(" run: ")[2] or told.strip().partition(" Run: ")[2]
    path = f"{binaries()}:{os.environ['PATH']}"
    done = subprocess.run(
        ["/bin/sh", "-c", command],
        env={"PATH": path, "CRED_DATABASE_URL": env["CRED_DATABASE_URL"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (command, done.stderr)
