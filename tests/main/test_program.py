"""The parts together, over a real database and a real sandbox: what a start and a stop leave in the ledger."""

import json
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.config import PolicyError, load_policy, read_settings
from bot.config.policy import SIZE_MOST, parse_policy, size_of
from bot.domain.clauses import Leaks
from bot.main.assembly import build
from bot.main.opening import NotReadyError, open_house, read_keys
from bot.ports import Concealed
from bot.store.exclusive import InUseError
from tests.support.fakes import FakeClock, FakeEntropy
from tests.support.program import POLICY, initialised
from tests.support.sandbox import a_sandbox, eventually


@pytest.fixture
def slack():
    with a_sandbox(mode="http", request_url="http://127.0.0.1:1/slack/events") as sandbox:
        yield sandbox


def settings_for(folder, sandbox, **changes):
    tokens = {
        "SLACK_BOT_TOKEN": sandbox.settings.bot_token,
        "SLACK_SIGNING_SECRET": sandbox.settings.signing_secret,
        "SLACK_API_URL": f"{sandbox.url}/api/",
    }
    environ, _ = initialised(folder, **{**tokens, **changes})
    return read_settings(environ)


@contextmanager
def running(settings, policy):
    program = build(settings, policy, clock=FakeClock(), entropy=FakeEntropy())
    program.start()
    try:
        yield program
    finally:
        program.stop()


def entries(settings):
    opened = open_house(settings.places, read_keys(settings.places))
    with opened.engine.connect() as connection:
        found = [entry.event for entry in opened.ledger.entries(connection)]
    opened.close()
    return [event for event in found if event.kind.startswith(("service:", "policy:"))]


def test_the_first_start_records_the_policy_and_every_start_itself(tmp_path, slack):
    settings, policy = settings_for(tmp_path, slack), load_policy(POLICY)
    for _ in range(2):
        with running(settings, policy):
            pass
    assert [event.kind for event in entries(settings)] == ["policy:changed", "service:started", "service:started"]


def test_a_policy_that_changed_is_recorded_with_its_difference(tmp_path, slack):
    settings, policy = settings_for(tmp_path, slack), load_policy(POLICY)
    with running(settings, policy):
        pass
    changed = tmp_path / "changed.toml"
    changed.write_text(policy.text.replace("Europe/Berlin", "Europe/Lisbon"))
    with running(settings, load_policy(changed)):
        pass
    (_, event) = [event for event in entries(settings) if event.kind == "policy:changed"]
    assert event.body["previous"] == policy.digest
    assert event.body["text"] == changed.read_text()
    assert '-time_zone = "Europe/Berlin"\n+time_zone = "Europe/Lisbon"' in str(event.body["difference"])


def filled_up(filling):
    """A policy of the greatest size: the example, and a comment of many lines."""
    text = POLICY.read_text()
    while size_of((text + f"# {filling}\n").encode()) <= SIZE_MOST:
        text += f"# {filling}\n"
    return parse_policy(text.encode(), source="filled up")


@pytest.mark.parametrize("filling", ["\\" * 90, '"' * 90, "\\", "", "\r", "€" * 60, "\\" * 9_000])
def test_no_policy_that_is_sound_is_too_large_for_the_ledger(tmp_path, slack, filling):
    settings = settings_for(tmp_path, slack)
    for policy in (load_policy(POLICY), filled_up(filling), filled_up(f"2 {filling}"), load_policy(POLICY)):
        with running(settings, policy):
            pass
        event = [event for event in entries(settings) if event.kind == "policy:changed"][-1]
        assert event.body["text"] == policy.text


@pytest.mark.parametrize("code", [*range(0x20), 0x7F])
def test_a_policy_holds_no_character_that_json_would_more_than_double(code):
    comment = f"# {chr(code)} x\n".encode()
    if len(json.dumps(chr(code))) - 2 > 2 or code == 0x7F:
        with pytest.raises(PolicyError, match="This is not TOML"):
            parse_policy(comment + POLICY.read_bytes(), source="control")


def test_a_start_reads_who_is_in_the_workspace(tmp_path, slack):
    with running(settings_for(tmp_path, slack), load_policy(POLICY)) as program:
        directory = program.world.directory
        eventually(lambda: directory.member("U0ANA0000"), "Ana is known")
        eventually(lambda: directory.group("S0APPROVE") == {"U0ANA0000", "U0BEN0000"}, "the approvers are known")


def test_a_stop_signs_what_was_written_and_lets_the_database_go(tmp_path, slack):
    settings, policy = settings_for(tmp_path, slack), load_policy(POLICY)
    with running(settings, policy) as program, pytest.raises(InUseError):
        build(settings, policy)
    with open_again(settings) as (connection, ledger):
        size = ledger.size(connection)
    assert f"\n{size}\n" in (settings.places.checkpoints / "latest").read_text()
    assert program.world.store is program.store


@contextmanager
def open_again(settings):
    opened = open_house(settings.places, read_keys(settings.places))
    with opened.engine.connect() as connection, connection.begin():
        yield connection, opened.ledger
    opened.close()


def test_the_keys_of_the_first_start_serve_the_second(tmp_path, slack):
    settings, policy = settings_for(tmp_path, slack), load_policy(POLICY)
    marks = []
    for _ in range(2):
        with running(settings, policy) as program:
            marks.append(program.world.fingerprint(Concealed("crd_x")))
    assert marks[0] == marks[1]


def test_a_bot_token_that_slack_refuses_stops_the_start_and_frees_the_database(tmp_path, slack):
    settings = settings_for(tmp_path, slack, SLACK_BOT_TOKEN="xoxb-wrong")
    for _ in range(2):
        with pytest.raises(NotReadyError, match=r"Slack refuses SLACK_BOT_TOKEN \(invalid_auth\)"):
            build(settings, load_policy(POLICY))


def test_channels_that_slack_lets_nobody_watch_stop_the_start(tmp_path, slack):
    policy = replace(load_policy(POLICY), leaks=Leaks(watch_channels=True))
    with pytest.raises(NotReadyError, match="has not granted groups:history"):
        build(settings_for(tmp_path, slack), policy)


def test_an_app_token_that_slack_refuses_stops_the_start(tmp_path):
    with a_sandbox(mode="socket") as sandbox:
        settings = settings_for(tmp_path, sandbox, SLACK_APP_TOKEN="xapp-wrong")
        program = build(settings, load_policy(POLICY))
        try:
            with pytest.raises(NotReadyError, match="Slack refuses SLACK_APP_TOKEN"):
                program.start()
        finally:
            program.stop()


def test_a_slack_that_is_not_there_keeps_nobody_from_getting_tokens(tmp_path, slack, caplog):
    settings = settings_for(tmp_path, slack)
    nowhere = replace(settings, slack=replace(settings.slack, api_url="http://127.0.0.1:1/api/"))
    with running(nowhere, load_policy(POLICY)):
        eventually(lambda: "who is there" in caplog.text, "the program says that Slack is not there")
