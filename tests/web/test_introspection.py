"""`POST /oauth2/introspect` as a resource server sees it (RFC 7662)."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.domain.credential import State
from bot.domain.ids import TokenId
from bot.web.signing import Ed25519Signer, FormerKey
from tests.support.fakes import START
from tests.support.web import ISSUER, SEED, Door, known_client, known_secret, order, visiting

PATH = "/oauth2/introspect"


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def client(door):
    with visiting(door.app()) as client:
        yield client


@pytest.fixture
def caller(door) -> tuple[str, str]:
    """A resource server: another credential."""
    issued = door.authority.issue(order())
    door.clients.put(known_client(issued))
    return str(issued.client_id), issued.secret.disclose()


def token_of(client, door, **fields) -> str:
    form = {"grant_type": "client_credentials", **fields}
    return client.post("/oauth2/token", data=form, auth=(door.client_id, door.secret)).json()["access_token"]


def test_a_living_token_is_told_whole(client, door, caller):
    answer = client.post(PATH, data={"token": token_of(client, door, scope="users:read")}, auth=caller)
    told, issued = answer.json(), int(START.timestamp())
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["content-type"] == "application/json"
    assert UUID(told.pop("jti"))
    assert told == {
        "active": True,
        "scope": "users:read",
        "client_id": door.client_id,
        "sub": door.client_id,
        "token_type": "Bearer",
        "iss": ISSUER,
        "aud": ISSUER,
        "iat": issued,
        "exp": issued + 600,
        "estate": "retail",
        "role": "read-only",
    }


def test_the_caller_may_authenticate_in_the_body_and_give_a_hint(client, door, caller):
    form = {"token": token_of(client, door), "token_type_hint": "refresh_token"}
    answer = client.post(PATH, data={**form, "client_id": caller[0], "client_secret": caller[1]})
    assert answer.json()["active"] is True


def ended(door, how: str) -> None:
    """End the token in one of the ways there are. The caller's own credential goes on."""
    secret, others = door.client.secrets[0], known_secret(door.issued)
    match how:
        case "expired":
            door.clock.advance(minutes=10)
        case "credential expired":
            door.clients.put(replace(door.client, expires_at=door.clock.now()))
        case "deleted from the table":
            del door.clients.known[door.client_id]
        case "secret retired":
            door.clients.put(replace(door.client, secrets=()))
        case "secret's retirement came":
            door.clients.put(replace(door.client, secrets=(replace(secret, retire_at=door.clock.now()),)))
        case "secret reissued":
            door.clients.put(replace(door.client, secrets=(others,)))
        case _:
            door.clients.put(replace(door.client, state=State(how)))


@pytest.mark.parametrize(
    "how",
    [
        "expired",
        "credential expired",
        "deleted from the table",
        "secret retired",
        "secret's retirement came",
        "secret reissued",
        *(state for state in State if state is not State.ACTIVE),
    ],
)
def test_whatever_ended_a_token_it_is_only_inactive_and_at_once(client, door, caller, how):
    token = token_of(client, door)
    assert client.post(PATH, data={"token": token}, auth=caller).json()["active"] is True
    ended(door, how)
    answer = client.post(PATH, data={"token": token}, auth=caller)
    assert (answer.status_code, answer.json()) == (200, {"active": False})


@pytest.mark.parametrize(
    "other",
    [
        lambda token: f"{token}=",
        lambda token: f"{token}==",
        lambda token: token[:-1] + {"A": "B", "Q": "R", "g": "h", "w": "x"}[token[-1]],  # 64 bytes leave 4 bits unused
    ],
    ids=["padded", "padded twice", "other unused bits"],
)
def test_another_spelling_of_a_token_is_no_token(client, door, caller, other):
    token = token_of(client, door)
    assert client.post(PATH, data={"token": other(token)}, auth=caller).json() == {"active": False}


def test_a_token_that_was_given_up_is_inactive(client, door, caller):
    token = token_of(client, door)
    told = client.post(PATH, data={"token": token}, auth=caller).json()
    door.revoked.add(TokenId(UUID(told["jti"])))
    assert client.post(PATH, data={"token": token}, auth=caller).json() == {"active": False}


def changed(token: str) -> list[str]:
    """Tokens that we never made."""
    header, payload, signature = token.split(".")
    return ["x", "..", token[:-2], f"{header}.{payload}.", f"{payload}.{payload}.{signature}", token + "A", "é" * 40]


def test_what_was_never_a_token_of_ours_is_inactive(client, door, caller):
    for token in changed(token_of(client, door)):
        assert client.post(PATH, data={"token": token}, auth=caller).json() == {"active": False}


def test_a_token_of_another_issuer_or_key_is_inactive(client, door, caller):
    claims = Ed25519Signer(SEED, ISSUER).read(token_of(client, door), START)
    for signer in (Ed25519Signer(SEED, "https://other.example"), Ed25519Signer(bytes(32), ISSUER)):
        assert client.post(PATH, data={"token": signer.sign(claims)}, auth=caller).json() == {"active": False}


def test_a_token_of_a_former_key_is_read_until_the_last_of_them_is_over(client, door):
    token, over = token_of(client, door), START + timedelta(minutes=5)
    signer = Ed25519Signer(bytes(32), ISSUER, [FormerKey(seed=SEED, until=over)])
    assert signer.read(token, START) is not None
    assert [len(signer.key_set(now)["keys"]) for now in (START, over)] == [2, 1]
    assert signer.read(token, over) is None


@pytest.mark.parametrize("pair", [("nobody", "crd_wrong"), None])
def test_whoever_does_not_authenticate_learns_nothing(client, door, pair):
    answer = client.post(PATH, data={"token": token_of(client, door)}, auth=pair)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert "www-authenticate" in answer.headers
    assert "active" not in answer.json()


def test_a_suspended_caller_learns_nothing(client, door, caller):
    token = token_of(client, door)
    door.clients.put(replace(door.clients.known[caller[0]], state=State.SUSPENDED))
    assert client.post(PATH, data={"token": token}, auth=caller).status_code == 401


def test_no_token_is_an_invalid_request(client, caller):
    answer = client.post(PATH, data={"token": ""}, auth=caller)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", [PATH, "/oauth2/revoke"])
def test_a_token_in_the_address_is_refused(client, caller, path):
    assert client.post(f"{path}?token=x", data={"token": "x"}, auth=caller).status_code == 400
    assert client.get(path).status_code == 405


def test_asking_is_a_use_of_the_callers_secret_and_not_of_the_tokens(client, door, caller):
    token = token_of(client, door)
    door.last_use.__init__()
    client.post(PATH, data={"token": token}, auth=caller)
    assert [use.credential for use in door.last_use._noted.values()] == [door.clients.known[caller[0]].credential]
