"""`cred export ocsf`: every entry once, also after a kill in the middle of a line."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.backups import refused, said
from tests.support.house import ORIGIN


@pytest.fixture
def env(house, tmp_path):
    """A house in which a credential was issued."""
    house.issued()
    return {
        "CRED_DATABASE_URL": f"sqlite:///{tmp_path / 'cred.db'}",
        "CRED_KEY": house.kek.to_text(),
        "CRED_LOG_KEY": house.log_key.to_text(),
        "CRED_CHECKPOINTS": str(tmp_path / "checkpoints"),
    }


def _places(lines):
    return [json.loads(line)["metadata"]["sequence"] for line in lines.splitlines()]


def _size(house):
    with house.store.connect() as connection:
        return house.store.ledger.size(connection)


def test_file_has_every_entry_once_and_goes_on_where_it_ended(env, house, tmp_path):
    out = tmp_path / "events.jsonl"
    assert f"{_size(house)} new events" in said(env, "export", "ocsf", str(out))
    assert "0 new events" in said(env, "export", "ocsf", str(out))
    house.opened(name="another")
    said(env, "export", "ocsf", str(out))
    assert _places(out.read_text()) == list(range(_size(house)))
    assert out.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("torn", [0, 1, 100, 2000])
def test_line_that_a_kill_tore_off_is_written_again(env, house, tmp_path, torn):
    out = tmp_path / "events.jsonl"
    said(env, "export", "ocsf", str(out))
    whole = out.read_bytes()
    out.write_bytes(whole[: len(whole) - torn])
    said(env, "export", "ocsf", str(out))
    assert out.read_bytes() == whole


def test_stdout_begins_where_one_says(env, house):
    assert _places(said(env, "export", "ocsf", "--since", "5")) == list(range(5, _size(house)))


def _stood(house):
    with house.store.connect() as connection:
        return [f"{entry.origin}#{entry.index}" for entry in house.store.ledger.history(connection)]


def _uids(lines):
    return [json.loads(line)["metadata"]["uid"] for line in lines.splitlines()]


def test_file_of_a_former_log_goes_on_with_the_rest_of_it_and_then_with_the_log_that_continues_it(env, house, tmp_path):
    out = tmp_path / "events.jsonl"
    said(env, "export", "ocsf", str(out))
    house.opened(name="another")
    house = house.continued()
    house.opened(name="a third")
    said(env, "export", "ocsf", str(out))
    assert _uids(out.read_text()) == _stood(house)
    assert f"{ORIGIN}/2" in out.read_text()


def test_stdout_has_every_log_and_begins_at_an_entry_of_the_one_that_is_said(env, house):
    house = house.continued()
    stood = _stood(house)
    assert _uids(said(env, "export", "ocsf")) == stood
    assert _uids(said(env, "export", "ocsf", "--since", stood[5])) == stood[5:]
    assert _uids(said(env, "export", "ocsf", "--since", f"{ORIGIN}/2#1")) == stood[-1:]
    assert "LOG#NUMBER" in refused(env, "export", "ocsf", "--since", "5")
    for nonsense in ("none/2#1", "-1", "x"):
        assert f"{ORIGIN}/2" in refused(env, "export", "ocsf", "--since", nonsense)


def test_file_of_something_else_is_left_alone(env, tmp_path):
    out = tmp_path / "notes.txt"
    out.write_text("my notes\n")
    assert "not what an export wrote" in refused(env, "export", "ocsf", str(out))
    assert out.read_text() == "my notes\n"
    out.write_text(json.dumps({"metadata": {"log_name": "other", "sequence": 3}}) + "\n")
    assert "Name another file" in refused(env, "export", "ocsf", str(out))


def test_two_exports_never_write_to_one_file(env, tmp_path):
    out = tmp_path / "events.jsonl"
    with out.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "Another export" in refused(env, "export", "ocsf", str(out))


def test_place_that_cannot_be_written_is_one_sentence(env, tmp_path):
    assert "cannot be written" in refused(env, "export", "ocsf", str(tmp_path / "none" / "events.jsonl"))


def test_cursor_beyond_the_end_is_refused_and_nothing_is_skipped(env, house, tmp_path):
    out = tmp_path / "events.jsonl"
    said(env, "export", "ocsf", str(out))
    lines = out.read_bytes()
    last = json.loads(lines.splitlines()[-1])
    last["metadata"]["sequence"] += 70_000
    out.write_bytes(lines + json.dumps(last).encode() + b"\n")
    before = out.read_bytes()
    assert "does not go that far here" in refused(env, "export", "ocsf", str(out))
    assert out.read_bytes() == before
    assert "does not go that far here" in refused(env, "export", "ocsf", "--since", str(_size(house) + 1))
    assert said(env, "export", "ocsf", "--since", str(_size(house))) == ""


@pytest.mark.parametrize("device", ["/dev/full", "fifo"])
def test_what_is_no_regular_file_is_refused(env, tmp_path, device):
    if device == "fifo":
        device = str(tmp_path / "pipe")
        os.mkfifo(device)
    assert "no regular file" in refused(env, "export", "ocsf", device)


def test_standard_output_on_a_full_disk_is_one_sentence_and_a_reader_that_leaves_is_none(env):
    command = [sys.executable, "-m", "bot.cli", "export", "ocsf"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, env=env, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "The standard output cannot be written: No space left on device." in done.stderr
    left = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    left.stdout.close()
    with left:
        assert left.stderr.read() == ""
    assert left.returncode == 0
