"""`cred doctor` finds what is wrong and says what to do, over a real sandbox."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from bot.slack.manifest import HISTORY_SCOPES, SCOPES, WATCH_SCOPES
from ledger.cosigning import WitnessKey
from tests.support.ports import free_ports
from tests.support.program import ROOT, initialised
from tests.support.sandbox import Workspace, a_sandbox

run = CliRunner().invoke


def tokens(sandbox, **changes):
    return {
        "SLACK_BOT_TOKEN": sandbox.settings.bot_token,
        "SLACK_APP_TOKEN": sandbox.settings.app_token,
        "SLACK_SIGNING_SECRET": "",
        "SLACK_API_URL": f"{sandbox.url}/api/",
        **changes,
    }


@pytest.fixture
def slack():
    with a_sandbox(scopes=frozenset(SCOPES)) as sandbox:
        yield sandbox


def test_all_is_well_where_all_is_well(tmp_path, slack):
    env, _ = initialised(tmp_path, **tokens(slack))
    result = run(app, ["doctor"], env=env)
    assert result.exit_code == 0, result.output
    assert "✗" not in result.stdout
    for line in ("settings", "policy", "keys", "database", "ledger", "tokens", "scopes", "clock", "socket", "channel"):
        assert f"✓ {line}" in result.stdout
    assert "#cred-approvals (Harbour Retail, Harbour Logistics, Harbour Labs): the bot is a member" in result.stdout


def test_it_goes_on_after_a_mistake_and_counts_them(tmp_path, slack):
    env, places = initialised(tmp_path, **tokens(slack, SLACK_BOT_TOKEN="xoxb-wrong"))
    places.database.unlink()
    result = run(app, ["doctor"], env=env)
    assert result.exit_code == 1
    assert "✗ database  There is no database at" in result.stdout
    assert "✗ tokens    SLACK_BOT_TOKEN does not work (invalid_auth)." in result.stdout
    assert "2 to put right." in result.stdout


def test_witnesses_that_are_asked_are_named_and_a_policy_that_cannot_be_used_is_told(tmp_path, slack):
    key = WitnessKey.generate("w1.example.com", os.urandom).cosigner.to_text()
    policy = tmp_path / "witnesses.txt"
    env, _ = initialised(tmp_path, **tokens(slack, CRED_WITNESSES=str(policy)))
    for text, told in (
        (f"witness w1 {key} https://w1.example.com/\nquorum w1\n", "✓ witnesses w1: asked at each checkpoint"),
        (f"witness w1 {key}\nquorum w1\n", "✗ witnesses the policy names none with an address to ask"),
        ("quorum everybody\n", "✗ witnesses CRED_WITNESSES cannot be used: "),
    ):
        policy.write_text(text)
        assert told in run(app, ["doctor"], env=env).stdout


def test_an_empty_environment_is_told_what_is_missing():
    result = run(app, ["doctor"], env={"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": ""})
    assert result.exit_code == 1
    assert "✗ tokens    SLACK_BOT_TOKEN is missing" in result.stdout


def test_granted_history_is_told(tmp_path):
    with a_sandbox(scopes=frozenset({*SCOPES, *HISTORY_SCOPES})) as sandbox:
        env, _ = initialised(tmp_path, **tokens(sandbox))
        assert "lost answers are looked up" in run(app, ["doctor"], env=env).stdout


def test_a_missing_scope_is_named(tmp_path):
    with a_sandbox(scopes=frozenset(SCOPES) - {"usergroups:read"}) as sandbox:
        env, _ = initialised(tmp_path, **tokens(sandbox))
        result = run(app, ["doctor"], env=env)
    assert result.exit_code == 1
    assert "✗ scopes    Missing: usergroups:read." in result.stdout


def test_channels_that_are_to_be_watched_need_their_scopes(tmp_path):
    scopes = {*SCOPES, *WATCH_SCOPES}
    for granted, told in (
        (scopes - {"groups:history"}, "✗ scopes    Missing: groups:history, which leaks.watch_channels in the policy "),
        (scopes, "✓ scopes    all that the manifest asks for, and its channels are watched for secrets"),
    ):
        with a_sandbox(scopes=frozenset(granted)) as sandbox:
            env, _ = initialised(tmp_path / str(len(granted)), **tokens(sandbox))
            mine = tmp_path / "cred.toml"
            mine.write_text(f"{Path(env['CRED_CONFIG']).read_text()}\n[leaks]\nwatch_channels = true\n")
            output = run(app, ["doctor"], env={**env, "CRED_CONFIG": str(mine)}).stdout
        assert told in output
        assert ("cred manifest --watch-channels" in output) == (granted != scopes)


def test_an_app_token_that_does_not_work_is_told(tmp_path, slack):
    env, _ = initialised(tmp_path, **tokens(slack, SLACK_APP_TOKEN="xapp-wrong"))
    result = run(app, ["doctor"], env=env)
    assert "✗ socket    SLACK_APP_TOKEN does not work" in result.stdout


def test_a_slack_out_of_reach_is_not_blamed_on_the_token(tmp_path):
    env, _ = initialised(tmp_path, SLACK_API_URL=f"http://127.0.0.1:{free_ports()}/api/")
    command = [sys.executable, "-m", "bot.cli", "doctor"]
    asked = subprocess.run(command, env={**os.environ, **env}, cwd=ROOT, capture_output=True, text=True, check=False)
    assert asked.returncode == 1
    assert "✗ tokens    Slack could not be reached (Connection refused)." in asked.stdout
    assert "does not work" not in asked.stdout
    assert asked.stderr == ""


def test_a_slack_that_is_down_is_not_blamed_on_token_or_channel(tmp_path, slack):
    env, _ = initialised(tmp_path, **tokens(slack))
    for method, subject in (
        ("auth.test", "tokens"),
        ("apps.connections.open", "socket"),
        ("conversations.info", "channel"),
    ):
        with Workspace(slack) as workspace:
            workspace.control.fail("error", method=method, status=503)
        told = run(app, ["doctor"], env=env).stdout
        assert f"✗ {subject:<9} Slack has too much to do, or is down (status 503)." in told
        assert "One thing to put right." in told


def test_channels_that_the_bot_cannot_use_are_told(tmp_path, slack):
    env, _ = initialised(tmp_path, **tokens(slack))
    text = Path(env["CRED_CONFIG"]).read_text()
    mine = tmp_path / "cred.toml"
    mine.write_text(
        text.replace('"C0APPROVE"', '"C0GENERAL"', 1)
        .replace('"C0APPROVE"', '"C0SHARED0"', 1)
        .replace('"C0SECURITY"', '"C0NOWHERE"')
        .replace("T0HARBOUR", "T0OTHER00")
    )
    result = run(app, ["doctor"], env={**env, "CRED_CONFIG": str(mine)})
    assert result.exit_code == 1
    assert "#general (Harbour Retail): the bot is not a member. Type /invite @Cred there." in result.stdout
    assert "is shared with another organization" in result.stdout
    assert "C0NOWHERE (security) cannot be seen (channel_not_found)" in result.stdout
    assert "The bot token is of workspace T0HARBOUR" in result.stdout


def test_it_asks_for_nothing_but_what_it_reads(tmp_path, slack):
    env, _ = initialised(tmp_path, **tokens(slack))
    run(app, ["doctor"], env=env)
    with Workspace(slack) as workspace:
        assert {call["method"] for call in workspace.control.requests()} <= {
            "auth.test",
            "apps.connections.open",
            "conversations.info",
        }
