"""`cred policy check` says every mistake, where an editor can jump to it."""

import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.support.program import POLICY

run = CliRunner().invoke


@pytest.fixture
def spoiled(tmp_path):
    path = tmp_path / "mine.toml"
    text = POLICY.read_text()
    path.write_text(text.replace('admins = ["U0MAYA000"]', 'admins = ["maya"]').replace("Europe/Berlin", "Europe/Bonn"))
    return path


def test_a_sound_file_is_summed_up():
    result = run(app, ["policy", "check", str(POLICY)])
    assert result.exit_code == 0
    assert "is sound: Harbour Group, 3 estates; roles read-only (quorum 1)" in result.stdout


def test_every_mistake_has_its_place_and_its_remedy(spoiled):
    result = run(app, ["policy", "check", str(spoiled)])
    assert result.exit_code == 1
    lines = result.stderr.splitlines()
    assert lines[0] == f'{spoiled}:7: organization.time_zone: There is no time zone "Europe/Bonn".'
    assert lines[1].startswith("    Write a name of the IANA database")
    assert lines[2] == f'{spoiled}:28: people.admins: "maya" is not the ID of a person or user group.'
    assert lines[-1] == f"2 mistakes in {spoiled}."


def test_without_a_file_it_is_the_one_of_the_settings(spoiled):
    assert run(app, ["policy", "check"], env={"CRED_CONFIG": str(spoiled)}).exit_code == 1
    assert run(app, ["policy", "check"], env={"CRED_CONFIG": str(POLICY)}).exit_code == 0


def test_a_file_that_is_not_there_is_told_without_a_line(tmp_path):
    result = run(app, ["policy", "check", str(tmp_path / "none.toml")])
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{tmp_path / 'none.toml'}: It cannot be read (No such file or directory).")
