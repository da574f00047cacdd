"""The wire to a SIEM: JSON lines, a token, and what each answer means."""

import json
from datetime import timedelta

import httpx
import pytest

from bot.config import Masked, SiemSettings
from bot.ports.siem import NotTaken, Taken
from bot.siem import HttpSiem

URL = "https://siem.example.com/ingest"


def _siem(answer, token="Bearer abc"):
    asked = []

    def handle(request):
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    settings = SiemSettings(URL, None if token is None else Masked(token))
    return HttpSiem(settings, httpx.Client(transport=httpx.MockTransport(handle))), asked


def test_events_go_as_json_lines_with_the_token():
    siem, asked = _siem(httpx.Response(200))
    assert siem.send([{"a": "ä\n"}, {"b": 2}]) == Taken()
    assert [json.loads(line) for line in asked[0].content.decode().splitlines()] == [{"a": "ä\n"}, {"b": 2}]
    assert asked[0].headers["Authorization"] == "Bearer abc"
    assert asked[0].headers["Content-Type"] == "application/x-ndjson"
    siem.close()


def test_without_a_token_no_header_is_sent():
    siem, asked = _siem(httpx.Response(202), token=None)
    assert siem.send([{}]) == Taken()
    assert "Authorization" not in asked[0].headers


@pytest.mark.parametrize("status", [301, 400, 401, 413, 429, 500, 503])
def test_any_other_answer_means_that_it_has_them_not(status):
    siem, _ = _siem(httpx.Response(status, headers={"Location": "https://elsewhere.example.com"}))
    assert siem.send([{}]) == NotTaken(f"it answered {status}")


@pytest.mark.parametrize(
    ("said", "wait"), [("30", timedelta(seconds=30)), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("9" * 30, None)]
)
def test_how_long_it_asks_to_wait(said, wait):
    siem, _ = _siem(httpx.Response(429, headers={"Retry-After": said}))
    assert siem.send([{}]) == NotTaken("it answered 429", wait)


def test_siem_out_of_reach_has_them_not():
    siem, _ = _siem(httpx.ConnectTimeout("slow"))
    assert siem.send([{}]) == NotTaken("it could not be reached (ConnectTimeout)")
