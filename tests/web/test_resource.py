"""For whom a token is: `resource` at the token endpoint (RFC 8707), as far as the policy allows it."""

import pytest

from tests.support.web import API, ISSUER, REPORTS, Door, visiting


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def client(door):
    with visiting(door.app()) as client:
        yield client


def ask(client, door, *resources):
    form = {"grant_type": "client_credentials", "resource": list(resources)}
    return client.post("/oauth2/token", data=form, auth=(door.client_id, door.secret))


def audience(client, door, answer):
    token = answer.json()["access_token"]
    told = client.post("/oauth2/introspect", data={"token": token}, auth=(door.client_id, door.secret)).json()
    return told["aud"]


def test_without_one_a_token_is_for_whoever_issued_it(client, door):
    assert audience(client, door, ask(client, door)) == ISSUER
    assert audience(client, door, ask(client, door, "")) == ISSUER


def test_a_token_is_for_the_resource_that_was_asked_for(client, door):
    assert audience(client, door, ask(client, door, API)) == API
    assert audience(client, door, ask(client, door, ISSUER)) == ISSUER


def test_several_resources_make_a_list(client, door):
    assert audience(client, door, ask(client, door, API, REPORTS)) == [API, REPORTS]


@pytest.mark.parametrize(
    "resources", [("https://other.example",), (API, "https://other.example"), (f"{API}/x",), ("x",)]
)
def test_a_resource_that_the_policy_does_not_name_is_refused(client, door, resources):
    answer = ask(client, door, *resources)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_target")


def test_a_wrong_secret_learns_nothing_of_resources(client, door):
    form = {"grant_type": "client_credentials", "resource": "https://other.example"}
    answer = client.post("/oauth2/token", data=form, auth=(door.client_id, "crd_wrong"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
