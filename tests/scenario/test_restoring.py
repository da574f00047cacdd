"""A backup while the real program works, and the way back to it: whole, too old, on record; credentials work on."""

import subprocess
import sys

import pytest

from tests.support import road
from tests.support.birth import ROOT
from tests.support.composing import a_program
from tests.support.live import MAYA
from tests.support.sandbox import eventually

pytestmark = pytest.mark.scenario


@pytest.fixture
def program(tmp_path):
    """One of its own: what happens to its ledger is nothing for others."""
    with a_program(tmp_path, mode="http") as made:
        yield made


def cred(program, *command):
    """As an operator runs it; exit code and all that it said."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", *command],
        cwd=ROOT,
        env=program.settings,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_lost_database_is_restored_too_old_refused_and_goes_on_under_a_new_origin(program, name):
    pair = road.walk(program, name)
    backup = program.folder / "backup.db"
    code, said = cred(program, "backup", str(backup))
    assert code == 0, said
    road.walk(program, f"{name}-later")
    program.stop()
    for file in program.folder.glob("cred.db*"):
        file.unlink()
    code, said = cred(program, "restore", str(backup))
    assert (code, "were promised" in said, "Traceback" in said) == (2, True, False), said
    assert not (program.folder / "cred.db").exists()
    code, said = cred(program, "restore", str(backup), "--new-origin", "--reason", "the disk broke")
    assert code == 0, said
    program.start()
    assert road.works(program, pair), "the pepper went with the backup"
    assert road.works(program, road.walk(program, f"{name}-anew"))
    maya = program.person(MAYA)
    maya.command("/cred about")
    eventually(lambda: any("cred-ledger/2" in str(each) for each in maya.ephemerals()), "the new origin is told")
    code, said = cred(program, "verify")
    assert (code, "Former log" in said) == (0, True), said


def test_log_key_is_changed_between_two_runs_and_the_old_verifier_key_leads_on(program, name):
    road.walk(program, name)
    program.stop()
    old = program.folder / "old.vkey"
    old.write_text((program.folder / "cred-ledger.vkey").read_text())
    code, said = cred(program, "keys", "rotate-log")
    assert code == 0, said
    program.start()
    assert road.works(program, road.walk(program, f"{name}-after"))
    program.stop()
    program.start()
    code, said = cred(program, "verify", "--vkey", str(old))
    assert (code, "entries on by" in said) == (0, True), said
