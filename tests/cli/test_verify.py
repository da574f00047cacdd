"""`cred verify` holds the ledger against itself, and the tables against the ledger."""

import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.cli import app
from tests.support.house import ORIGIN

run = CliRunner().invoke


@pytest.fixture
def env(house, tmp_path):
    """A house in which a credential was issued and a request waits."""
    house.issued(name="One")
    house.opened(name="Two")
    return {
        "CRED_DATABASE_URL": f"sqlite:///{tmp_path / 'cred.db'}",
        "CRED_KEY": house.kek.to_text(),
        "CRED_LOG_KEY": house.log_key.to_text(),
        "CRED_CHECKPOINTS": str(tmp_path / "checkpoints"),
    }


def keep_the_latest(house, folder) -> None:
    """What `cred serve` does every minute."""
    with house.store.write() as connection:
        note = house.store.ledger.checkpoint(connection).to_text()
    folder.mkdir(exist_ok=True)
    (folder / "latest").write_text(note)


def change(house, *statements: str) -> None:
    with house.store.write() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_a_sound_ledger_and_its_tables_pass_every_step(env):
    result = run(app, ["verify"], env=env)
    assert result.exit_code == 0, result.output
    assert ORIGIN in result.stdout
    assert "the tables say what the entries tell" in result.stdout
    assert "✗" not in result.stdout


def test_a_row_that_no_entry_tells_of_is_found(env, house):
    change(house, "UPDATE credential SET owner = 'U0OTTO'")
    result = run(app, ["verify"], env=env)
    assert result.exit_code == 1
    assert "U0OTTO in the table" in result.stdout
    assert "NOT sound" in result.stdout


def test_a_request_whose_row_is_gone_is_found(env, house):
    change(house, "DELETE FROM notice", "DELETE FROM request WHERE name = 'Two'")
    result = run(app, ["verify"], env=env)
    assert result.exit_code == 1
    assert "no row can be read for it" in result.stdout


def test_a_changed_entry_is_found_and_the_story_waits_for_it(env, house):
    drop = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with house.store.write() as connection:
        for name in connection.execute(text(drop)).scalars().all():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text('DELETE FROM ledger_entry WHERE "index" = 3'))
    result = run(app, ["verify"], env=env)
    assert result.exit_code == 1
    assert "the ledger comes first" in result.stdout


def test_a_checkpoint_kept_elsewhere_anchors_it(env, house, tmp_path):
    with house.store.write() as connection:
        kept = house.store.ledger.checkpoint(connection).to_text()
    (tmp_path / "kept").write_text(kept)
    result = run(app, ["verify", "--checkpoint", str(tmp_path / "kept")], env=env)
    assert result.exit_code == 0, result.output
    assert "anchored" in result.stdout


def test_a_backup_that_was_put_back_is_found_by_the_checkpoint_that_serve_kept(env, house, tmp_path):
    old = tmp_path / "backup.db"
    with closing(sqlite3.connect(tmp_path / "cred.db")) as present, closing(sqlite3.connect(old)) as backup:
        present.backup(backup)
    house.opened(name="Three")
    keep_the_latest(house, tmp_path / "checkpoints")
    assert run(app, ["verify"], env=env).exit_code == 0
    result = run(app, ["verify"], env={**env, "CRED_DATABASE_URL": f"sqlite:///{old}"})
    assert result.exit_code == 1, result.output
    assert "✗  6  Anchor" in result.stdout


def test_it_says_so_where_no_checkpoint_was_kept(env, house, tmp_path):
    assert "No anchor was used" in run(app, ["verify"], env=env).stdout
    keep_the_latest(house, tmp_path / "checkpoints")
    result = run(app, ["verify"], env=env)
    assert "with key, anchored" in result.stdout
    assert "No anchor was used" not in result.stdout


@pytest.mark.parametrize("content", [b"not a checkpoint", b"\xff\xfe"])
def test_a_kept_checkpoint_that_is_none_is_one_sentence(env, tmp_path, content):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "latest").write_bytes(content)
    result = run(app, ["verify"], env=env)
    assert result.exit_code == 2, result.output
    assert result.stderr.startswith("cred: ")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("failing", [ValueError("no such state"), KeyError("state"), RuntimeError("depth")])
def test_tables_that_cannot_even_be_read_are_a_finding(env, monkeypatch, failing):
    def broken(*_):
        raise failing

    monkeypatch.setattr("bot.store.auditing.story_problems", broken)
    result = run(app, ["verify"], env=env)
    assert result.exit_code == 1, result.output
    assert f"a row of the tables cannot be read ({type(failing).__name__}" in result.stdout
    assert "NOT sound" in result.stdout


def test_what_keeps_it_from_running_is_one_sentence(env, house, tmp_path):
    for arguments, changes in (
        (["--checkpoint", str(tmp_path / "none")], {}),
        (["--vkey", str(tmp_path / "none")], {}),
        ([], {"CRED_DATABASE_URL": f"sqlite:///{tmp_path / 'none.db'}"}),
        ([], {"CRED_KEY": "nonsense"}),
    ):
        result = run(app, ["verify", *arguments], env={**env, **changes})
        assert result.exit_code == 2, result.output
        assert result.stderr.startswith("cred: ")
        assert result.stderr.count("\n") == 1


def test_it_changes_nothing(env, house, tmp_path):
    with house.store.connect() as connection:
        before = house.store.ledger.size(connection)
    run(app, ["verify"], env=env)
    with house.store.connect() as connection:
        assert house.store.ledger.size(connection) == before
