"""`POST /oauth2/token` as a client sees it (RFC 6749, sections 4.4 and 5)."""

import base64
import logging
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from bot.domain.credential import State
from bot.web.receiving import BODY_LIMIT
from tests.support.web import Door, pieces, visiting

GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def client(door):
    with visiting(door.app()) as client:
        yield client


def ask(client, door, *, secret=None, client_id=None, **fields):
    pair = (str(client_id or door.client_id), secret or door.secret)
    return client.post("/oauth2/token", data={**GRANT, **fields}, auth=pair)


def test_basic_gets_a_bearer_token(client, door):
    answer = ask(client, door)
    assert answer.status_code == 200
    body = answer.json()
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    assert body["scope"].split() == sorted(door.client.permissions)


def test_post_gets_a_bearer_token(client, door):
    form = {**GRANT, "client_id": door.client_id, "client_secret": door.secret}
    assert client.post("/oauth2/token", data=form).json()["token_type"] == "Bearer"


def test_each_token_is_another(client, door):
    tokens = {ask(client, door).json()["access_token"] for _ in range(5)}
    assert len(tokens) == 5


def test_a_scope_narrows_and_is_said(client, door):
    assert ask(client, door, scope="users:read").json()["scope"] == "users:read"


def test_a_wider_scope_is_refused(client, door):
    answer = ask(client, door, scope="users:read users:write")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_no_answer_is_kept_by_a_cache(client, door):
    for answer in (ask(client, door), ask(client, door, secret="wrong"), client.get("/oauth2/token")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["pragma"] == "no-cache"
        assert answer.headers["content-type"] == "application/json"


def refuse(door, how: str) -> dict:
    """Make a request that must be refused for one of the reasons."""
    if how == "unknown client":
        return {"client_id": uuid4()}
    if how == "wrong secret":
        return {"secret": "crd_wrong"}
    if how == "expired":
        door.clock.time = door.client.expires_at
    elif how == "retired":
        door.clients.put(replace(door.client, secrets=()))
    else:
        door.clients.put(replace(door.client, state=State(how)))
    return {}


HOWS = ["unknown client", "wrong secret", "expired", "retired", "suspended", "deleting", "deleted"]


@pytest.mark.parametrize("how", HOWS)
def test_whoever_does_not_authenticate_is_told_the_same_byte_for_byte(client, door, how):
    expected = ask(client, door, secret="crd_other")
    answer = ask(client, door, **refuse(door, how))
    assert answer.status_code == expected.status_code == 401
    assert answer.content == expected.content
    assert answer.headers.raw == expected.headers.raw
    assert answer.json()["error"] == "invalid_client"
    assert answer.headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize("how", HOWS)
def test_every_refusal_costs_the_same_comparisons(client, door, how):
    asks = refuse(door, how)
    ask(client, door, **asks)
    assert door.check.compared == [2]


def test_no_authentication_is_refused_with_a_challenge(client):
    answer = client.post("/oauth2/token", data=GRANT)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "www-authenticate" in answer.headers


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
def test_only_post_is_answered(client, method):
    answer = client.request(method, "/oauth2/token")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_body_over_the_limit_is_refused(client, door):
    assert ask(client, door, filler="x" * BODY_LIMIT).status_code == 413


def test_a_body_over_the_limit_is_refused_though_it_does_not_say_its_length(client):
    body = pieces(*[b"x" * 1024] * (BODY_LIMIT // 1024 + 1))
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/oauth2/token", content=body, headers=headers).status_code == 413


def test_a_body_in_pieces_is_read_whole(client, door):
    form = f"grant_type=client_credentials&client_id={door.client_id}&client_secret={door.secret}".encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = client.post("/oauth2/token", content=pieces(form[:7], form[7:60], form[60:]), headers=headers)
    assert answer.status_code == 200


def test_json_is_refused(client):
    answer = client.post("/oauth2/token", json=GRANT)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_secret_in_the_address_is_refused(client, door):
    answer = client.post(f"/oauth2/token?client_id={door.client_id}&client_secret={door.secret}", data=GRANT)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_an_unknown_grant_is_refused(client, door):
    answer = ask(client, door, grant_type="password")
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_a_token_ends_with_its_credential(client, door):
    door.clock.time = door.client.expires_at - timedelta(seconds=42)
    assert ask(client, door).json()["expires_in"] == 42


def test_a_refusal_is_logged_with_its_reason_and_the_client_that_is_known(client, door, caplog):
    caplog.set_level(logging.DEBUG)
    ask(client, door, secret="crd_wrong")
    ask(client, door, client_id="who-is-this")
    assert f"No token for client {door.client_id} from 127.0.0.1: wrong secret." in caplog.messages
    assert "No token for an unknown client from 127.0.0.1: unknown client." in caplog.messages


def test_no_log_record_holds_a_secret_whatever_happens(client, door, caplog):
    caplog.set_level(logging.DEBUG)
    secret = door.secret
    ask(client, door)
    ask(client, door, client_id=secret, secret=secret)
    ask(client, door, scope=secret)
    ask(client, door, grant_type=secret)
    client.post(f"/oauth2/token?{secret}", data={secret: secret}, headers={"authorization": f"Basic {secret}"})
    client.post("/oauth2/token", content=secret.encode() + b"\xff", headers={"content-type": secret})
    door.clients.broken = f"the driver quotes {secret}"
    ask(client, door)
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")[:40]
    ours = [record for record in caplog.records if not record.name.startswith("httpx")]
    assert any(record.levelno == logging.ERROR for record in ours)
    for record in ours:
        text = logging.Formatter().format(record) + repr(record.__dict__)
        assert secret not in text
        assert encoded not in text


def test_the_unexpected_is_a_server_error_with_a_number_that_the_log_has(client, door, caplog):
    door.clients.broken = "something quoted"
    answer = ask(client, door)
    assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
    reference = answer.json()["error_description"].removesuffix(".").split()[-1]
    (logged,) = (m for m in caplog.messages if reference in m)
    assert "RuntimeError" in logged
    assert "something quoted" not in logged + answer.text
