"""`python -m ledger prove`, `check` and `export`: what is handed to others, and what they are told."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from ledger import Checkpoint, Ledger, LogKey
from ledger.__main__ import app
from ledger.tiles import tiles_of
from tests.support.ledger_room import ORIGIN, Chance, note, schemas
from tests.support.tampering import flip


@pytest.fixture
def files(story):
    """The story's database and verifier key, and the command over them."""
    vkey = story.room.folder / "cred-ledger.vkey"
    vkey.write_text(story.room.log_key.verifier.to_text() + "\n")

    def run(command, *arguments, database=story.room.database, verifier=vkey):
        where = () if command == "check" else ("--database", str(database))
        return CliRunner().invoke(app, [command, *map(str, arguments), *where, "--vkey", str(verifier)])

    run.story, run.vkey, run.folder = story, vkey, story.room.folder
    return run


def _one_sentence(result):
    assert result.exit_code == 2, result.output
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    return result.stderr


def test_proof_that_was_written_holds_without_the_database(files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = files("prove", 7)
    assert result.exit_code == 0, result.output
    assert "entry-7.tlog-proof: entry 7, under a checkpoint of 9 entries." in result.stdout
    files.story.room.close()
    files.story.room.database.unlink()
    checked = files("check", "entry-7.tlog-proof")
    assert checked.exit_code == 0, checked.output
    for said in (ORIGIN, "Entry  7, written 2026-03-01 12:00:00 UTC", "checkpoint of 9 entries", "The proof holds"):
        assert said in checked.stdout


def test_proof_is_made_under_the_checkpoint_that_is_given(files, tmp_path):
    kept = tmp_path / "kept"
    kept.write_text(files.story.auditor)
    assert files("prove", 5, "--checkpoint", kept, "--out", tmp_path / "p").exit_code == 0
    assert (tmp_path / "p").read_text().endswith(files.story.auditor)
    assert "8 entries" in _one_sentence(files("prove", 8, "--checkpoint", kept, "--out", tmp_path / "p"))


def test_log_that_was_continued_is_proven_and_exported_with_its_own_key_and_so_is_the_next(files, tmp_path):
    room = files.story.room
    given = {"kek": room.kek, "log_key": room.log_key, "schemas": schemas(), "now": room.now}
    with room.write() as connection:
        known = room.ledger.newest_checkpoint(connection)
        Ledger.continue_log(connection, **given, reason="the disk broke", known=[known])
    second = tmp_path / "cred-ledger-2.vkey"
    second.write_text(room.log_key.named(f"{ORIGIN}/2").verifier.to_text())
    for index, verifier, origin in ((7, files.vkey, ORIGIN), (1, second, f"{ORIGIN}/2")):
        proof = tmp_path / f"{index}.tlog-proof"
        assert files("prove", index, "--out", proof, verifier=verifier).exit_code == 0
        assert origin in files("check", proof, verifier=verifier).stdout
        assert files("export", tmp_path / f"tiles-{index}", verifier=verifier).exit_code == 0
        published = Checkpoint.from_text((tmp_path / f"tiles-{index}" / "checkpoint").read_text())
        assert published.origin == origin


def test_changed_proof_exits_1_and_says_that_it_does_not_hold(files, tmp_path):
    proof = tmp_path / "p.tlog-proof"
    files("prove", 7, "--out", proof)
    good = proof.read_text()
    proof.write_text(good.replace("index 7", "index 6"))
    result = files("check", proof)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("The proof does NOT hold: ")
    proof.write_text(good)
    other = tmp_path / "other.vkey"
    other.write_text(LogKey.generate(ORIGIN, Chance("other")).verifier.to_text())
    result = files("check", proof, verifier=other)
    assert (result.exit_code, result.stdout) == (1, "")


def test_what_is_no_proof_exits_2(files, tmp_path):
    path = tmp_path / "p"
    assert "cannot be read" in _one_sentence(files("check", path))
    for content in (b"", b"\xff", b"c2sp.org/tlog-proof@v1\n", files.story.auditor.encode()):
        path.write_bytes(content)
        assert str(path) in _one_sentence(files("check", path))


def test_unsigned_entry_is_not_proven_in_one_sentence(files, tmp_path):
    assert "0 to 8" in _one_sentence(files("prove", 9, "--out", tmp_path / "p"))
    assert not (tmp_path / "p").exists()


def test_tampered_database_proves_nothing(files, tmp_path):
    files.story.tamper(flip(4, 80))
    assert "nothing can be proven" in _one_sentence(files("prove", 7, "--out", tmp_path / "p"))
    assert not (tmp_path / "p").exists()
    assert "nothing was written" in _one_sentence(files("export", tmp_path / "tiles"))
    assert not (tmp_path / "tiles").exists()


def test_checkpoint_by_another_key_is_not_used(files, tmp_path):
    kept = tmp_path / "kept"
    kept.write_text(Checkpoint.sign(LogKey.generate(ORIGIN, Chance("other")), 5, bytes(32)).to_text())
    for command in (("prove", 3), ("export", tmp_path / "tiles")):
        assert "did not sign" in _one_sentence(files(*command, "--checkpoint", kept))


def test_place_that_cannot_be_written_is_said(files, tmp_path):
    blocked = tmp_path / "a file"
    blocked.write_text("")
    assert "could not be written" in _one_sentence(files("prove", 3, "--out", blocked / "p"))
    assert "a file" in _one_sentence(files("export", blocked))


def test_export_writes_the_files_and_then_only_what_is_new(files, tmp_path):
    first = files("export", tmp_path / "tiles")
    assert first.exit_code == 0, first.output
    assert "9 entries, 9 of them new, 2 files written." in first.stdout
    files.story.room.append(note("more"))
    files.story.checkpoint()
    assert "11 entries, 2 of them new, 2 files written." in files("export", tmp_path / "tiles").stdout
    for tile in tiles_of(11):
        assert (tmp_path / "tiles" / tile.path()).is_file()


def test_missing_verifier_key_says_where_it_comes_from(files, tmp_path):
    for command in (("prove", 3), ("export", tmp_path), ("check", tmp_path / "p")):
        result = files(*command, verifier=tmp_path / "none.vkey")
        assert result.exit_code == 2
        assert "by another way than the database" in result.stderr


def test_check_runs_where_there_is_nothing_but_the_proof(files, tmp_path):
    proof = tmp_path / "p.tlog-proof"
    files("prove", 3, "--out", proof)
    command = [sys.executable, "-m", "ledger", "check", str(proof), "--vkey", str(files.vkey)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "The proof holds" in done.stdout
