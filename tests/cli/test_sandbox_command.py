"""`cred sandbox` as people start it: real processes, a real page, Ctrl-C, and the same data the next time."""

import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.cli.forgetting import ORIGIN, forget
from bot.cli.playing import Plan
from bot.config import read_places
from bot.main.initialising import initialise
from bot.sandbox.state import state_file
from bot.sandbox.state.seed import harbour
from bot.store.exclusive import ExclusiveLock, InUseError
from tests.support.fakes import START
from tests.support.ports import free_ports
from tests.support.program import ROOT
from tests.support.sandbox import eventually

run = CliRunner().invoke
PATIENCE = 60.0


class Playing:
    """A running `cred sandbox`."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.port = free_ports(2)
        self.lines = []
        self._ready = threading.Event()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "sandbox", "--folder", folder, "--port", str(self.port), *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            if "Ctrl-C stops it" in line:
                self._ready.set()
        self._ready.set()

    @property
    def page(self):
        assert self._ready.wait(PATIENCE)
        found = re.search(r"http://127\.0\.0\.1:\d+/\?token=\S+", "".join(self.lines))
        assert found, "".join(self.lines)
        return found[0]

    def stop(self, number=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        self.process.stdout.close()
        return code


@contextmanager
def playing(folder, *arguments):
    started = Playing(folder, *arguments)
    try:
        yield started
    finally:
        started.stop(signal.SIGTERM)


@pytest.mark.scenario
@pytest.mark.parametrize("mode", [(), ("--http",)])
def test_ctrl_c_stops_both_and_the_next_start_goes_on_with_the_same_data(tmp_path, mode):
    folder = tmp_path / "sandbox"
    verifiers = set()
    for _ in range(2):
        with playing(folder, *mode) as sandbox:
            with httpx.Client(trust_env=False, follow_redirects=True, timeout=PATIENCE) as http:
                assert "<title>" in http.get(sandbox.page).text
                assert http.get(f"http://127.0.0.1:{sandbox.port + 1}/healthz").json()["status"] == "ok"
            assert sandbox.stop() == 0
        log = "".join(sandbox.lines)
        assert "Traceback" not in log
        assert "xoxb" not in log
        ExclusiveLock(folder / "cred.db").release()  # the bot is gone
        verifiers.add((folder / "cred-ledger.vkey").read_text())
    assert len(verifiers) == 1
    env = {
        "CRED_DATABASE_URL": f"sqlite:///{folder / 'cred.db'}",
        "CRED_KEY_FILE": str(folder / "cred.key"),
        "CRED_LOG_KEY_FILE": str(folder / "cred-log.key"),
    }
    assert run(app, ["verify"], env=env).exit_code == 0


@pytest.mark.scenario
def test_ctrl_c_at_any_moment_of_the_first_start_leaves_a_folder_that_the_next_one_finishes(tmp_path):
    folder = tmp_path / "sandbox"
    folder.mkdir()
    (folder / "cred.db").touch()  # what a start that was killed in the middle of its first second leaves
    with playing(folder) as sandbox:
        eventually((folder / "cred-ledger.vkey").exists, "keys", PATIENCE)
        assert sandbox.stop() == 0
    assert "Traceback" not in "".join(sandbox.lines)
    with playing(folder) as sandbox:
        assert sandbox.page


@pytest.mark.scenario
def test_a_bot_that_dies_ends_the_sandbox(tmp_path):
    folder = tmp_path / "sandbox"
    with playing(folder) as sandbox:
        assert sandbox.page
        bot = int((folder / "cred.db.lock").read_text())
        subprocess.run(["kill", "-9", str(bot)], check=True)
        assert sandbox.process.wait(PATIENCE) == 1


@pytest.mark.scenario
def test_a_sandbox_that_dies_takes_the_bot_with_it(tmp_path):
    folder = tmp_path / "sandbox"
    with playing(folder) as sandbox:
        assert sandbox.page
        assert sandbox.stop(signal.SIGKILL) == -signal.SIGKILL
        eventually(lambda: is_free(folder / "cred.db"), "the end of the bot", PATIENCE)


@pytest.mark.scenario
def test_the_bot_leaves_no_core_file_that_could_hold_a_secret(tmp_path):
    folder = tmp_path / "sandbox"
    with playing(folder) as sandbox:
        assert sandbox.page
        limits = Path("/proc", (folder / "cred.db.lock").read_text(), "limits").read_text()
    (core,) = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    assert core[4:6] == ["0", "0"]


def is_free(database) -> bool:
    try:
        ExclusiveLock(database).release()
    except InUseError:
        return False
    return True


@pytest.mark.parametrize(
    "name",
    ["SLACK_BOT_TOKEN", "SLACK_API_URL", "SLACK_ANYTHING", "CRED_DATABASE_URL", "CRED_KEY", "CRED_LOG_KEY_FILE"],
)
def test_settings_of_a_real_workspace_keep_it_from_starting(tmp_path, name):
    result = run(app, ["sandbox", "--folder", str(tmp_path / "new")], env={name: "x"})
    assert result.exit_code == 2
    assert f"unset {name}." in result.stderr
    assert not (tmp_path / "new").exists()


def test_fresh_empties_no_folder_that_a_sandbox_did_not_make(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    result = run(app, ["sandbox", "--fresh", "--folder", str(tmp_path)])
    assert result.exit_code == 2
    assert "is not a sandbox's folder" in result.stderr
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def a_sandbox(folder, origin=ORIGIN):
    """What a sandbox leaves that has begun."""
    places = read_places(Plan.new(folder=folder, port=15_000, http=False).places())
    initialise(places, origin, now=START)
    state_file.save(harbour(), folder / "workspace.json")
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "latest").write_text("a checkpoint")
    return folder


def everything_in(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def fresh_is_refused(folder) -> str:
    before = everything_in(folder)
    result = run(app, ["sandbox", "--fresh", "--folder", str(folder)])
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert everything_in(folder) == before
    return result.stderr


def test_fresh_empties_what_a_sandbox_made(tmp_path):
    folder = a_sandbox(tmp_path / "sandbox")
    forget(folder)
    assert {path.name for path in everything_in(folder)} <= {"cred.db.lock"}
    forget(folder)
    forget(tmp_path / "never")


def test_fresh_empties_no_folder_that_has_a_file_called_as_the_sandboxs_own(tmp_path):
    (tmp_path / "workspace.json").write_text('{"folders": []}')  # an editor's
    assert "is not a sandbox's folder" in fresh_is_refused(tmp_path)
    (tmp_path / "thesis.txt").write_text("years of work")
    assert "thesis.txt" in fresh_is_refused(tmp_path)


def test_fresh_empties_no_sandbox_in_which_somebody_keeps_more(tmp_path):
    folder = a_sandbox(tmp_path / "sandbox")
    (folder / "checkpoints" / "notes.txt").write_text("mine")
    assert "notes.txt" in fresh_is_refused(folder)


def test_fresh_empties_no_folder_of_a_real_ledger(tmp_path):
    folder = a_sandbox(tmp_path / "real", origin="cred.example.com/ledger")
    assert "is not a sandbox's folder" in fresh_is_refused(folder)


def test_fresh_leaves_alone_what_is_elsewhere(tmp_path):
    folder, elsewhere = a_sandbox(tmp_path / "sandbox"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "latest").write_text("mine")
    for file in (folder / "checkpoints").iterdir():
        file.unlink()
    (folder / "checkpoints").rmdir()
    (folder / "checkpoints").symlink_to(elsewhere)
    assert "checkpoints" in fresh_is_refused(folder)
    assert (elsewhere / "latest").exists()


def test_fresh_waits_for_nobody_and_takes_nothing_from_a_sandbox_that_runs(tmp_path):
    folder = a_sandbox(tmp_path / "sandbox")
    lock = ExclusiveLock(folder / "cred.db")
    try:
        assert "Stop that one first" in fresh_is_refused(folder)
    finally:
        lock.release()


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "file").write_text("mine")
    for arguments in (["--fresh"], []):
        result = run(app, ["sandbox", *arguments, "--port", str(free_ports(2)), "--folder", str(tmp_path / "file")])
        assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
        assert isinstance(result.exception, SystemExit)


def test_a_sandbox_whose_database_is_gone_begins_no_second_history(tmp_path):
    folder = a_sandbox(tmp_path / "sandbox")
    (folder / "cred.db").unlink()
    result = run(app, ["sandbox", "--port", str(free_ports(2)), "--folder", str(folder)])
    assert result.exit_code == 2
    assert "begin anew with --fresh." in result.stderr
    assert not (folder / "cred.db").exists()


@pytest.mark.parametrize("whose", [0, 1])
def test_a_port_that_is_taken_is_told_before_anything_is_made(tmp_path, whose):
    port = free_ports(2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port + whose))
        taken.listen()
        result = run(app, ["sandbox", "--port", str(port), "--folder", str(tmp_path / "new")])
    assert result.exit_code == 2
    assert f"Port {port + whose} cannot be listened on" in result.stderr
    assert "Say --port and another." in result.stderr
    assert not (tmp_path / "new").exists()
