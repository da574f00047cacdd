"""A connection over a real socket: what is no HTTP, what is too long, and who is too slow."""

import json
import re
import socket
import threading
import time
from contextlib import ExitStack, closing, suppress

import httpx
import pytest

from bot.web.receiving import BODY_LIMIT
from bot.web.shield import HEAD_LIMIT, TARGET_LIMIT
from bot.web.wire import Patience
from tests.support.web import Door, served

SHIELD = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=31536000",
}
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture
def address():
    with served(Door().app()) as address:
        yield address


def connected(address: str) -> socket.socket:
    url = httpx.URL(address)
    connection = socket.create_connection((url.host, url.port), timeout=20)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def told(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    heard = b""
    with suppress(ConnectionError):
        while piece := connection.recv(65536):
            heard += piece
    return heard


def answer_to(address: str, sent: bytes) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the first answer."""
    with closing(connected(address)) as connection:
        connection.sendall(sent)
        heard = told(connection)
    head, _, body = heard.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(first.split(" ")[1]), headers, body


def test_what_is_no_http_is_answered_as_all_else_is(address):
    sent = {
        b"hello\r\n\r\n": 400,
        b"GET /healthz HTTP/1.1\r\n\r\n": 400,  # no Host
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n": 400,
        b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n": 501,
        b"GET /" + b"a" * 2 * HEAD_LIMIT: 431,
    }
    for request, expected in sent.items():
        status, headers, body = answer_to(address, request)
        assert (status, headers["content-type"], headers["connection"]) == (expected, "application/json", "close")
        assert json.loads(body)["error"] == "invalid_request"
        assert SHIELD.items() <= headers.items()


@pytest.mark.parametrize(
    ("request_line", "header", "status"),
    [
        ("GET /healthz", "X: " + "a" * HEAD_LIMIT, 431),
        ("GET /healthz", "\r\n".join(f"X-{number}: {'a' * 100}" for number in range(200)), 431),
        ("GET /" + "a" * TARGET_LIMIT, "X: a", 414),
        ("GET /healthz?" + "a" * TARGET_LIMIT, "X: a", 414),
    ],
)
def test_a_head_that_is_too_long_is_refused(address, request_line, header, status):
    request = f"{request_line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}\r\n\r\n"
    answer = answer_to(address, request.encode())
    assert (answer[0], json.loads(answer[2])["error"]) == (status, "invalid_request")
    assert SHIELD.items() <= answer[1].items()


@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke", "/api/v2/oauth2/token"])
def test_a_body_is_bounded_whether_it_says_its_length_or_not(address, path):
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode() + FORM
    piece = b"a" * 1000
    chunks = b"%x\r\n%b\r\n" % (len(piece), piece) * (BODY_LIMIT // len(piece) + 1)
    assert answer_to(address, head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks)[0] == 413
    # One that says so at the beginning need not be sent.
    declared = f"Content-Length: {BODY_LIMIT + 1}\r\nExpect: 100-continue\r\n\r\n"
    assert answer_to(address, head + declared.encode())[0] == 413


def test_whoever_says_nothing_is_let_go_in_silence():
    with served(Door().app(), Patience(head=0.05)) as address, closing(connected(address)) as connection:
        assert told(connection) == b""


def test_a_head_that_comes_drop_by_drop_is_cut_off_though_something_always_comes():
    with served(Door().app(), Patience(head=0.2)) as address, closing(connected(address)) as connection:
        until = time.monotonic() + 20
        with pytest.raises(ConnectionError):
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
            while time.monotonic() < until:
                connection.sendall(b"X: a\r\n")
                time.sleep(0.01)


def test_a_body_that_does_not_come_is_waited_for_only_so_long():
    with served(Door().app(), Patience(head=60, body=0.05)) as address:
        request = b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\n" + FORM + b"Content-Length: 100\r\n\r\ngrant_type="
        status, headers, body = answer_to(address, request)
    assert (status, json.loads(body)["error_description"]) == (408, "The request did not come in time.")
    assert SHIELD.items() <= headers.items()


def test_what_follows_an_early_answer_is_read_on_for_only_so_long(address):
    """The answer arrives although more is on its way; and nobody can go on sending for ever."""
    head = b"POST /oauth2/token HTTP/1.1\r\nHost: x\r\n" + FORM + b"Transfer-Encoding: chunked\r\n\r\n"
    piece = b"1000\r\n" + b"a" * 0x1000 + b"\r\n"
    with served(Door().app(), Patience(head=60, body=0.3)) as impatient, closing(connected(impatient)) as connection:
        until = time.monotonic() + 20
        with pytest.raises(ConnectionError):
            connection.sendall(head)
            while time.monotonic() < until:
                connection.sendall(piece)
                time.sleep(0.005)
    with closing(connected(address)) as connection:
        connection.sendall(head + piece * 3)
        heard = connection.recv(65536)
        connection.sendall(piece + b"0\r\n\r\nGET /jwks.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        heard += told(connection)
        assert re.findall(rb"HTTP/1.1 (\d+) ", heard) == [b"413", b"200"]


def test_whoever_does_not_take_their_answer_is_cut_off():
    over = threading.Event()

    async def app(scope, _receive, send):
        if scope["type"] != "http":
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"a" * 16_000_000, "more_body": True})
        await send({"type": "http.response.body", "body": b"a", "more_body": True})  # waits until there is room
        over.set()
        await send({"type": "http.response.body", "body": b"a"})

    with served(app, Patience(taking=0.1)) as address, closing(connected(address)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert over.wait(20)


def test_over_so_many_connections_a_new_one_is_closed_and_the_others_go_on():
    with served(Door().app(), Patience(connections=2)) as address, ExitStack() as stack:
        first, _, third = (stack.enter_context(closing(connected(address))) for _ in range(3))
        assert told(third) == b""
        first.sendall(b"GET /jwks.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert told(first).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("path", ["/healthz", "/jwks.json", "/.well-known/oauth-authorization-server"])
def test_head_tells_what_get_would_and_sends_no_body(address, path):
    got, headed = httpx.get(address + path, timeout=60), httpx.head(address + path, timeout=60)
    assert headed.content == b""
    assert {**headed.headers, "date": ""} == {**got.headers, "date": ""}


def test_an_upgrade_leads_to_nothing_but_the_answer(address, caplog):
    asked = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}
    answer = httpx.get(f"{address}/jwks.json", headers=asked, timeout=60)
    assert (answer.status_code, caplog.text) == (200, "")


def test_what_breaks_is_told_by_a_number_and_half_an_answer_is_cut(caplog):
    async def whole(_scope, _receive, _send):
        raise ValueError("what somebody typed")

    async def broken(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        await whole(scope, receive, send)

    with served(Door().app(whole)) as address:
        answer = httpx.post(f"{address}/slack/events", timeout=60)
        assert (answer.status_code, answer.json()["error"]) == (500, "server_error")
        assert SHIELD.items() <= answer.headers.items()
    with served(Door().app(broken)) as address, pytest.raises(httpx.RemoteProtocolError, match="without sending"):
        httpx.post(f"{address}/slack/events", timeout=60)
    assert "ValueError" in caplog.text
    for unspeakable in ("what somebody typed", "Traceback"):
        assert unspeakable not in answer.text + caplog.text
