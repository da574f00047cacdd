"""`cred init`: what it makes, what it takes from where, and what it refuses in one sentence."""

import os
import signal
import sqlite3
import stat
from contextlib import closing

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.config import read_places
from bot.main.initialising import initialise, is_initialised
from bot.main.opening import open_house, read_keys
from bot.store.engine import WRITING
from ledger import VerifierKey
from tests.support.backups import refused
from tests.support.fakes import START
from tests.support.program import ORIGIN, environment, initialised

run = CliRunner().invoke


def test_init_makes_keys_database_and_verifier_that_only_their_owner_reads(tmp_path):
    env = environment(tmp_path / "new")
    result = run(app, ["init", "--origin", "cred.example.com/ledger"], env=env)
    assert result.exit_code == 0, result.output
    for name in ("cred.key", "cred-log.key", "cred.db"):
        assert stat.S_IMODE((tmp_path / "new" / name).stat().st_mode) == 0o600
    assert VerifierKey.read(tmp_path / "new" / "cred-ledger.vkey").name == "cred.example.com/ledger"
    assert "cred.example.com/ledger" in result.stdout


def test_init_names_the_ledger_after_the_organization(tmp_path):
    run(app, ["init"], env=environment(tmp_path))
    assert VerifierKey.read(tmp_path / "cred-ledger.vkey").name == "harbour-group/cred-ledger"


def test_init_needs_a_name_where_there_is_no_policy(tmp_path):
    env = environment(tmp_path, CRED_CONFIG=str(tmp_path / "none.toml"))
    result = run(app, ["init"], env=env)
    assert result.exit_code == 2
    assert "cannot be read" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_second_init_changes_nothing(tmp_path):
    env, _ = initialised(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert "already. Nothing was changed." in refused(env, "init")
    assert {path: path.read_bytes() for path in before} == before


def test_init_says_in_a_sentence_what_the_disk_refuses(tmp_path):
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "folder").mkdir()
    for changes, said in (
        ({"CRED_DATABASE_URL": f"sqlite:///{tmp_path / 'file' / 'cred.db'}"}, "cannot be made or written"),
        ({"CRED_DATABASE_URL": f"sqlite:///{tmp_path / 'folder'}"}, "is a folder. Name a file"),
        ({"CRED_KEY_FILE": "/proc/none/cred.key"}, "cannot be made or written"),
        ({"CRED_LOG_KEY_FILE": "/proc/cred-log.key"}, "cannot be made or written"),
    ):
        told = refused(environment(tmp_path / "new", **changes), "init")
        assert said in told
        assert told.count("\n") == 1


def test_init_leaves_a_file_alone_that_is_no_database_of_ours(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work" * 100)
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE theirs (x)")
    for name, said in (("thesis.txt", "file is not a database"), ("other.db", "is another program's database")):
        before = (tmp_path / name).read_bytes()
        told = refused(environment(tmp_path, CRED_DATABASE_URL=f"sqlite:///{tmp_path / name}"), "init")
        assert said in told
        assert "name another" in told.lower()
        assert (tmp_path / name).read_bytes() == before
        assert not (tmp_path / "cred.key").exists()


@pytest.mark.parametrize("stop_at", ["_make_keys", "_publish", "_fill", "apply", "Ledger"])
def test_what_an_interrupted_init_left_is_finished_by_the_next(tmp_path, monkeypatch, stop_at):
    def interrupted(*_args, **_kwargs):
        raise KeyboardInterrupt

    env = environment(tmp_path)
    places = read_places(dict(env))
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        where = "bot.main.initialising.Ledger.create" if stop_at == "Ledger" else f"bot.main.initialising.{stop_at}"
        patched.setattr(where, interrupted)
        initialise(places, ORIGIN, now=START)
    assert not is_initialised(places)
    initialise(places, ORIGIN, now=START)
    assert is_initialised(places)
    open_house(places, read_keys(places)).close()


def test_a_key_that_was_half_written_is_made_anew(tmp_path, monkeypatch):
    env = environment(tmp_path)
    places = read_places(dict(env))

    def interrupted(_descriptor):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("bot.main.initialising.os.fsync", interrupted)
        initialise(places, ORIGIN, now=START)
    assert not places.key.file.exists()
    initialise(places, ORIGIN, now=START)
    assert sorted(path.name for path in tmp_path.glob(".*")) == []


def test_init_uses_keys_that_are_there(tmp_path):
    env, places = initialised(tmp_path)
    keys = places.key.file.read_text(), places.log_key.file.read_text()
    places.database.unlink()
    assert run(app, ["init", "--origin", ORIGIN], env=env).exit_code == 0
    assert (places.key.file.read_text(), places.log_key.file.read_text()) == keys


def test_init_begins_no_second_history_of_a_ledger_that_was_promised(tmp_path):
    env, places = initialised(tmp_path)
    opened = open_house(places, read_keys(places))
    with opened.engine.connect().execution_options(**WRITING) as connection, connection.begin():
        opened.ledger.checkpoint(connection)
    opened.close()
    for lost in ([places.database], [places.database, places.key.file, places.log_key.file]):
        for file in lost:
            file.unlink(missing_ok=True)
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        told = refused(env, "init", "--origin", ORIGIN)
        assert "Restore the newest backup" in told
        assert "a new --origin" in told
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_init_refuses_one_file_for_both_keys(tmp_path):
    told = refused(environment(tmp_path, CRED_LOG_KEY_FILE=str(tmp_path / "." / "cred.key")), "init")
    assert "Each key needs its own file." in told
    assert list(tmp_path.iterdir()) == []


def test_init_refuses_a_key_file_that_leads_nowhere(tmp_path):
    (tmp_path / "cred.key").symlink_to(tmp_path / "gone")
    assert "which is not there. Remove it or mend it." in refused(environment(tmp_path), "init")
    assert [path.name for path in tmp_path.iterdir()] == ["cred.key"]


def test_a_key_that_could_not_be_put_in_its_place_is_left_nowhere_else(tmp_path, monkeypatch):
    def refusing(_self, _target):
        raise OSError(1, "Operation not permitted", "cred.key")

    monkeypatch.setattr("bot.main.initialising.Path.hardlink_to", refusing)
    assert "cannot be made or written" in refused(environment(tmp_path), "init")
    assert list(tmp_path.iterdir()) == []


def test_init_refuses_the_log_key_of_another_ledger(tmp_path):
    env, places = initialised(tmp_path)
    places.database.unlink()
    assert f"Say --origin {ORIGIN}." in refused(env, "init", "--origin", "other.example/ledger")
    assert not places.database.exists()


def test_init_takes_keys_from_the_environment(tmp_path):
    _, places = initialised(tmp_path / "one")
    env = environment(
        tmp_path / "two", CRED_KEY=places.key.file.read_text(), CRED_LOG_KEY=places.log_key.file.read_text()
    )
    assert run(app, ["init", "--origin", ORIGIN], env=env).exit_code == 0
    assert not (tmp_path / "two" / "cred.key").exists()


def test_keys_may_come_from_what_commands_print(tmp_path):
    env, places = initialised(tmp_path)
    kept = {"CRED_KEY": tmp_path / "safe-1", "CRED_LOG_KEY": tmp_path / "safe-2"}
    for name, source in (("CRED_KEY", places.key), ("CRED_LOG_KEY", places.log_key)):
        source.file.rename(kept[name])
        env[f"{name}_COMMAND"] = f"cat {kept[name]}"
        del env[f"{name}_FILE"]
    result = run(app, ["keys", "list"], env=env)
    assert result.exit_code == 0, result.output
    secret = kept["CRED_KEY"].read_text().strip()
    for command, told in (
        ("false", "The key's command false failed with exit code 1"),
        (f"echo {secret[:-9]}", "What echo printed: "),
        ("no-such-program --for cred", "The key's command no-such-program cannot be run"),
        ("'", "a quotation mark is missing"),
        ("true", "The key's command true printed nothing."),
        ("yes", "The key's command yes printed more than a key."),
    ):
        said = refused(env | {"CRED_KEY_COMMAND": command}, "serve")
        assert told in said
        assert secret[:-9] not in said


def test_what_a_key_command_leaves_running_is_not_waited_for(tmp_path):
    env, places = initialised(tmp_path)
    command = f"sh -c 'cat {places.key.file}; sleep 60 & echo $! > {tmp_path / 'left'}'"
    del env["CRED_KEY_FILE"]
    result = run(app, ["keys", "list"], env=env | {"CRED_KEY_COMMAND": command})
    left = int((tmp_path / "left").read_text())
    os.kill(left, signal.SIGKILL)  # it runs yet
    assert result.exit_code == 0, result.output


def test_key_file_that_is_a_pipe_is_refused_at_once(tmp_path):
    env, places = initialised(tmp_path)
    places.key.file.unlink()
    os.mkfifo(places.key.file, 0o600)
    assert "is no regular file" in refused(env, "serve")


def test_command_for_a_key_is_run_without_a_shell(tmp_path):
    env, _ = initialised(tmp_path)
    del env["CRED_KEY_FILE"]
    refused(env | {"CRED_KEY_COMMAND": f"echo x > {tmp_path / 'written'}; touch {tmp_path / 'touched'}"}, "serve")
    assert not (tmp_path / "written").exists()
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("origin", ["two words", "a+b", ""])
def test_init_refuses_a_name_that_no_checkpoint_could_carry(tmp_path, origin):
    assert "cannot be called" in refused(environment(tmp_path), "init", "--origin", origin)
    assert not (tmp_path / "cred.key").exists()
