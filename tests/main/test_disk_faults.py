"""A disk that is full, read-only or broken, a lost key: one sentence, nothing half-written, reading goes on."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from bot.main.backing_up import back_up
from bot.main.opening import NotReadyError, open_house, read_keys
from bot.main.program import sign
from bot.store.store import SqlStore
from ledger import VerifierKey, open_to_read, verify_keyless
from tests.support.backups import files, quiet, said, write
from tests.support.fakes import START, FakeClock
from tests.support.faulty import as_nobody, give_to_nobody, on_a_full_disk
from tests.support.program import initialised

LIMITS = (0, 1024, 4096, 16_384, 65_536, 200_000, 400_000)
PASSING = ("cred.db-wal", "cred.db-shm", "cred.db.lock")


def _refused(answer):
    """In one sentence, without a traceback."""
    assert answer.crashed == ""
    if answer.code == 0:
        return False
    assert answer.code == 2, answer
    assert answer.error.startswith("cred: "), answer
    assert answer.error.count("\n") == 1, answer
    return True


def _standing(folder):
    return {name: content for name, content in files(folder).items() if name not in PASSING}


@pytest.mark.parametrize(
    "command",
    [("keys", "rotate-data"), ("keys", "rotate-encryption"), ("keys", "rotate-log"), ("migrate",)],
)
def test_on_a_full_disk_nothing_is_half_changed(house, command):
    env, places, _ = house
    refusals = 0
    for limit in LIMITS:
        refusals += _refused(on_a_full_disk(limit, env, *command))
        assert _said_sound(env)
        said(env, *command)  # once there is room, it is done, or finished
        assert _said_sound(env)
        assert not list(places.key.file.parent.glob("*.new"))
    assert refusals > 1 or command == ("migrate",)


def _said_sound(env):
    return "The log is sound." in said(env, "verify")


def test_on_a_full_disk_a_backup_is_refused_and_leaves_nothing(house):
    env, places, backups = house
    whole = places.database.stat().st_size
    for limit in (*LIMITS, whole - 1):
        if limit < whole:
            answer = on_a_full_disk(limit, env, "backup", str(backups / "monday.db"))
            assert _refused(answer), limit
            assert _standing(backups) == {}
    assert not _refused(on_a_full_disk(whole * 2, env, "backup", str(backups / "monday.db")))


@pytest.mark.parametrize("origin", [(), ("--new-origin", "--reason", "why")])
def test_on_a_full_disk_a_restore_changes_nothing(house, origin):
    env, places, backups = house
    said(env, "backup", str(backups / "monday.db"))
    if origin:
        write(places, entries=2)
    before = _standing(places.database.parent)
    whole = (backups / "monday.db").stat().st_size
    for limit in (*LIMITS, whole - 1):
        if limit < whole:
            answer = on_a_full_disk(limit, env, "restore", str(backups / "monday.db"), *origin)
            assert _refused(answer), limit
            assert _standing(places.database.parent) == before
    assert _said_sound(env)


def test_on_a_full_disk_init_leaves_nothing_that_the_next_one_cannot_finish(tmp_path):
    for number, limit in enumerate(LIMITS):
        folder = tmp_path / str(number)
        folder.mkdir()
        env, _ = _settings(folder)
        if _refused(on_a_full_disk(limit, env, "init", "--origin", "cred.example.com/ledger")):
            said(env, "init", "--origin", "cred.example.com/ledger")
        assert _said_sound(env)


def _settings(folder):
    env, places = initialised(folder)
    for file in folder.iterdir():
        shutil.rmtree(file) if file.is_dir() else file.unlink()
    return env, places


@pytest.fixture
def public():
    """A folder that a user who owns nothing may come to."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def read_only(public):
    """A program's files, which nobody may write any more, and a folder for backups that may be written."""
    env, places = initialised(public / "cred")
    write(places, entries=3)
    (public / "backups").mkdir()
    give_to_nobody(public / "cred", public / "backups")
    for path in (places.database, places.database.with_name("cred.db.lock")):
        path.chmod(0o444)
    (public / "cred").chmod(0o555)
    return env, places, public / "backups"


def test_read_only_database_is_read_on(read_only):
    env, places, backups = read_only
    before = _standing(places.database.parent)
    for command in (("verify",), ("keys", "list"), ("backup", str(backups / "monday.db"))):
        answer = as_nobody(env, *command)
        assert (answer.code, answer.crashed) == (0, ""), answer
    assert (backups / "monday.db").stat().st_size > 0
    assert _standing(places.database.parent) == before


@pytest.mark.parametrize(
    "command",
    [
        ("serve",),
        ("migrate",),
        ("keys", "rotate-data"),
        ("keys", "rotate-encryption"),
        ("keys", "rotate-log"),
        ("erase", "U1", "--team", "T1", "--yes"),
        ("restore", "--new-origin", "--reason", "why"),
    ],
)
def test_read_only_database_is_refused_by_whatever_would_write(read_only, command):
    env, places, _ = read_only
    before = _standing(places.database.parent)
    assert _refused(as_nobody(env, *command))
    assert _standing(places.database.parent) == before


def test_any_page_that_was_broken_is_told_in_a_sentence_or_is_of_no_consequence(house):
    _, places, backups = house
    for name in PASSING[:2]:
        places.database.with_name(name).unlink(missing_ok=True)
    whole = places.database.read_bytes()
    verifier, told = VerifierKey.read(places.verifier_file), []
    for page in range(len(whole) // 4096):
        broken = bytearray(whole)
        for place in range(page * 4096, page * 4096 + 4096, 64):
            broken[place] ^= 0xFF
        for name in ("cred.db", *PASSING[:2]):
            places.database.with_name(name).unlink(missing_ok=True)
        places.database.write_bytes(broken)
        if refusal := _why(lambda number=page: back_up(places, backups / f"{number}.db", START, quiet)):
            told.append(refusal)
            assert _standing(backups) == {}
        else:
            with open_to_read(str(backups / f"{page}.db")).connect() as connection, connection.begin():
                assert verify_keyless(connection, verifier).sound
            for file in backups.iterdir():
                file.unlink()
        told.append(_why(lambda: open_house(places, read_keys(places)).close()))
    assert not [line for line in told if "\n" in line]
    assert len(list(filter(None, told))) > len(whole) // 4096 // 3


def _why(task):
    """What it refuses with; empty where it does not."""
    try:
        task()
    except NotReadyError as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("page", [0, 1, 5, 20, 40])
def test_broken_page_makes_no_command_crash(house, page):
    env, places, _ = house
    for name in PASSING[:2]:
        places.database.with_name(name).unlink(missing_ok=True)
    whole = bytearray(places.database.read_bytes())
    for place in range(page * 4096, page * 4096 + 4096, 64):
        whole[place] ^= 0xFF
    places.database.write_bytes(whole)
    for command in (("verify",), ("keys", "list"), ("doctor",), ("keys", "rotate-data"), ("migrate",)):
        answer = as_nobody(env, *command) if os.geteuid() else on_a_full_disk(2**40, env, *command)
        assert answer.crashed == "", command
        assert answer.code in (0, 1, 2)


@pytest.mark.parametrize("key", ["cred.key", "cred-log.key"])
def test_without_a_key_nothing_is_opened_and_the_copy_and_the_keyless_check_go_on(house, key):
    env, places, backups = house
    (places.database.parent / key).unlink()
    for command in (("serve",), ("verify",), ("keys", "list"), ("keys", "rotate-data"), ("restore", "x.db")):
        answer = on_a_full_disk(2**40, env, *command)
        assert _refused(answer)
        assert f"There is no key in {places.database.parent / key}" in answer.error
    made = back_up(places, backups / "monday.db", START, quiet)
    with open_to_read(str(made.database)).connect() as connection, connection.begin():
        assert verify_keyless(connection, VerifierKey.read(made.verifier)).sound


def test_checkpoint_that_cannot_be_kept_elsewhere_is_told_in_a_sentence_and_writing_goes_on(house, caplog):
    _, places, _ = house
    opened = open_house(places, read_keys(places))
    store = SqlStore(opened.engine, opened.ledger, FakeClock(), "T1")
    shutil.rmtree(places.checkpoints)
    places.checkpoints.write_text("a file where a folder should be")
    sign(store)
    assert "The ledger was not signed: " in caplog.text
    assert "Traceback" not in caplog.text
    with store.work() as work:
        work.acceptances.add("U1", "1", "digest", work.now)
    places.checkpoints.unlink()
    sign(store)
    assert "\n6\n" in (places.checkpoints / "latest").read_text()
    store.close()
    opened.close()
