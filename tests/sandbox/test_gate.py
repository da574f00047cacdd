"""Who gets in: loopback names, the right token at each door, and no other site's page."""

from contextlib import closing
from http.client import HTTPConnection

import httpx
import pytest

from bot.sandbox import Sandbox
from tests.support.sandbox import settings


@pytest.fixture
def anybody(sandbox):
    with httpx.Client(base_url=sandbox.url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture
def page(sandbox, anybody):
    anybody.get("/", params={"token": sandbox.settings.page_token})
    return anybody


COMMAND = {"as": "U0MAYA000", "channel": "C0APPROVE", "text": "hello"}


def test_the_address_with_the_token_becomes_a_cookie_that_scripts_and_other_sites_cannot_use(sandbox, anybody):
    answer = anybody.get("/", params={"token": sandbox.settings.page_token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert sandbox.settings.page_token not in cookie


@pytest.mark.parametrize("path", ["/", "/?token=wrong"])
def test_the_page_is_closed_without_the_token(anybody, path):
    assert anybody.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/page/api/workspace", "/page/main.js", "/page/api/events?as=U0MAYA000"])
def test_nothing_of_the_page_is_served_without_the_cookie(anybody, path):
    assert anybody.get(path).status_code == 401


def test_the_page_comes_with_a_strict_policy(page):
    answer = page.get("/")
    assert answer.status_code == 200
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["..%2Fgate.py", "nothing.js", "index.html%00", "../gate.py", ".hidden"])
def test_only_the_pages_own_files_are_served(page, name):
    assert page.get(f"/page/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/", "/page/api/workspace", "/api/auth.test", "/control/violations"])
def test_a_name_that_is_not_loopback_is_refused(page, path):
    assert page.get(path, headers={"Host": "evil.example:80"}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "localhost:1", "127.0.0.1", "[::1]:80"])
def test_loopback_has_three_names(page, host):
    assert page.get("/", headers={"Host": host}).status_code == 200


def test_a_change_needs_the_pages_own_origin(sandbox, page):
    assert page.post("/page/api/message", json=COMMAND).status_code == 403
    assert page.post("/page/api/message", json=COMMAND, headers={"Origin": "http://evil.example"}).status_code == 403
    assert page.post("/page/api/message", json=COMMAND, headers={"Origin": "null"}).status_code == 403
    assert page.post("/page/api/message", json=COMMAND, headers={"Origin": sandbox.url}).json()["ok"]


def test_another_sites_page_reads_nothing(page):
    assert page.get("/page/api/workspace", headers={"Origin": "http://evil.example"}).status_code == 403


@pytest.mark.parametrize("path", ["/api/auth.test", "/actions/T/x", "/control/violations"])
def test_no_browser_comes_through_the_machines_doors(sandbox, page, path):
    assert page.post(path, headers={"Origin": sandbox.url}).status_code == 403


def test_the_control_api_needs_its_token_and_the_pages_cookie_is_none(page):
    assert page.get("/control/violations").status_code == 401
    assert page.get("/control/violations", headers={"X-Control-Token": "wrong"}).status_code == 401


def test_the_control_token_opens_the_page_api(sandbox, anybody):
    headers = {"X-Control-Token": sandbox.settings.control_token}
    assert anybody.get("/page/api/workspace", headers=headers).status_code == 200


def test_the_sandbox_listens_on_loopback_only():
    with pytest.raises(ValueError, match="loopback"):
        Sandbox(settings(host="0.0.0.0"))


def test_settings_show_no_token():
    assert "xoxb" not in repr(settings())
    assert "control-token" not in repr(settings())


def test_a_connection_is_held_for_longer_than_clients_ask_on_one_again(sandbox):
    with closing(HTTPConnection("127.0.0.1", sandbox.port, timeout=6)) as held:  # clients hold theirs for 5
        held.request("GET", "/")
        assert held.getresponse().read()
        with pytest.raises(TimeoutError):  # else nothing is read at once: it was closed
            held.sock.recv(1)
