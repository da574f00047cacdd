"""`python -m ledger verify`: what it prints and how it exits."""

import os
import re
import shlex
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ledger import KeyEncryptionKey
from ledger.__main__ import app
from tests.support.ledger_room import ORIGIN, note


@pytest.fixture
def audit(room):
    """The room's files, and the command over them."""
    room.append(note("a secret word"))
    with room.write() as connection:
        room.ledger.checkpoint(connection)
    vkey, key = room.folder / "cred-ledger.vkey", room.folder / "cred.key"
    vkey.write_text(room.log_key.verifier.to_text() + "\n")
    key.write_text(room.kek.to_text() + "\n")
    key.chmod(0o600)

    def run(*more, database=room.database, verifier=vkey):
        arguments = ["verify", "--database", str(database), "--vkey", str(verifier), *map(str, more)]
        return CliRunner().invoke(app, arguments)

    run.room, run.key, run.latest = room, key, room.folder / "checkpoints" / "latest"
    return run


def test_sound_ledger_exits_0_and_says_what_was_checked(audit):
    result = audit()
    assert result.exit_code == 0, result.output
    for said in (ORIGIN, "Checked: keyless", "Size  4", "Root  ", "The log is sound."):
        assert said in result.stdout
    steps = re.findall(r"✓ +(\d+)  (\w+)", result.stdout)
    assert [title for _, title in steps] == ["Tables", "Checkpoints", "Entries", "Tree", "Head"]
    assert [int(number) for number, _ in steps] == [1, 2, 3, 4, 5]


def test_with_key_and_checkpoint_it_checks_more_and_shows_no_content(audit):
    result = audit("--key", audit.key, "--checkpoint", audit.latest)
    assert result.exit_code == 0, result.output
    assert "Checked: with key, anchored" in result.stdout
    assert "a secret word" not in result.output


def test_key_may_come_from_a_command(audit):
    result = audit("--key-command", f"cat {shlex.quote(str(audit.key))}")
    assert result.exit_code == 0, result.output
    assert "Checked: with key" in result.stdout
    result = audit("--key-command", "cat", "--key", audit.key)
    assert result.exit_code == 2
    assert "one of --key, --key-command and --key-env" in result.stderr


def test_key_may_come_from_the_environment_which_then_has_it_no_more(audit, monkeypatch):
    monkeypatch.setenv("THE_KEY", audit.key.read_text())
    result = audit("--key-env", "THE_KEY")
    assert result.exit_code == 0, result.output
    assert "Checked: with key" in result.stdout
    assert "THE_KEY" not in os.environ
    result = audit("--key-env", "THE_KEY")
    assert result.exit_code == 2
    assert "THE_KEY is not set" in result.stderr
    monkeypatch.setenv("THE_KEY", "hunter2")
    result = audit("--key-env", "THE_KEY")
    assert result.exit_code == 2
    assert "hunter2" not in result.output


def test_broken_ledger_exits_1_and_names_the_entry(audit):
    with audit.room.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER ledger_entry_delete")
        connection.exec_driver_sql('DELETE FROM ledger_entry WHERE "index" = 2')
    result = audit()
    assert result.exit_code == 1
    assert "Entry 2 is missing" in result.stdout
    assert "The log is NOT sound: see step 1, 3, 4, 5." in result.stdout


def test_what_could_not_be_run_exits_2_with_one_sentence(audit, tmp_path):
    other = tmp_path / "other.key"
    other.write_text(KeyEncryptionKey.generate(bytes).to_text())
    other.chmod(0o600)
    nonsense = tmp_path / "nonsense.db"
    nonsense.write_bytes(b"no database" * 500)
    for result in (
        audit(database=tmp_path / "none.db"),
        audit(database="postgresql://localhost/cred"),
        audit(database=nonsense),
        audit("--key", other),
        audit("--key", tmp_path / "none.key"),
        audit("--checkpoint", tmp_path / "none"),
        audit("--checkpoint", audit.key),
    ):
        assert result.exit_code == 2, result.output
        assert len(result.stderr.strip().splitlines()) == 1, result.stderr
        assert result.stdout == ""


def test_missing_verifier_key_says_where_it_comes_from(audit, tmp_path):
    result = audit(verifier=tmp_path / "none.vkey")
    assert result.exit_code == 2
    assert "cred-ledger.vkey" in result.stderr


@pytest.mark.parametrize("writable", [True, False])
def test_auditor_verifies_a_copy_in_a_folder_of_their_own(audit, tmp_path, monkeypatch, writable):
    with audit.room.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    folder = tmp_path / "the auditor's, 100% #1?"
    folder.mkdir()
    copy = shutil.copy(audit.room.database, folder / "cred.db")
    if not writable:
        access = os.access  # root may write anywhere, so the folder has to say no by itself
        monkeypatch.setattr(os, "access", lambda path, mode, **more: path != folder and access(path, mode, **more))
    result = audit(database=copy)
    assert result.exit_code == 0, result.output
    if not writable:
        assert [path.name for path in folder.iterdir()] == ["cred.db"]


def test_module_runs_as_a_command(audit):
    arguments = [
        "verify",
        "--database",
        str(audit.room.database),
        "--vkey",
        str(audit.room.folder / "cred-ledger.vkey"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "ledger", *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert "The log is sound." in done.stdout
