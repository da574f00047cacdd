"""`cred import` looks first, says everything that is wrong, and takes over all or nothing, beside whoever serves."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from bot.cli import app, importing
from bot.config import load_policy
from bot.domain.ids import TeamId, UserId
from bot.domain.person import Member
from bot.main.beside import beside
from bot.main.opening import read_keys
from bot.ports import Conflict
from bot.service.starting import announce
from bot.service.vendors.importing import Found
from bot.store.exclusive import ExclusiveLock
from bot.store.roster import RosterStore
from tests.support.fakes import FakeClock
from tests.support.program import initialised

HEADER = "name;estate;vendor;client_id;role;owner;expires;description"
NEXT = (datetime.now(UTC) + timedelta(days=200)).date().isoformat()
run = CliRunner().invoke


@pytest.fixture
def settled(tmp_path):
    """A database with which `cred serve` has run: it knows the policy in force and who is in the workspace."""
    env, places = initialised(tmp_path)
    policy, clock = load_policy(places.policy), FakeClock(datetime.now(UTC))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.main.beside._check_in_force", lambda *_: None)
        with beside(places, read_keys(places), policy, clock) as opened:
            announce(SimpleNamespace(policy=policy, store=opened.store), "1")
            maya = Member(user=UserId("U0MAYA000"), team=TeamId("T0HARBOUR"), name="maya", full_name="Maya Okafor")
            RosterStore(opened.store).save_members([maya], clock.now())
    return env, places


@pytest.fixture
def sheet(tmp_path):
    """A file of so many rows, with changes to the first."""

    def write(count=3, **changes):
        first = {"name": "job-0", "estate": "retail", "vendor": "Sophos Central", "client_id": "client-0"}
        first |= {"role": "read-only", "owner": "Maya Okafor", "expires": NEXT, "description": ""}
        rows = [{**first, "name": f"job-{n}", "client_id": f"client-{n}"} for n in range(count)]
        rows[0] |= changes
        path = tmp_path / "old.csv"
        path.write_text("\n".join([HEADER, *(";".join(row.values()) for row in rows)]) + "\n")
        return path

    return write


def cred(settled, *arguments, code=0):
    result = run(app, ["import", *map(str, arguments)], env=settled[0])
    assert result.exit_code == code, result.output
    return result


def kept(settled):
    _, places = settled
    policy = load_policy(places.policy)
    with beside(places, read_keys(places), policy, FakeClock()) as opened, opened.store.read() as reader:
        return [each.name for each in reader.credentials.each()]


def test_it_looks_first_and_says_how_to_do_it(settled, sheet):
    path = sheet()
    told = cred(settled, path).stdout
    assert "job-0" in told
    assert "3 credentials are sound." in told
    assert f"Nothing was written. To take them over: cred import {path} --yes" in told
    assert cred(settled, path, "--dry-run").stdout == told
    assert kept(settled) == []


def test_with_yes_it_does_it_and_verify_agrees(settled, sheet):
    told = cred(settled, sheet(500), "--yes").stdout
    assert "500 credentials are taken over" in told
    assert len(kept(settled)) == 500
    verified = run(app, ["verify"], env=settled[0])
    assert verified.exit_code == 0, verified.output
    assert "the tables say what the entries tell" in verified.stdout


def test_it_works_while_another_process_serves(settled, sheet):
    lock = ExclusiveLock(settled[1].database)
    try:
        cred(settled, sheet(), "--yes")
    finally:
        lock.release()
    assert len(kept(settled)) == 3


def test_somebody_who_is_there_is_asked(settled, sheet, monkeypatch):
    class Terminal:
        @staticmethod
        def isatty():
            return True

    monkeypatch.setattr(importing.sys, "stdin", Terminal)
    monkeypatch.setattr(importing.sys, "stdout", Terminal)
    answers = iter([False, True])
    monkeypatch.setattr(importing.typer, "confirm", lambda _question: next(answers))
    found = Found(credentials=(), faults=(), outlives=frozenset())
    assert not importing._asked(found)
    assert importing._asked(found)


def test_every_mistake_is_told_with_its_line_and_nothing_is_written(settled, sheet):
    path = sheet(3, name="", owner="Zoe")
    result = cred(settled, path, "--yes", code=1)
    assert f"{path}:2: name: Give the credential a name." in result.stderr
    assert f"{path}:2: owner: Nobody whom Cred knows in your workspace is called “Zoe”." in result.stderr
    assert "1 row with mistakes. Nothing was written." in result.stderr
    assert kept(settled) == []


def test_what_ends_soon_and_what_lives_long_is_said(settled, sheet):
    soon = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    assert "1 credential is near the end" in cred(settled, sheet(2, expires=soon)).stdout
    assert "1 credential is to live longer" in cred(settled, sheet(2, expires="2099-01-01")).stdout


def test_a_long_sheet_is_shown_in_part(settled, sheet):
    assert "… and 8 more" in cred(settled, sheet(20)).stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04", "is a workbook"), (b"", "is empty"), (b"\xff\xfe", "is not UTF-8"), (None, "cannot be read")],
)
def test_what_is_no_spreadsheet_is_refused_in_a_sentence(settled, tmp_path, content, said):
    path = tmp_path / "old.csv"
    if content is not None:
        path.write_bytes(content)
    told = cred(settled, path, code=2).stderr
    assert said in told
    assert told.count("\n") == 1


def test_yes_and_dry_run_together_are_refused(settled, sheet):
    assert "not both" in cred(settled, sheet(), "--yes", "--dry-run", code=2).stderr


def test_a_database_that_nobody_served_yet_is_refused(tmp_path, sheet):
    env, places = initialised(tmp_path / "new")
    assert "Start it once first" in cred((env, places), sheet(), code=2).stderr


def test_a_policy_that_is_not_in_force_is_refused(settled, sheet, tmp_path):
    env, places = settled
    changed = tmp_path / "changed.toml"
    changed.write_text(places.policy.read_text() + "# changed\n")
    told = cred(({**env, "CRED_CONFIG": str(changed)}, places), sheet(), code=2).stderr
    assert "has changed since `cred serve` was started" in told


def test_where_there_is_no_database_nothing_is_made(tmp_path, sheet):
    env, places = initialised(tmp_path / "gone")
    places.database.unlink()
    assert "There is no database" in cred((env, places), sheet(), code=2).stderr
    assert not places.database.exists()


def test_a_name_that_is_taken_meanwhile_is_said_and_nothing_written(settled, sheet, monkeypatch):
    def late(desk, found):
        raise Conflict("One of these names was taken by somebody else just now.")

    monkeypatch.setattr("bot.service.vendors.importing.take_over", late)
    assert "Nothing was written. Run the command again" in cred(settled, sheet(), "--yes", code=2).stderr
