"""`cred serve`, `migrate`, `grants` and `manifest`: what they refuse in one sentence, and what they print."""

import socket

import pytest
import yaml
from sqlalchemy import text
from typer.testing import CliRunner

from bot.cli import app
from bot.main.opening import open_house, read_keys
from bot.store import open_engine
from bot.store.engine import WRITING
from bot.store.exclusive import ExclusiveLock
from bot.store.migrate import HEAD
from ledger import Event
from tests.support.fakes import START
from tests.support.program import environment, initialised

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
    for odd in ("https://", "https://a b.example", "https://cred.example.org/?q", "https://cred.example.org/#x"):
        assert "is not a plain web address" in refused("manifest", "--http", odd, env={})
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
