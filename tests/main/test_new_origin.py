"""`cred restore --new-origin`: what is older than what is known goes on all the same, on record, or not at all."""

import shutil

import pytest

from bot.main.backing_up import back_up
from bot.main.examining import Wish
from bot.main.opening import open_house, read_keys
from bot.main.restoring import restore
from ledger import Checkpoint, VerifierKey
from tests.support.backups import files, opened, quiet, refused, said, write
from tests.support.dying import killed_at, touches
from tests.support.fakes import START
from tests.support.program import ORIGIN, initialised

SECOND = f"{ORIGIN}/2"
WHY = ("--new-origin", "--reason", "the disk broke")


def _put_by_hand(places, backup):
    for name in ("cred.db-wal", "cred.db-shm"):
        places.database.with_name(name).unlink(missing_ok=True)
    shutil.copy(backup, places.database)


def _origin(places):
    with opened(places) as running:
        return running.ledger.origin


@pytest.fixture
def old(house):
    """A backup that lacks two entries which a checkpoint promised."""
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    write(places, entries=2)
    return env, places, backups / "monday.db"


def test_backup_that_is_too_old_is_offered_a_new_origin_and_goes_on_with_it(old):
    env, places, backup = old
    assert '--new-origin --reason "why"' in refused(env, "restore", str(backup))
    told = said(env, "restore", str(backup), *WHY)
    verifier = places.verifier_file.with_name("cred-ledger-2.vkey")
    assert f"Ledger    {SECOND} from now on" in told
    assert str(verifier) in told
    assert VerifierKey.read(verifier).name == SECOND
    assert VerifierKey.read(places.verifier_file).name == ORIGIN
    assert Checkpoint.from_text((places.checkpoints / "latest").read_text()).origin == SECOND
    write(places)
    assert _origin(places) == SECOND
    checked = said(env, "verify")
    assert "The log is sound." in checked
    assert f"Former log   {ORIGIN}, 6 entries, sound" in checked


def test_database_that_was_restored_by_hand_goes_on_where_it_stands(old):
    env, places, backup = old
    _put_by_hand(places, backup)
    told = refused(env, "serve")
    assert "was a backup restored" in told.lower()
    assert "`cred restore --new-origin" in told
    said(env, "restore", *WHY)
    (former,) = places.database.parent.glob("cred.db.before-*Z")
    assert former.stat().st_size == backup.stat().st_size
    assert _origin(places) == SECOND
    said(env, "verify")


def test_new_origin_stands_with_its_reason_in_the_ledger(old):
    env, places, backup = old
    said(env, "restore", str(backup), *WHY)
    with opened(places) as running, running.engine.connect() as connection, connection.begin():
        first = next(running.ledger.entries(connection))
    assert first.event.body["reason"] == "the disk broke"
    assert (first.event.body["held"], Checkpoint.from_text(first.event.body["known"]).size) == (6, 8)


def test_what_is_not_too_old_needs_no_new_origin(house):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    for arguments in ((str(backups / "monday.db"),), ()):
        assert "needs no new origin" in refused(env, "restore", *arguments, *WHY)
    assert _origin(places) == ORIGIN


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--new-origin",),
        ("--reason", "x"),
        ("--new-origin", "--reason", " "),
        ("--new-origin", "--reason", "\x1b\u202e"),
        ("--new-origin", "--reason", "x" * 3001),
    ],
)
def test_new_origin_wants_a_reason_and_a_reason_a_new_origin(old, arguments):
    env, places, backup = old
    before = files(places.database.parent)["cred.db"]
    refused(env, "restore", *(() if not arguments else (str(backup),)), *arguments)
    assert files(places.database.parent)["cred.db"] == before


def test_backup_from_before_the_new_origin_can_never_become_a_second_one_of_its_name(old):
    env, places, backup = old
    said(env, "restore", str(backup), *WHY)
    write(places)
    assert f"that is of {SECOND}" in refused(env, "restore", str(backup))
    said(env, "restore", str(backup), *WHY)
    assert _origin(places) == f"{ORIGIN}/3"
    said(env, "verify")


def test_killed_at_any_touch_of_the_disk_a_new_origin_is_there_whole_or_not_at_all(house):
    _, places, backups = house
    made = back_up(places, backups / "monday.db", START, quiet).database
    write(places, entries=2)
    kept = (places.checkpoints / "latest").read_bytes()
    now = places.database.read_bytes()
    wish = Wish(backup=made, reason="x")
    for number in touches():
        shutil.rmtree(places.checkpoints)
        places.checkpoints.mkdir()
        (places.checkpoints / "latest").write_bytes(kept)
        for file in places.database.parent.glob("cred.db*"):
            file.unlink()
        places.database.write_bytes(now)
        killed = killed_at(number, lambda: restore(places, wish, START, quiet))
        running = open_house(places, read_keys(places))
        origin = running.ledger.origin
        running.close()
        assert origin in (ORIGIN, SECOND)
        if not killed:
            break
    assert (origin, number > 20) == (SECOND, True)


@pytest.fixture
def hosted(tmp_path, database_url):
    """A program whose database is on a server, and is older than a checkpoint that is known."""
    env, places = initialised(tmp_path / "cred", CRED_DATABASE_URL=database_url)
    known = Checkpoint.sign(read_keys(places).log_key, 99, bytes(32))
    places.checkpoints.mkdir(exist_ok=True)
    (places.checkpoints / "latest").write_text(known.to_text())
    return env, places


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_database_on_a_server_goes_on_where_it_stands(hosted):
    env, places = hosted
    assert "`cred restore --new-origin" in refused(env, "serve")
    assert "pg_restore" in refused(env, "restore", "some.dump", *WHY)
    told = said(env, "restore", *WHY)
    assert f"Ledger    {SECOND} from now on" in told
    assert VerifierKey.read(places.verifier_file.with_name("cred-ledger-2.vkey")).name == SECOND
    assert Checkpoint.from_text((places.checkpoints / "latest").read_text()).origin == SECOND
    assert _origin(places) == SECOND
    assert "The log is sound." in said(env, "verify")
    assert "needs no new origin" in refused(env, "restore", *WHY)


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_log_key_is_changed_on_a_server_too(tmp_path, database_url):
    env, places = initialised(tmp_path / "cred", CRED_DATABASE_URL=database_url)
    before = VerifierKey.read(places.verifier_file)
    (tmp_path / "old.vkey").write_text(before.to_text())
    said(env, "keys", "rotate-log")
    assert VerifierKey.read(places.verifier_file) != before
    assert "The log is sound." in said(env, "verify", "--vkey", str(tmp_path / "old.vkey"))
