"""A JWKS is read from where the policy says, and from nowhere that somebody could have it read instead."""

import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.authority import fetching
from bot.authority.fetching import SIZE_MAX, Fetcher
from bot.authority.key_sets import UnreadableError
from bot.domain.client_key import KeyHosts

INSIDE = KeyHosts(inside=frozenset({"127.0.0.1", "localhost"}))


class Answers(BaseHTTPRequestHandler):
    """Each path answers in its own way."""

    def do_GET(self) -> None:
        self.server.asked.append((self.path, dict(self.headers)))
        getattr(self, self.path.strip("/"))()

    def keys(self) -> None:
        self._say(200, b'{"keys": []}')

    def moved(self) -> None:
        self._say(302, b"", Location="/keys")

    def gone(self) -> None:
        self._say(404, b'{"keys": []}')

    def long(self) -> None:
        self._say(200, b"x" * (SIZE_MAX + 1))

    def slow(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.over.wait(0.05):
            self.wfile.write(b"x")
            self.wfile.flush()

    def _say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments) -> None:
        pass


@contextmanager
def serving():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.asked, server.over = [], threading.Event()
    server.handle_error = lambda *_arguments: None  # whoever hung up did so on purpose
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join(30)


@pytest.fixture
def page(monkeypatch):
    """A server, and all the time that it may need to begin an answer."""
    monkeypatch.setattr(fetching, "TIME_MAX", 60.0)
    monkeypatch.setattr(fetching, "_STEP_MAX", 60.0)
    with serving() as server:
        yield server


def at(page, path: str, host: str = "127.0.0.1") -> str:
    return f"http://{host}:{page.server_port}/{path}"


def test_a_set_is_read_as_it_stands_there(page, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert Fetcher(INSIDE)(at(page, "keys")) == b'{"keys": []}'
    ((_, headers),) = page.asked
    assert headers["Host"] == f"127.0.0.1:{page.server_port}"
    assert "Cookie" not in headers
    assert "Authorization" not in headers


@pytest.mark.parametrize(("path", "why"), [("moved", "302"), ("gone", "404"), ("long", "longer")])
def test_no_redirect_no_other_status_and_no_long_answer_is_taken(page, path, why):
    with pytest.raises(UnreadableError, match=why):
        Fetcher(INSIDE)(at(page, path))
    assert [asked for asked, _ in page.asked] == [f"/{path}"]


def test_an_answer_that_does_not_end_is_given_up(page, monkeypatch):
    monkeypatch.setattr(fetching, "TIME_MAX", 0.3)
    with pytest.raises(UnreadableError, match="too long"):
        Fetcher(INSIDE)(at(page, "slow"))


def test_a_host_that_the_policy_no_longer_names_is_not_asked(page):
    with pytest.raises(UnreadableError, match="policy"):
        Fetcher(KeyHosts())(at(page, "keys"))
    assert page.asked == []


def test_a_host_where_nobody_listens_is_unreadable(page):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(UnreadableError, match="reached"):
            Fetcher(INSIDE)(f"http://127.0.0.1:{taken.getsockname()[1]}/keys")


def resolving(monkeypatch, *addresses: str) -> list[str]:
    """Any name has these addresses. Which names were asked for is noted."""
    asked = []
    monkeypatch.setattr(fetching, "_resolved", lambda parts: asked.append(parts.hostname) or list(addresses))
    return asked


PRIVATE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
]
PRIVATE += ["::1", "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "::", "ff02::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_host_outside_with_a_private_address_is_not_asked(monkeypatch, address):
    asked = []
    monkeypatch.setattr(fetching, "_read", lambda *parts: asked.append(parts))
    hosts = KeyHosts(outside=frozenset({"login.example.com"}))
    for found in ((address,), ("93.184.216.34", address)):
        resolving(monkeypatch, *found)
        with pytest.raises(UnreadableError, match="private"):
            Fetcher(hosts)("https://login.example.com/jwks")
    assert asked == []


def test_what_is_connected_to_is_the_address_that_was_checked(monkeypatch):
    asked = []
    monkeypatch.setattr(fetching, "_read", lambda parts, address: asked.append((parts.hostname, address)) or b"{}")
    resolving(monkeypatch, "93.184.216.34", "2606:4700::1111")
    Fetcher(KeyHosts(outside=frozenset({"login.example.com"})))("https://login.example.com/jwks")
    assert asked == [("login.example.com", "93.184.216.34")]


def test_a_name_is_asked_for_once_and_the_host_is_told_it(page, monkeypatch):
    named = resolving(monkeypatch, "127.0.0.1")
    hosts = KeyHosts(inside=frozenset({"localhost"}))
    assert Fetcher(hosts)(at(page, "keys", "localhost")) == b'{"keys": []}'
    assert named == ["localhost"]
    assert page.asked[0][1]["Host"] == f"localhost:{page.server_port}"


def test_a_host_without_an_address_is_unreadable(monkeypatch):
    def unknown(*_arguments, **_kind):
        raise socket.gaierror

    monkeypatch.setattr(fetching.socket, "getaddrinfo", unknown)
    with pytest.raises(UnreadableError, match="no address"):
        Fetcher(KeyHosts(outside=frozenset({"login.example.com"})))("https://login.example.com/jwks")
