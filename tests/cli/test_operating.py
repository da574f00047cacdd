"""`cred init`, `serve`, `migrate` and `manifest`: what they make, and what they refuse in one sentence."""

import os
import signal
import socket
import sqlite3
import stat
from contextlib import closing

import pytest
import yaml
from sqlalchemy import text
from typer.testing import CliRunner

from bot.cli import app
from bot.config import read_places
from bot.main.initialising import initialise, is_initialised
from bot.main.opening import open_house, read_keys
from bot.store import open_engine
from bot.store.engine import WRITING
from bot.store.exclusive import ExclusiveLock
from bot.store.migrate import HEAD
from ledger import Event, VerifierKey
from tests.support.fakes import START
from tests.support.program import ORIGIN, environment, initialised

run = CliRunner().invoke


def refused(*arguments: str, env: dict[str, str]) -> str:
    result = run(app, list(arguments), env=env)
    assert result.exit_code == 2, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.stderr


def write(places, statement: str) -> None:
    engine = open_engine(places.database_url)
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        connection.execute(text(statement))
    engine.dispose()


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
    assert "cannot be read" in refused("init", env=env)
    assert list(tmp_path.iterdir()) == []


def test_a_second_init_changes_nothing(tmp_path):
    env, _ = initialised(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert "already. Nothing was changed." in refused("init", env=env)
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
        told = refused("init", env=environment(tmp_path / "new", **changes))
        assert said in told
        assert told.count("\n") == 1


def test_init_leaves_a_file_alone_that_is_no_database_of_ours(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work" * 100)
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE theirs (x)")
    for name, said in (("thesis.txt", "file is not a database"), ("other.db", "is another program's database")):
        before = (tmp_path / name).read_bytes()
        told = refused("init", env=environment(tmp_path, CRED_DATABASE_URL=f"sqlite:///{tmp_path / name}"))
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
        told = refused("init", "--origin", ORIGIN, env=env)
        assert "Restore the newest backup" in told
        assert "a new --origin" in told
        assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_init_refuses_one_file_for_both_keys(tmp_path):
    told = refused("init", env=environment(tmp_path, CRED_LOG_KEY_FILE=str(tmp_path / "." / "cred.key")))
    assert "Each key needs its own file." in told
    assert list(tmp_path.iterdir()) == []


def test_init_refuses_a_key_file_that_leads_nowhere(tmp_path):
    (tmp_path / "cred.key").symlink_to(tmp_path / "gone")
    assert "which is not there. Remove it or mend it." in refused("init", env=environment(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["cred.key"]


def test_a_key_that_could_not_be_put_in_its_place_is_left_nowhere_else(tmp_path, monkeypatch):
    def refusing(_self, _target):
        raise OSError(1, "Operation not permitted", "cred.key")

    monkeypatch.setattr("bot.main.initialising.Path.hardlink_to", refusing)
    assert "cannot be made or written" in refused("init", env=environment(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_init_refuses_the_log_key_of_another_ledger(tmp_path):
    env, places = initialised(tmp_path)
    places.database.unlink()
    assert f"Say --origin {ORIGIN}." in refused("init", "--origin", "other.example/ledger", env=env)
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
        said = refused("serve", env=env | {"CRED_KEY_COMMAND": command})
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
    assert "is no regular file" in refused("serve", env=env)


def test_command_for_a_key_is_run_without_a_shell(tmp_path):
    env, _ = initialised(tmp_path)
    del env["CRED_KEY_FILE"]
    refused("serve", env=env | {"CRED_KEY_COMMAND": f"echo x > {tmp_path / 'written'}; touch {tmp_path / 'touched'}"})
    assert not (tmp_path / "written").exists()
    assert not (tmp_path / "touched").exists()


@pytest.mark.parametrize("origin", ["two words", "a+b", ""])
def test_init_refuses_a_name_that_no_checkpoint_could_carry(tmp_path, origin):
    assert "cannot be called" in refused("init", "--origin", origin, env=environment(tmp_path))
    assert not (tmp_path / "cred.key").exists()


def test_serve_says_everything_that_is_missing_at_once(tmp_path):
    policy = tmp_path / "bad.toml"
    policy.write_text("[organisation]\n")
    told = refused("serve", env={"CRED_CONFIG": str(policy), "SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "", "PORT": "x"})
    assert "SLACK_BOT_TOKEN is missing" in told
    assert "SLACK_APP_TOKEN (xapp-…, for Socket Mode)" in told
    assert 'PORT is "x"' in told
    assert 'Did you mean "organization"?' in told


def test_serve_refuses_before_init(tmp_path):
    assert "Run `cred init` once" in refused("serve", env=environment(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_serve_refuses_without_the_database(tmp_path):
    env, places = initialised(tmp_path)
    places.database.unlink()
    assert "There is no database at" in refused("serve", env=env)
    assert not places.database.exists()


def test_serve_refuses_an_empty_database(tmp_path):
    env, places = initialised(tmp_path)
    places.database.write_bytes(b"")
    assert "is empty. Run `cred init` once." in refused("serve", env=env)


def test_serve_refuses_what_is_no_database(tmp_path):
    env, places = initialised(tmp_path)
    places.database.write_bytes(b"not a database" * 100)
    told = refused("serve", env=env)
    assert "cannot be read: file is not a database. Restore the newest backup" in told


@pytest.mark.parametrize("name", ["cred.key", "cred-log.key"])
def test_a_key_that_is_lost_must_be_restored_not_made_anew(tmp_path, name):
    env, _ = initialised(tmp_path)
    (tmp_path / name).unlink()
    for told in (refused("serve", env=env), run(app, ["doctor"], env=env).stdout):
        assert f"There is no key in {tmp_path / name}" in told
        assert "Restore the key from its backup" in told
        assert "cred init" not in told


@pytest.mark.parametrize("name", ["cred.key", "cred-log.key"])
def test_serve_refuses_a_key_that_others_may_read(tmp_path, name):
    env, _ = initialised(tmp_path)
    (tmp_path / name).chmod(0o640)
    assert f"chmod 600 {tmp_path / name}" in refused("serve", env=env)


def test_serve_refuses_another_key(tmp_path):
    env, places = initialised(tmp_path / "one")
    _, other = initialised(tmp_path / "two")
    places.key.file.write_bytes(other.key.file.read_bytes())
    assert "is not the one that this ledger was made with" in refused("serve", env=env)


def test_serve_refuses_a_key_in_the_environment_that_is_none_and_does_not_repeat_it(tmp_path):
    env, _ = initialised(tmp_path)
    told = refused("serve", env={**env, "CRED_KEY": "hunter2"})
    assert told.startswith("cred: CRED_KEY cannot be used")
    assert "hunter2" not in told


def test_serve_refuses_a_database_of_a_newer_version(tmp_path):
    env, places = initialised(tmp_path)
    write(places, "UPDATE alembic_version SET version_num = '9999'")
    assert "of a newer version of Cred" in refused("serve", env=env)
    assert "of a newer version of Cred" in refused("migrate", env=env)


def test_serve_refuses_a_database_behind_the_migrations_and_says_migrate(tmp_path, monkeypatch):
    env, places = initialised(tmp_path)
    write(places, "UPDATE alembic_version SET version_num = '0000'")
    monkeypatch.setattr("bot.store.migrate.REVISIONS", ("0000", HEAD))
    assert "then run `cred migrate`" in refused("serve", env=env)


def test_serve_refuses_a_backup_that_was_restored(tmp_path):
    env, places = initialised(tmp_path)
    old = places.database.read_bytes()
    opened = open_house(places, read_keys(places))
    with opened.engine.connect().execution_options(**WRITING) as connection, connection.begin():
        event = Event(kind="service:started", actor=None, via="start", body={"version": "1", "policy": "x"})
        opened.ledger.append(connection, event, at=START)
    with opened.engine.connect().execution_options(**WRITING) as connection, connection.begin():
        opened.ledger.checkpoint(connection)
    opened.close()
    for file in tmp_path.glob("cred.db*"):
        file.unlink()
    places.database.write_bytes(old)
    assert "Nothing was started" in refused("serve", env=env)


def test_serve_and_migrate_refuse_a_database_that_another_process_works_with(tmp_path):
    env, places = initialised(tmp_path)
    lock = ExclusiveLock(places.database)
    try:
        assert "Stop that one first" in refused("serve", env=env)
        assert "Stop that one first" in refused("migrate", env=env)
    finally:
        lock.release()


def test_serve_refuses_a_port_that_is_taken(tmp_path):
    env, _ = initialised(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(env["PORT"])))
        taken.listen()
        assert f"port {env['PORT']} cannot be listened on" in refused("serve", env=env)


def test_migrate_says_where_the_database_is(tmp_path):
    env, _ = initialised(tmp_path)
    result = run(app, ["migrate"], env=env)
    assert (result.exit_code, result.stdout) == (0, f"{tmp_path / 'cred.db'} was at revision {HEAD}.\n")


def test_migrate_refuses_where_there_is_nothing_to_migrate(tmp_path):
    env, places = initialised(tmp_path)
    places.database.write_bytes(b"")
    assert "is empty" in refused("migrate", env=env)
    places.database.unlink()
    assert "There is no database" in refused("migrate", env=env)


def test_migrate_says_in_a_sentence_what_is_no_database(tmp_path):
    env, places = initialised(tmp_path)
    places.database.write_bytes(b"not a database" * 100)
    assert "cannot be used: file is not a database." in refused("migrate", env=env)


def test_manifest_is_for_socket_mode_or_for_an_https_address():
    socket_mode = yaml.safe_load(run(app, ["manifest"]).stdout)
    assert socket_mode["settings"]["socket_mode_enabled"] is True
    http = yaml.safe_load(run(app, ["manifest", "--http", "https://cred.example.org"]).stdout)
    assert http["settings"]["interactivity"]["request_url"] == "https://cred.example.org/slack/events"
    assert "https://" in refused("manifest", "--http", "http://cred.example.org", env={})
    history = yaml.safe_load(run(app, ["manifest", "--history"]).stdout)
    assert "im:history" in history["oauth_config"]["scopes"]["bot"]
    assert "im:history" not in socket_mode["oauth_config"]["scopes"]["bot"]
    watching = yaml.safe_load(run(app, ["manifest", "--watch-channels"]).stdout)
    assert "message.channels" in watching["settings"]["event_subscriptions"]["bot_events"]


def test_the_lock_is_free_once_its_holder_let_it_go(tmp_path):
    _, places = initialised(tmp_path)
    ExclusiveLock(places.database).release()
    ExclusiveLock(places.database).release()


@pytest.mark.parametrize(
    "command",
    ["init", "serve", "sandbox", "migrate", "manifest", "import", "doctor", "verify", "policy"],
)
def test_every_command_teaches_with_help(command):
    result = run(app, [command, "--help"])
    assert result.exit_code == 0
    assert command in run(app, ["--help"]).stdout


@pytest.mark.parametrize("part", ["--web", "--worker"])
def test_on_sqlite_it_refuses_to_be_split(tmp_path, part):
    assert "cannot be split: run `cred serve` alone" in refused("serve", part, env=environment(tmp_path))


def test_the_grants_let_a_role_add_entries_and_change_none():
    said = run(app, ["grants", 'bot "7"']).stdout
    assert 'GRANT SELECT, INSERT ON "ledger_entry" TO "bot ""7""";' in said
    assert 'GRANT SELECT, INSERT, UPDATE, DELETE ON "request" TO' in said
    assert said.count("GRANT ") == len(said.splitlines())


def test_it_is_the_web_or_the_worker_and_not_both(tmp_path):
    assert "Without either, one process does both" in refused("serve", "--web", "--worker", env=environment(tmp_path))


def test_a_server_that_is_not_there_is_told_in_a_sentence_without_the_password(tmp_path):
    url = "postgresql://cred:hunter2@127.0.0.1:1/cred"
    key = initialised(tmp_path)[0]
    for command in ("serve", "migrate", "init", "verify", "backup x.db", "import x.csv", "keys rotate-data"):
        told = refused(*command.split(), env={**key, "CRED_DATABASE_URL": url})
        assert "hunter2" not in told
        assert "refused" in told or "pg_dump" in told


def test_a_missing_driver_is_told_in_a_sentence(tmp_path, monkeypatch):
    def gone(*_args, **_kwargs):
        raise ModuleNotFoundError("psycopg")

    for module in ("bot.store", "ledger"):
        monkeypatch.setattr(f"{module}.postgresql.create_engine", gone)
    key = initialised(tmp_path)[0]
    for command in ("serve", "migrate", "init", "verify", "keys list"):
        told = refused(*command.split(), env={**key, "CRED_DATABASE_URL": "postgresql://localhost/cred"})
        assert "needs its driver: pip install" in told
