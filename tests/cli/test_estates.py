"""`cred estates import`, from our own Sophos-shaped door with its bad moments, into a file that somebody wrote."""

from collections import deque
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from uuid import UUID

import pytest
from starlette.responses import Response
from typer.testing import CliRunner

from bot.cli import app, estates
from bot.config import load_policy
from bot.domain.ids import EstateKey
from tests.support.program import ROOT
from tests.support.web import Door, known_client, order, served

run = CliRunner().invoke
WHOLE = EstateKey("whole")


class Central:
    """The door over tenants of the test's own. `trouble`: what the next calls are answered instead, None for well."""

    def __init__(self, policy) -> None:
        self.policy, self.trouble, self.calls = policy, deque(), []
        self.hosts_at = ""

    def open(self, address: str, names: list[str], ids: list[UUID]) -> None:
        one = next(iter(self.policy.estates.values()))
        made = {
            EstateKey(f"e-{number}"): replace(one, key=EstateKey(f"e-{number}"), id=each, name=name)
            for number, (name, each) in enumerate(zip(names, ids, strict=True))
        }
        made[WHOLE] = replace(one, key=WHOLE, id=self.policy.organization.id, name="All of it")
        hosts = replace(self.policy.central, global_host=self.hosts_at or address)
        self.door = Door(policy=replace(self.policy, estates=made, central=hosts))
        self.whole = self.door.authority.issue(order())
        self.door.clients.put(known_client(self.whole, estate=WHOLE))
        self.part = self.door.authority.issue(order())
        self.door.clients.put(known_client(self.part, estate=EstateKey("e-0")))
        self.inner = self.door.app()

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "lifespan":
            for said in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{said}.complete"})
            return
        self.calls.append(scope["path"] + "?" + scope["query_string"].decode())
        status = self.trouble.popleft() if self.trouble else None
        later = {"Retry-After": "7"} if status == 429 else {}
        answer = self.inner if status is None else Response(status_code=status, headers=later)
        await answer(scope, receive, send)


@pytest.fixture
def file(tmp_path):
    """The example of the repository, with its comments."""
    path = tmp_path / "cred.toml"
    path.write_bytes((ROOT / "cred.toml").read_bytes())
    path.chmod(0o640)
    return path


@pytest.fixture
def waits(monkeypatch):
    waited = []
    monkeypatch.setattr(estates, "time", SimpleNamespace(sleep=waited.append))
    return waited


@contextmanager
def central(file, names, ids=None, **changes):
    """The door, and the environment in which a command finds it."""
    asked = Central(load_policy(file))
    asked.hosts_at = changes.pop("hosts_at", "")
    with served(asked) as address:
        asked.open(address, names, ids or [UUID(int=number) for number in range(1, len(names) + 1)])
        asked.env = {
            "CRED_CONFIG": str(file),
            "CRED_CENTRAL_URL": address,
            "CRED_CENTRAL_CLIENT_ID": str(asked.whole.client_id),
            "CRED_CENTRAL_CLIENT_SECRET": asked.whole.secret.disclose(),
        }
        yield asked


def imported(asked, *arguments, code=0, **changes):
    result = run(app, ["estates", "import", *arguments], env=asked.env | changes)
    assert result.exit_code == code, result.output
    return result


def test_it_is_looked_at_first_and_then_written_around_what_somebody_wrote(file, waits):
    before = file.read_text()
    names = [f"Harbour {number:02}" for number in range(60)]
    with central(file, names) as asked:
        asked.trouble.extend([None, 500, None, 429, None, 503, 502])
        told = imported(asked).stdout
        assert "60 new, 0 with another name." in told
        assert "Only in the file, and kept: retail, logistics." in told
        assert '+name = "Harbour 59"' in told
        assert f"Nothing was written. To write it: cred estates import {file} --yes" in told
        assert file.read_text() == before
        assert waits == [0.5, 7, 0.5, 1]  # what is said counts, and doubling where nothing is
        assert [call for call in asked.calls if "tenants" in call][-1].endswith("?page=2&pageSize=50&pageTotal=true")
        assert "is written, and sound" in imported(asked, "--yes").stdout
        again = imported(asked, "--yes").stdout
        assert again == "0 new, 0 with another name.\nOnly in the file, and kept: retail, logistics.\n"
    after = file.read_text()
    rest = iter(after.splitlines())
    assert all(line in rest for line in before.splitlines())  # each of them, in their order
    assert after.index("Harbour 59") < after.index("# --- who ---")
    assert file.stat().st_mode & 0o777 == 0o640
    checked = run(app, ["policy", "check", str(file)])
    assert (checked.exit_code, "62 estates" in checked.stdout) == (0, True)
    assert load_policy(file).estates[EstateKey("harbour-07")].id == UUID(int=8)


def test_a_changed_name_changes_in_its_place_and_the_key_stays(file):
    retail = load_policy(file).estates[EstateKey("retail")]
    with central(file, ["Harbour Shops"], [retail.id]) as asked:
        assert "0 new, 1 with another name." in imported(asked, "--yes").stdout
    changed = load_policy(file).estates[EstateKey("retail")]
    assert changed == replace(retail, name="Harbour Shops")


def test_every_row_that_cannot_be_taken_is_told_and_nothing_is_written(file):
    before = file.read_bytes()
    bad = {
        "Harbour\u200b One": "characters that cannot be seen",
        "Harbour\u202eOne": "characters that cannot be seen",
        "<!channel>": "has < or > in it",
        "\u041darbour": "letters of several scripts",
        "---": "no letter or digit",
        "a" * 76: "has 76 characters",
    }
    with central(file, [*bad, "Harbour North"]) as asked:
        told = imported(asked, "--yes", code=1).stderr
    for number, problem in enumerate(bad.values(), 1):
        assert any(line.startswith(f"Row {number} ") and problem in line for line in told.splitlines())
    assert "6 mistakes. Nothing was written." in told
    with central(file, ["Harbour East", "Harbour  east", "Harbour RetaiI", "Retail!"]) as asked:
        told = imported(asked, "--yes", code=1).stderr
    assert '"Harbour  east" looks like the name of row 1.' in told
    assert '"Harbour RetaiI" looks like the name of the estate retail of the file.' in told
    assert 'its key would be "retail"' in told
    assert file.read_bytes() == before


def test_more_than_a_policy_can_hold_is_refused_whole(file):
    before = file.read_bytes()
    with central(file, [f"Harbour {number}" for number in range(120)]) as asked:
        told = imported(asked, "--yes", code=1).stderr
    assert "There are 122 estates." in told
    assert file.read_bytes() == before


def test_whoever_may_not_read_them_is_told_why(file, waits):
    with central(file, ["Harbour North"]) as asked:
        part = {"CRED_CENTRAL_CLIENT_ID": str(asked.part.client_id)}
        part["CRED_CENTRAL_CLIENT_SECRET"] = asked.part.secret.disclose()
        assert "not the organization's" in imported(asked, code=2, **part).stderr
        assert "refuses CRED_CENTRAL_CLIENT_ID" in imported(asked, code=2, CRED_CENTRAL_CLIENT_SECRET="crd_x").stderr
        assert "Set CRED_CENTRAL_CLIENT_ID" in imported(asked, code=2, CRED_CENTRAL_CLIENT_ID="").stderr
        assert "must begin with https://" in imported(asked, code=2, CRED_CENTRAL_URL="http://central.test").stderr
        asked.trouble.extend([503] * 6)
        assert "answers 503, 6 times in a row" in imported(asked, code=2).stderr
        assert waits == [0.5, 1, 2, 4, 8]


def test_a_token_goes_to_no_api_that_is_spoken_to_in_the_open(file):
    with central(file, ["Harbour North"], hosts_at="http://api.test") as asked:
        assert "whoami tells where the API is" in imported(asked, code=2).stderr
    assert not any("tenants" in call for call in asked.calls)


def test_several_channels_leave_a_choice_to_make(file):
    file.write_text(file.read_text().replace('channel = "C0APPROVE"\n', 'channel = "C0OTHER000"\n'))
    with central(file, ["Harbour North"]) as asked:
        assert "say --channel" in imported(asked, "--yes", code=2).stderr
        assert "is not the ID of a channel" in imported(asked, "--yes", "--channel", "x", code=1).stderr
        imported(asked, "--yes", "--channel", "C0NORTH00")
    assert load_policy(file).estates[EstateKey("harbour-north")].channel == "C0NORTH00"
