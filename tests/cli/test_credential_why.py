"""`cred credential why`: exit 0 where nothing is wrong, 1 where something is, 2 where it could not look."""

import base64
import json

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.service import lifecycle
from tests.support.backups import refused, said
from tests.support.people import MAYA
from tests.support.program import POLICY


@pytest.fixture
def env(house, tmp_path):
    return {
        "CRED_CONFIG": str(POLICY),
        "CRED_DATABASE_URL": f"sqlite:///{tmp_path / 'cred.db'}",
        "CRED_KEY": house.kek.to_text(),
        "CRED_LOG_KEY": house.log_key.to_text(),
        "CRED_CHECKPOINTS": str(tmp_path / "checkpoints"),
    }


@pytest.fixture
def credential(house):
    house.clock.time = house.clock.time.replace(year=2090)  # it lives at the time of whoever asks
    return house.issued().credential


def found(env, *arguments):
    result = CliRunner().invoke(app, ["credential", "why", *arguments], env=env)
    assert (result.exit_code, result.stderr) == (1, "")
    return result.stdout.splitlines()


def test_nothing_is_wrong(env, credential):
    assert said(env, "credential", "why", credential.client_id).startswith(
        "Nothing is wrong with CI deploys: never used."
    )


def test_what_is_wrong_and_what_to_do_are_a_line_each(env, house, credential):
    lifecycle.suspend(house.world, credential.id, MAYA)
    cause, remedy = found(env, credential.client_id)
    assert cause == f"CI deploys is suspended, by {MAYA}, 2090-03-02 at 09:00:00 UTC."
    assert remedy == "/cred resume CI deploys asks for an approval to let it work again."


def test_a_call_and_a_token_are_asked_about_by_options(env, credential, tmp_path):
    assert "no route" in found(env, credential.client_id, "--method", "post", "--path", "/v1/x")[0]
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1}).encode()).decode().rstrip("=")
    (tmp_path / "token").write_text(f"e30.{claims}.c2ln\n")
    assert found(env, credential.client_id, "--token", str(tmp_path / "token"))[0].startswith("That token was over")


@pytest.mark.parametrize("wrong", [("--method", "FETCH"), ("--token", "/nowhere"), ("--token", "/dev/null")])
def test_what_cannot_be_looked_at_is_refused(env, credential, wrong):
    assert refused(env, "credential", "why", credential.client_id, *wrong)
