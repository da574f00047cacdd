"""The environment becomes typed settings, or one sentence for each thing that is missing or wrong."""

import pickle
from pathlib import Path

import pytest

from bot.config import HttpMode, Masked, SettingsError, SocketMode, read_places, read_settings, read_slack

SOCKET = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
HTTP = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "signing"}


TLS = {"CRED_TLS_CERT": "cert.pem", "CRED_TLS_KEY": "key.pem"}


def problems(environ: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as refused:
        read_settings(environ)
    return refused.value.problems


def test_an_app_token_means_socket_mode_even_beside_a_signing_secret() -> None:
    assert read_slack({**HTTP, **SOCKET}).mode == SocketMode(Masked("xapp-1"))


def test_a_signing_secret_alone_means_http_mode() -> None:
    assert read_slack(dict(HTTP)).mode == HttpMode(Masked("signing"))


def test_an_empty_environment_is_told_all_that_is_missing() -> None:
    bot, mode = problems({})
    assert bot.startswith("SLACK_BOT_TOKEN is missing")
    assert mode.startswith("SLACK_APP_TOKEN (xapp-…, for Socket Mode) and SLACK_SIGNING_SECRET")


def test_no_mistake_hides_another() -> None:
    wrong = {"CRED_BIND": "nowhere", "PORT": "none", "CRED_PUBLIC_URL": "cred", "CRED_DATABASE_URL": "x"}
    told = problems({**SOCKET, **wrong})
    assert len(told) == 4
    assert all(any(name in problem for problem in told) for name in wrong)


def test_a_setting_of_blanks_is_missing() -> None:
    assert len(problems({"SLACK_BOT_TOKEN": " ", "SLACK_APP_TOKEN": "\n"})) == 2


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("SLACK_BOT_TOKEN", "xapp-2", "SLACK_BOT_TOKEN is not a bot token: one begins with xoxb-."),
        ("SLACK_APP_TOKEN", "xoxb-2", "SLACK_APP_TOKEN is not an app-level token: one begins with xapp-."),
        ("SLACK_API_URL", "http://slack.example/api", "must begin with https://"),
        ("SLACK_API_URL", "slack.com", "not a plain web address"),
        ("CRED_BIND", "example.com", "not an IP address"),
        ("CRED_BIND", "0.0.0.0", "CRED_PUBLIC_URL is missing: CRED_BIND is 0.0.0.0"),
        ("CRED_PROXIES", "10.0.0.0/8, proxy", "addresses or networks with commas"),
        ("CRED_TLS_CERT", "cert.pem", "name both files, or neither"),
        ("CRED_TLS_KEY", "key.pem", "name both files, or neither"),
        ("PORT", "0", "not a port"),
        ("PORT", "65536", "not a port"),
        ("PORT", "http", "not a port"),
        ("PORT", "٣", "not a port"),
        ("CRED_PUBLIC_URL", "http://cred.example.com", "client secrets pass there"),
        ("CRED_PUBLIC_URL", "https://cred.example.com?x=1", "not a plain web address"),
        ("CRED_PUBLIC_URL", "https://a:b@cred.example.com", "not a plain web address"),
        ("CRED_PUBLIC_URL", "https://cred.example.com:port", "not a plain web address"),
        ("CRED_PUBLIC_URL", "https://[cred", "not a plain web address"),
        ("CRED_DATABASE_URL", "mysql://localhost/cred", "must be sqlite:///path/to/cred.db, or postgresql://"),
        ("CRED_DATABASE_URL", "postgresql://localhost", "must name a database"),
        ("CRED_DATABASE_URL", "postgresql://localhost:port/cred", "must name a database"),
        ("CRED_DATABASE_URL", "sqlite://", "must be sqlite:///"),
        ("CRED_DATABASE_URL", "sqlite:///", "must name a file"),
        ("CRED_DATABASE_URL", "sqlite:///:memory:", "must name a file"),
    ],
)
def test_a_wrong_setting_is_told_in_one_sentence(setting: str, value: str, sentence: str) -> None:
    (problem,) = problems({**SOCKET, setting: value})
    assert problem.startswith(setting) or setting in problem
    assert sentence in problem


def test_whoever_serves_tls_says_so() -> None:
    (problem,) = problems({**SOCKET, **TLS, "CRED_PUBLIC_URL": "http://localhost:9"})
    assert "let it begin with https://" in problem


def test_all_wrong_settings_are_told_at_once() -> None:
    assert len(problems({"PORT": "x", "CRED_BIND": "y", "CRED_DATABASE_URL": "z", "SLACK_API_URL": "-"})) == 6


@pytest.mark.parametrize(
    ("environ", "url"),
    [
        ({}, "http://127.0.0.1:7341"),
        ({"PORT": "80", "CRED_BIND": "::1"}, "http://[::1]:80"),
        ({"CRED_PUBLIC_URL": "https://cred.example.com/keys/"}, "https://cred.example.com/keys"),
        ({"CRED_PUBLIC_URL": "http://localhost:9"}, "http://localhost:9"),
        (TLS, "https://127.0.0.1:7341"),
        ({"CRED_BIND": "0.0.0.0", "CRED_PUBLIC_URL": "https://cred.example.com"}, "https://cred.example.com"),
    ],
)
def test_the_public_address_is_https_or_this_machine(environ: dict[str, str], url: str) -> None:
    assert read_places(environ).public_url == url


@pytest.mark.parametrize(
    ("text", "url"),
    [("http://127.0.0.1:7340/api", "http://127.0.0.1:7340/api/"), ("https://slack-gov.com/api/",) * 2],
)
def test_the_api_address_ends_with_one_slash(text: str, url: str) -> None:
    assert read_slack({**SOCKET, "SLACK_API_URL": text}).api_url == url


def test_places_have_defaults_below_one_folder() -> None:
    places = read_places({})
    assert places.database == Path("var/cred/cred.db")
    assert places.key.file == Path("var/cred/cred.key")
    assert places.log_key.file == Path("var/cred/cred-log.key")
    assert places.verifier_file == Path("var/cred/cred-ledger.vkey")
    assert places.checkpoints == Path("var/cred/checkpoints")
    assert places.policy == Path("cred.toml")


def test_places_are_where_the_environment_says() -> None:
    places = read_places(
        {
            "CRED_CONFIG": "/etc/cred.toml",
            "CRED_DATABASE_URL": "sqlite:////srv/cred.db",
            "CRED_KEY_FILE": "/keys/a",
            "CRED_LOG_KEY": "PRIVATE+KEY+x",
            "CRED_CHECKPOINTS": "/mnt/c",
        }
    )
    assert places.database == Path("/srv/cred.db")
    assert (places.key.file, places.key.text) == (Path("/keys/a"), None)
    assert places.log_key.text == Masked("PRIVATE+KEY+x")
    assert (places.policy, places.checkpoints) == (Path("/etc/cred.toml"), Path("/mnt/c"))


@pytest.mark.parametrize("name", ["CRED_KEY", "CRED_LOG_KEY"])
def test_a_key_comes_from_one_place(name: str) -> None:
    places = read_places({f"{name}_COMMAND": " pass show cred "})
    source = places.key if name == "CRED_KEY" else places.log_key
    assert (source.command, source.in_file) == ("pass show cred", False)
    (told,) = problems({**SOCKET, name: "x", f"{name}_COMMAND": "y"})
    assert told == f"{name} and {name}_COMMAND each say where one key comes from: set one of them."


def test_secrets_leave_the_environment_once_read_even_if_the_rest_is_wrong() -> None:
    environ = {**SOCKET, **HTTP, "CRED_KEY": "k", "CRED_LOG_KEY": "l", "PORT": "x"}
    problems(environ)
    assert environ == {"PORT": "x"}


def test_what_would_make_bolt_an_app_for_others_is_dropped() -> None:
    environ = {**SOCKET, "SLACK_CLIENT_ID": "1", "SLACK_CLIENT_SECRET": "2"}
    read_settings(environ)
    assert environ == {}


def test_a_secret_shows_in_no_repr_and_cannot_be_pickled() -> None:
    settings = read_settings({**SOCKET, "CRED_KEY": "the-key"})
    assert "xoxb" not in repr(settings)
    assert "the-key" not in repr(settings)
    assert f"{settings.slack.bot_token}" == "Masked(…)"
    with pytest.raises(TypeError):
        pickle.dumps(settings.slack.bot_token)


def test_there_is_no_siem_unless_it_is_named() -> None:
    assert read_settings(dict(SOCKET)).siem is None
    assert read_settings({**SOCKET, "CRED_SIEM_TOKEN": "abc"}).siem is None


@pytest.mark.parametrize(("given", "header"), [("abc", "Bearer abc"), ("Splunk abc", "Splunk abc")])
def test_a_siem_token_is_a_bearer_token_unless_it_says_what_it_is(given: str, header: str) -> None:
    environ = {**SOCKET, "CRED_SIEM_URL": "https://siem.example.com/in", "CRED_SIEM_TOKEN": given}
    found = read_settings(environ).siem
    assert found is not None
    assert found.token is not None
    assert (found.url, found.token.disclose()) == ("https://siem.example.com/in", header)
    assert "abc" not in repr(found)
    assert "CRED_SIEM_TOKEN" not in environ


def test_a_siem_is_spoken_to_in_private() -> None:
    (told,) = problems({**SOCKET, "CRED_SIEM_URL": "http://siem.example.com/in"})
    assert "https://" in told
