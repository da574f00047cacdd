"""`cred keys` and `cred erase`: over a database as `cred init` and the program left it."""

import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import read_places
from bot.main import keys as commands
from bot.main import log_key
from bot.main.initialising import initialise
from bot.main.opening import NotReadyError, open_house, read_keys
from bot.store import SCHEMAS
from bot.store.engine import WRITING
from ledger import Checkpoint, KeyEncryptionKey, LogKey, VerifierKey, open_to_read, verify_with_key
from tests.support.dying import killed_at, touches
from tests.support.fakes import START
from tests.support.house import ORIGIN

TEAM, MAYA = "T0HARBOUR", "U0MAYA"


@pytest.fixture
def env(tmp_path):
    """A new house, in which the ledger knows Maya."""
    where = {
        "CRED_DATABASE_URL": f"sqlite:///{tmp_path / 'cred.db'}",
        "CRED_KEY_FILE": str(tmp_path / "cred.key"),
        "CRED_LOG_KEY_FILE": str(tmp_path / "log.key"),
        "CRED_CHECKPOINTS": str(tmp_path / "checkpoints"),
    }
    places = read_places(dict(where))
    initialise(places, ORIGIN, now=START)
    opened = open_house(places, read_keys(places))
    with opened.engine.connect().execution_options(**WRITING) as connection, connection.begin():
        opened.ledger.person(connection, team=TEAM, user=MAYA, at=START)
        opened.ledger.key(connection, "pepper", at=START)
    opened.close()
    return where


def _run(env, *arguments, code=0, text=None):
    result = CliRunner().invoke(app, list(arguments), env=env, input=text)
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


def _sound(env):
    places = read_places(dict(env))
    keys = read_keys(places)
    engine = open_to_read(places.database_url)
    with engine.connect() as connection, connection.begin():
        report = verify_with_key(connection, keys.log_key.verifier, keys.kek, SCHEMAS)
    assert report.sound, report.to_text()
    return report


def _files(tmp_path):
    return {path.name for path in tmp_path.iterdir()} - {"cred.db", "cred.db.lock", "cred.db-wal", "cred.db-shm"}


def test_keys_are_listed_without_being_shown(env):
    said = _run(env, "keys", "list").stdout
    kek = read_keys(read_places(dict(env))).kek
    assert [line.split()[1:3] for line in said.splitlines()[1:]] != []
    assert {line.split()[1] for line in said.splitlines()[1:]} == {"entry", "index", "pepper", "log"}
    assert said.count(kek.id.hex()[:16]) == 3
    assert kek.to_text()[-20:] not in said


def test_tokens_of_a_key_that_another_followed_count_for_an_hour_more(env):
    places = read_places(dict(env))
    said = _run(env, "keys", "rotate-token").stdout
    _run(env, "keys", "rotate-token")
    _sound(env)
    opened = open_house(places, read_keys(places))
    with opened.engine.connect() as connection, connection.begin():
        signs = opened.ledger.key(connection, commands.TOKEN_SIGNING)
        ((former, followed),) = opened.ledger.former_keys(connection, commands.TOKEN_SIGNING)
    opened.close()
    assert former.id != signs.id
    assert abs(datetime.now(UTC) - followed) < timedelta(minutes=5)
    assert "at /jwks.json until" in said


def test_keys_are_listed_while_the_program_runs(env):
    places = read_places(dict(env))
    opened = open_house(places, read_keys(places))
    _run(env, "keys", "list")
    opened.close()


def test_data_key_is_changed_with_an_entry(env):
    assert "Entry 5 begins a new data key" in _run(env, "keys", "rotate-data").stdout
    assert _run(env, "keys", "list").stdout.count("  entry  ") == 2
    _sound(env)


def test_new_key_encryption_key_takes_the_place_of_the_old_one_which_stays_for_old_backups(env, tmp_path):
    before = read_keys(read_places(dict(env))).kek
    said = _run(env, "keys", "rotate-encryption").stdout
    after = read_keys(read_places(dict(env))).kek
    old = tmp_path / f"cred.key.{before.id.hex()[:8]}"
    assert after != before
    assert KeyEncryptionKey.read(old) == before
    assert (tmp_path / "cred.key").stat().st_mode & 0o777 == 0o600
    assert _files(tmp_path) == {"cred.key", old.name, "log.key", "cred-ledger.vkey"}
    assert "4 keys, and those of 1 people" in said  # a month has gone by, so a new data key came with the entry
    assert str(old) in said
    _sound(env)
    _run(env, "keys", "rotate-encryption")
    _sound(env)


@pytest.mark.parametrize("stop_at", ["write_secret", "writing", "scrub", "_wrapped_by", "told_of"])
def test_what_an_interrupted_rotation_left_is_finished_by_the_next(env, tmp_path, monkeypatch, stop_at):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    places = read_places(dict(env))
    before = read_keys(places).kek
    if stop_at == "told_of":  # the last step: the files
        monkeypatch.setattr("pathlib.Path.hardlink_to", interrupted)
        (tmp_path / "cred.key.new").write_text(KeyEncryptionKey.generate(lambda size: b"n" * size).to_text())
        (tmp_path / "cred.key.new").chmod(0o600)
    else:
        monkeypatch.setattr(commands, stop_at, interrupted)
    with pytest.raises(KeyboardInterrupt):
        commands.rotate_key_encryption_key(places, START, lambda size: b"n" * size, lambda _done, _total: None)
    monkeypatch.undo()
    _run(env, "keys", "rotate-encryption")
    begun = KeyEncryptionKey.generate(lambda size: b"n" * size)
    assert (read_keys(places).kek == begun) == (stop_at != "write_secret")
    assert read_keys(places).kek != before
    assert not (tmp_path / "cred.key.new").exists()
    _sound(env)


def test_rotation_that_cannot_be_done_says_why_and_changes_nothing(env, tmp_path):
    places = read_places(dict(env))
    opened = open_house(places, read_keys(places))
    before = (tmp_path / "cred.key").read_bytes()
    for command in (("keys", "rotate-encryption"), ("keys", "rotate-data"), ("erase", MAYA, "--team", TEAM, "--yes")):
        assert "Stop that one first" in _run(env, *command, code=2).stderr
    with opened.engine.connect().execution_options(**WRITING) as connection, connection.begin():
        connection.exec_driver_sql("UPDATE ledger_person SET wrapped = zeroblob(60)")
    opened.close()
    said = _run(env, "keys", "rotate-encryption", code=2).stderr
    assert "does not open under this key-encryption key" in said
    assert (tmp_path / "cred.key").read_bytes() == before
    _run(env, "keys", "list")


def test_new_log_key_signs_and_whoever_trusts_the_old_one_comes_to_it(env, tmp_path):
    before = read_keys(read_places(dict(env))).log_key
    shutil.copy(tmp_path / "cred-ledger.vkey", tmp_path / "trusted.vkey")
    said = _run(env, "keys", "rotate-log").stdout
    after = read_keys(read_places(dict(env))).log_key
    old = tmp_path / f"log.key.{before.verifier.id.hex()}"
    assert (after != before, LogKey.read(old)) == (True, before)
    assert str(old) in said
    assert VerifierKey.read(tmp_path / "cred-ledger.vkey") == after.verifier
    assert (tmp_path / "log.key").stat().st_mode & 0o777 == 0o600
    latest = Checkpoint.from_text((tmp_path / "checkpoints" / "latest").read_text())
    latest.note.check(before.verifier)
    latest.note.check(after.verifier)
    listed = _run(env, "keys", "list").stdout
    assert f"{before.verifier.id.hex():<16}  log     former" in listed
    assert f"{after.verifier.id.hex():<16}  log     primary  from entry {latest.size}" in listed
    _sound(env)
    _run(env, "verify", "--vkey", str(tmp_path / "trusted.vkey"))
    _run(env, "keys", "rotate-log")
    assert (
        f"by {read_keys(read_places(dict(env))).log_key.verifier.to_text()}"
        in _run(env, "verify", "--vkey", str(tmp_path / "trusted.vkey")).stdout
    )
    _sound(env)


def test_killed_at_any_touch_of_the_disk_a_change_of_the_log_key_is_finished_by_the_next(env, tmp_path):
    places = read_places(dict(env))
    for number in touches():
        if not killed_at(
            number, lambda key=bytes([number]): log_key.rotate_log_key(places, START, lambda size: key * size)
        ):
            break
        if (tmp_path / "log.key.new").exists():
            with suppress(NotReadyError):
                open_house(places, read_keys(places)).close()
        _run(env, "keys", "rotate-log")
        assert not (tmp_path / "log.key.new").exists()
        _sound(env)
    assert number > 10


def test_start_says_how_an_interrupted_change_of_keys_is_finished(env, tmp_path, monkeypatch):
    places = read_places(dict(env))

    def interrupted(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr(log_key, "_promised", interrupted)
    with pytest.raises(KeyboardInterrupt):
        log_key.rotate_log_key(places, START, lambda size: b"n" * size)
    monkeypatch.undo()
    with pytest.raises(NotReadyError, match="run `cred keys rotate-log` again, which finishes it"):
        open_house(places, read_keys(places))


def test_log_key_from_elsewhere_is_not_changed_here(env, tmp_path):
    text = (tmp_path / "log.key").read_text().strip()
    assert "comes from CRED_LOG_KEY," in _run({**env, "CRED_LOG_KEY": text}, "keys", "rotate-log", code=2).stderr
    command = f"cat {tmp_path / 'log.key'}"
    said = _run({**env, "CRED_LOG_KEY_COMMAND": command}, "keys", "rotate-log", code=2).stderr
    assert "comes from CRED_LOG_KEY_COMMAND," in said


def test_key_from_the_environment_is_not_changed_here(env, tmp_path):
    text = (tmp_path / "cred.key").read_text().strip()
    said = _run({**env, "CRED_KEY": text}, "keys", "rotate-encryption", code=2).stderr
    assert "only a key in a file can be changed here" in said


def test_rotation_with_another_ledgers_key_is_refused_and_leaves_no_file(env, tmp_path):
    (tmp_path / "cred.key").write_text(KeyEncryptionKey.generate(lambda size: b"x" * size).to_text())
    _run(env, "keys", "rotate-encryption", code=2)
    assert _files(tmp_path) == {"cred.key", "log.key", "cred-ledger.vkey"}


def test_erased_person_is_nobody_any_more(env):
    said = _run(env, "erase", MAYA, "--team", TEAM, "--yes").stdout
    assert "nobody stands behind that ID any more" in said
    assert "1 of them erased" in _sound(env).to_text()
    assert "knows nobody called U0MAYA" in _run(env, "erase", MAYA, "--team", TEAM, "--yes", code=2).stderr
    person = said.split()[1].rstrip(":")
    assert "erased already" in _run(env, "erase", person, "--yes", code=2).stderr


def test_person_is_erased_by_the_ledgers_own_id_too(env):
    places = read_places(dict(env))
    opened = open_house(places, read_keys(places))
    with opened.engine.connect() as connection:
        person = opened.ledger.find_person(connection, team=TEAM, user=MAYA)
    opened.close()
    assert person in _run(env, "erase", person, "--yes").stdout


def test_nobody_is_erased_before_a_person_said_yes(env):
    assert "Nothing was changed" in _run(env, "erase", MAYA, "--team", TEAM, text="n\n", code=2).stderr
    _run(env, "erase", MAYA, "--team", TEAM, text="y\n")


def test_without_a_house_there_is_nothing_to_do(tmp_path):
    env = {
        "CRED_DATABASE_URL": f"sqlite:///{tmp_path / 'cred.db'}",
        "CRED_KEY_FILE": str(tmp_path / "cred.key"),
        "CRED_LOG_KEY_FILE": str(tmp_path / "log.key"),
    }
    for command in (("keys", "list"), ("keys", "rotate-data"), ("keys", "rotate-encryption"), ("erase", "x", "--yes")):
        assert "cred init" in _run(env, *command, code=2).stderr
    with pytest.raises(NotReadyError):
        commands.list_keys(read_places(env))
