"""The README is held to the code: its diagram, its commands, its paths."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.domain import break_glass, credential, request

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()


MACHINES = [
    (request.TRANSITIONS, "pending: open"),
    (credential.TRANSITIONS, "active: issue"),
    (credential.SECRET_TRANSITIONS, "live: mint"),
    (credential.RECEIPT_TRANSITIONS, "awaiting: show"),
    (break_glass.TRANSITIONS, "open: break the glass"),
]
"""The tables of the state machines, in the order in which the README draws them, and how each begins."""


def diagram(table, begin) -> str:
    lines = [f"    {before} --> {after}: {verb}" for (before, verb), after in table.items()]
    goes_on = {before for before, _ in table}
    ends = [f"    {state} --> [*]" for state in type(next(iter(goes_on))) if state not in goes_on]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {begin}", *lines, *ends])


def test_the_state_diagrams_are_the_tables():
    drawn = re.findall(r"```mermaid\n(.*?)\n```", README, re.DOTALL)
    assert drawn == [diagram(*machine) for machine in MACHINES]


def test_every_path_that_it_names_exists():
    named = re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r"^\| `([a-z/]+)` \|", README, re.MULTILINE)
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z]+)", README))))
def test_every_make_target_that_it_names_exists(target):
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", sorted(set(re.findall(r"(?:\.venv/bin/|`)cred ([a-z]+(?: check)?)\b", README))))
def test_every_command_that_it_names_exists(command):
    from typer.testing import CliRunner  # noqa: PLC0415 - the only test that needs it

    from bot.cli import app  # noqa: PLC0415 - the same

    assert CliRunner().invoke(app, [*command.split(), "--help"]).exit_code == 0
