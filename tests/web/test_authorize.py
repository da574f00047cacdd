"""`GET /authorize` as a proxy asks it: token, method and path, closed by default."""

from dataclasses import replace

import httpx
import pytest

from bot.config.addresses import proxies
from bot.domain.credential import State
from bot.domain.role import Permission
from bot.domain.route import Route
from bot.service.logins.last_use import LastUse, Use
from bot.web.proxies import Proxies
from tests.support.people import make_policy
from tests.support.web import API, Door, served, visiting

FAR = "203.0.113.9"
ROUTES = (
    Route(methods=frozenset({"GET", "HEAD"}), path="/users/*", permission=Permission.USERS_READ),
    Route(methods=frozenset({"DELETE"}), path="/users/*", permission=Permission.USERS_WRITE),
    Route(methods=frozenset({"GET"}), path="/api/**", permission=Permission.USERS_READ, audience=API),
)


@pytest.fixture
def door() -> Door:
    return Door(policy=replace(make_policy(), routes=ROUTES), proxies=Proxies(proxies("127.0.0.0/8")))


@pytest.fixture
def client(door):
    with visiting(door.app()) as client:
        yield client


@pytest.fixture
def token(client, door) -> str:
    return token_of(client, door)


def token_of(client, door, **fields) -> str:
    form = {"grant_type": "client_credentials", **fields}
    return client.post("/oauth2/token", data=form, auth=(door.client_id, door.secret)).json()["access_token"]


def ask(client, token, method="GET", target="/users/1", **headers):
    said = {"X-Original-Method": method, "X-Original-URI": target}
    shown = {} if token is None else {"Authorization": f"Bearer {token}"}
    return client.get("/authorize", headers={**said, **shown, **headers})


def test_a_call_that_the_token_permits_goes_through_and_says_who_calls(client, door, token):
    answer = ask(client, token)
    assert (answer.status_code, answer.content) == (200, b"")
    told = {name: value for name, value in answer.headers.items() if name.startswith("x-cred-")}
    assert told == {"x-cred-client": door.client_id, "x-cred-role": "read-only", "x-cred-estate": "retail"}
    assert answer.headers["cache-control"] == "no-store"


def test_read_only_may_get_and_not_delete(client, token):
    answer = ask(client, token, "DELETE")
    assert (answer.status_code, answer.json()["error"]) == (403, "insufficient_scope")
    assert 'scope="users:write"' in answer.headers["www-authenticate"]


def test_a_narrowed_token_may_no_more_than_it_says(client, door):
    assert ask(client, token_of(client, door, scope="alerts:read")).status_code == 403


@pytest.mark.parametrize(
    "target", ["/admins", "/users", "/users/1/2", "/", "/users/%2e%2e", "/users//1", "/users/1;x", ""]
)
def test_what_no_route_is_for_is_closed(client, token, target):
    answer = ask(client, token, target=target)
    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")


@pytest.mark.parametrize("shown", [None, "x", "a.b.c"])
def test_without_a_token_that_works_nobody_gets_through(client, shown):
    answer = ask(client, shown)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="cred"')
    assert ('error="invalid_token"' in answer.headers["www-authenticate"]) == (shown is not None)


def test_without_a_token_nobody_learns_which_routes_there_are(client):
    assert ask(client, "x", target="/users/1").content == ask(client, "x", target="/nothing").content


def test_suspended_a_second_ago_is_no_longer_let_through(client, door, token):
    assert ask(client, token).status_code == 200
    door.clients.put(replace(door.client, state=State.SUSPENDED))
    assert ask(client, token).status_code == 401


def test_two_tokens_are_none(client, token):
    headers = [
        ("X-Original-Method", "GET"),
        ("X-Original-URI", "/users/1"),
        *[("Authorization", f"Bearer {token}")] * 2,
    ]
    assert client.get("/authorize", headers=headers).status_code == 401


def test_a_client_secret_is_no_token(client, door):
    answer = client.get(
        "/authorize",
        headers={"X-Original-Method": "GET", "X-Original-URI": "/users/1"},
        auth=(door.client_id, door.secret),
    )
    assert answer.status_code == 401


def test_a_token_for_another_audience_passes_its_own_routes_only(client, door, token):
    for_api = token_of(client, door, resource=API)
    assert [ask(client, each, target="/api/x").status_code for each in (for_api, token)] == [200, 403]
    assert ask(client, for_api).status_code == 403


def test_traefik_says_it_in_other_headers(client, token):
    said = {"X-Forwarded-Method": "GET", "X-Forwarded-Uri": "/users/1", "Authorization": f"Bearer {token}"}
    assert client.get("/authorize", headers=said).status_code == 200


def test_a_call_that_is_said_twice_or_not_at_all_is_refused(client, token):
    assert ask(client, token, **{"X-Forwarded-Uri": "/users/1", "X-Forwarded-Method": "GET"}).status_code == 403
    shown = [("Authorization", f"Bearer {token}")]
    said = [("X-Original-Method", "GET"), ("X-Original-URI", "/users/1")]
    for headers in (shown, shown + said[:1], shown + said[1:], shown + said + said[1:]):
        assert client.get("/authorize", headers=headers).status_code == 403


def test_a_peer_that_the_operator_did_not_name_is_not_answered(door, token):
    with visiting(replace(door, proxies=Proxies()).app()) as client:
        answer = ask(client, token)
    assert (answer.status_code, answer.json()["error"]) == (403, "access_denied")


@pytest.mark.parametrize(
    ("named", "forwarded", "client"),
    [
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1,203.0.113.0/24", ["198.51.100.1", "203.0.113.9"], "198.51.100.1"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", ["198.51.100.1, unknown"], "127.0.0.1"),
        ("10.0.0.0/8", ["203.0.113.9"], "127.0.0.1"),
    ],
)
def test_where_a_request_came_from_is_said_by_named_proxies_only(named, forwarded, client):
    believed = Proxies(proxies(named))
    assert believed.client("127.0.0.1", forwarded) == client


def test_the_last_use_is_from_behind_the_proxy(client, door):
    form = {"grant_type": "client_credentials"}
    headers = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
    client.post("/oauth2/token", data=form, auth=(door.client_id, door.secret), headers=headers)
    assert [use.address for use in door.last_use._noted.values()] == ["203.0.113.9"]


class Noting(LastUse):
    """Remembers what a flush would take away."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def note(self, use: Use) -> None:
        self.addresses.append(use.address)
        super().note(use)


@pytest.mark.parametrize(("named", "status", "seen"), [("10.0.0.0/8", 403, "127.0.0.1"), ("127.0.0.1", 200, FAR)])
def test_over_a_socket_too_nobody_but_a_named_proxy_says_where_a_request_is_from(door, token, named, status, seen):
    """The server has a middleware of its own, which believes whoever connects from this machine."""
    form = {"grant_type": "client_credentials"}
    far = {"X-Forwarded-For": FAR, "X-Forwarded-Proto": "https"}
    noting = Noting()
    door = replace(door, proxies=Proxies(proxies(named)), last_use=noting)
    with served(door.app()) as address, httpx.Client(base_url=address, timeout=60) as peer:
        said = {"X-Original-Method": "GET", "X-Original-URI": "/users/1", "Authorization": f"Bearer {token}"}
        assert peer.get("/authorize", headers=far | said).status_code == status
        peer.post("/oauth2/token", data=form, auth=(door.client_id, door.secret), headers=far).raise_for_status()
    assert noting.addresses == [seen]
