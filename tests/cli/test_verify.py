"""`cred verify` holds the ledger against itself, and the tables against the ledger."""

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
    }


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
    assert "its row is missing" in result.stdout


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
