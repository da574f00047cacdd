"""HTTP mode: only what Slack signed is heard, and nothing that was typed is logged when it is not."""

import asyncio
import hashlib
import hmac
import json
import logging
import time
from urllib.parse import urlencode

import httpx
import pytest

from bot.slack.wire.http import PATH, SlackEvents
from tests.slack import lounge as lounges
from tests.support import people

COMMAND = urlencode(
    {"command": "/cred", "text": "typed-words", "user_id": people.MAYA, "team_id": people.HOME, "trigger_id": "1.2.x"}
)


class Web:
    """Requests to the ASGI app, without a server between."""

    def __init__(self, app) -> None:
        self.app = app

    def request(self, method="POST", times=1, **request) -> list[httpx.Response]:
        return asyncio.run(self._request(method, times, request))

    def post(self, **request) -> httpx.Response:
        return self.request(**request)[0]

    async def _request(self, method, times, request) -> list[httpx.Response]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://cred.example") as client:
            return await asyncio.gather(*(client.request(method, PATH, **request) for _ in range(times)))


@pytest.fixture
def web(house, slack):
    lounge = lounges.furnish(house, slack)
    events = SlackEvents(lounge.app, lounges.SIGNING_SECRET, threads=4)
    yield Web(events)
    events.close()
    lounge.face.background.stop()
    lounge.face.replies.close()


def post(web, body=COMMAND, **changes) -> httpx.Response:
    return web.post(**signed_request(body, **changes))


def signed_request(body=COMMAND, *, at=None, signature=None, kind="application/x-www-form-urlencoded"):
    timestamp = str(int(time.time())) if at is None else at
    raw = body if isinstance(body, bytes) else body.encode()
    signed = hmac.new(lounges.SIGNING_SECRET.encode(), b"v0:" + timestamp.encode() + b":" + raw, hashlib.sha256)
    headers = {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature or f"v0={signed.hexdigest()}",
        "Content-Type": kind,
    }
    return {"content": raw, "headers": headers}


def test_signed_command_is_answered(web):
    answer = post(web)
    assert answer.status_code == 200
    assert "typed-words" in answer.json()["text"]


def test_wrong_signature_is_refused_and_its_body_is_not_logged(request, caplog):
    caplog.set_level(logging.DEBUG)
    web = request.getfixturevalue("web")  # loggers take their level when the app is built
    assert post(web, signature="v0=" + "0" * 64).status_code == 401
    assert "wrong signature" in caplog.text
    assert "typed-words" not in caplog.text


@pytest.mark.parametrize("timestamp", ["", "soon", "1e9", "-1", "١٢٣", "9" * 5000, " 1", "1.5"])
def test_timestamp_that_is_no_number_is_refused(web, timestamp):
    headers = {"X-Slack-Request-Timestamp": timestamp.encode(), "X-Slack-Signature": "v0=x"}
    assert web.post(content=COMMAND, headers=headers).status_code == 401


def test_missing_signature_is_refused(web):
    assert web.post(content=COMMAND).status_code == 401


@pytest.mark.parametrize(("seconds", "status"), [(-301, 401), (-300, 200), (300, 200), (301, 401)])
def test_request_that_was_not_signed_within_five_minutes_is_refused(web, monkeypatch, seconds, status):
    now = int(time.time())
    monkeypatch.setattr(web.app._verifier.clock, "now", lambda: float(now))  # the next second may begin meanwhile
    assert post(web, at=str(now + seconds)).status_code == status


def test_slack_finds_the_address(web):
    body = json.dumps({"type": "url_verification", "challenge": "made-up-challenge"})
    answer = post(web, body, kind="application/json")
    assert (answer.status_code, answer.json()) == (200, {"challenge": "made-up-challenge"})


def test_only_post_is_answered(web):
    answer = web.request("GET")[0]
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_body_too_large_is_refused_before_it_is_read(web):
    assert post(web, "x" * 1_100_000).status_code == 413


def test_refusals_are_json_as_everywhere_else(web):
    refusals = [
        web.request("GET")[0],
        web.post(content=COMMAND),
        post(web, signature="v0=" + "0" * 64),
        post(web, "x" * 1_100_000),
        post(web, b"\xff\xfe"),
        post(web, "{", kind="application/json"),
    ]
    assert [answer.status_code for answer in refusals] == [405, 401, 401, 413, 400, 400]
    for answer in refusals:
        assert set(answer.json()) == {"error", "error_description"}
        assert (answer.json()["error"], answer.headers["cache-control"]) == ("invalid_request", "no-store")


def test_body_that_is_no_text_is_refused(web):
    assert post(web, b"\xff\xfe").status_code == 400


def test_many_are_answered_at_once(web):
    assert [answer.status_code for answer in web.request(times=40, **signed_request())] == [200] * 40


def test_word_payload_in_a_command_is_a_word_like_any_other(web):
    body = urlencode({"command": "/cred", "text": "payload=x", "user_id": people.MAYA, "team_id": people.HOME})
    answer = post(web, body)
    assert answer.status_code == 200
    assert "payload=x" in answer.json()["text"]


@pytest.mark.parametrize("body", ["payload={", "payload=", "{", "[" * 100_000, "payload=" + "[" * 100_000, "", "x"])
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_signed_body_that_is_no_payload_is_refused(web, body, kind):
    assert post(web, body, kind=kind).status_code in {400, 404}


def test_signature_in_another_alphabet_is_a_wrong_one(web):
    request = signed_request()
    request["headers"]["X-Slack-Signature"] = "v0=ÿ".encode("latin-1")
    assert web.post(**request).status_code == 401
