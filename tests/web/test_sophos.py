"""The Sophos-shaped door, as a client that was written for Sophos Central sees it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot.domain.central import Central, Rate
from bot.domain.credential import State
from bot.domain.ids import EstateKey
from bot.domain.role import DEFAULT_ROLES, FORENSICS
from tests.support.people import make_policy
from tests.support.web import API, ISSUER, Door, known_client, order, visiting

TOKEN = "/api/v2/oauth2/token"
WHOLE = EstateKey("whole")
POLICY = make_policy()


def organized(**changes):
    """A policy in which one estate is the organization itself."""
    anyone = next(iter(POLICY.estates.values()))
    whole = replace(anyone, key=WHOLE, id=POLICY.organization.id, name="All of it")
    return replace(POLICY, estates={**POLICY.estates, WHOLE: whole}, **changes)


@pytest.fixture
def door() -> Door:
    return Door(policy=organized())


@pytest.fixture
def client(door):
    with visiting(door.app()) as client:
        yield client


def login(client, issued, **changes):
    form = {
        "grant_type": "client_credentials",
        "client_id": str(issued.client_id),
        "client_secret": issued.secret.disclose(),
        "scope": "token",
    }
    return client.post(TOKEN, data={**form, **changes})


def shown(client, issued, **headers) -> dict[str, str]:
    return {"Authorization": f"Bearer {login(client, issued).json()['access_token']}", **headers}


@pytest.fixture
def whole(door):
    """A credential of the organization."""
    issued = door.authority.issue(order())
    door.clients.put(known_client(issued, estate=WHOLE))
    return issued


ORGANIZATION = {"X-Organization-ID": str(POLICY.organization.id)}


def test_a_login_is_answered_by_exactly_seven_keys(client, door):
    answer = login(client, door.issued)
    body = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert list(body) == [
        "access_token",
        "errorCode",
        "expires_in",
        "message",
        "refresh_token",
        "token_type",
        "trackingId",
    ]
    told = (body["errorCode"], body["expires_in"], body["message"], body["token_type"])
    assert told == ("success", 600, "OK", "bearer")
    assert UUID(body["trackingId"])


def test_the_refresh_token_is_worth_nothing(client, door):
    first, second = (login(client, door.issued).json()["refresh_token"] for _ in range(2))
    assert first != second
    answer = login(client, door.issued, grant_type="refresh_token", refresh_token=first)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "oauth.unsupported_grant_type")


def test_a_wrong_secret_and_an_unknown_client_are_told_apart_and_cost_the_same(client, door):
    wrong = login(client, door.issued, client_secret="crd_wrong")
    unknown = login(client, door.issued, client_id=str(uuid4()))
    assert [answer.status_code for answer in (wrong, unknown)] == [401, 401]
    assert wrong.json() == {
        "errorCode": "oauth.invalid_client_secret",
        "message": "Unauthorized",
        "trackingId": wrong.json()["trackingId"],
    }
    assert unknown.json()["errorCode"] == "oauth.client_app_does_not_exist"
    assert door.check.compared == [2, 2]


@pytest.mark.parametrize("state", [State.SUSPENDED, State.DELETED, State.EXPIRED])
def test_what_does_not_work_now_does_not_exist(client, door, state):
    door.clients.put(replace(door.client, state=state))
    assert login(client, door.issued).json()["errorCode"] == "oauth.client_app_does_not_exist"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"grant_type": "password"}, "oauth.unsupported_grant_type"), ({"scope": "users:read"}, "oauth.invalid_scope")],
)
def test_what_is_asked_for_wrongly_is_a_bad_request(client, door, changes, code):
    answer = login(client, door.issued, **changes)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, code)
    assert set(answer.json()) == {"errorCode", "message", "trackingId"}
    assert client.post(TOKEN, json={}).status_code == 400
    got = client.get(TOKEN)
    assert (got.status_code, got.headers["allow"]) == (405, "POST")


def test_a_sub_estates_credential_is_a_tenants(client, door):
    assert client.get("/whoami/v1", headers=shown(client, door.issued)).json() == {
        "id": str(POLICY.estates[door.client.estate].id),
        "idType": "tenant",
        "apiHosts": {"global": ISSUER, "dataRegion": ISSUER},
    }


def test_the_organizations_credential_is_the_organizations(client, whole):
    assert client.get("/whoami/v1", headers=shown(client, whole)).json() == {
        "id": str(POLICY.organization.id),
        "idType": "organization",
        "apiHosts": {"global": ISSUER},
    }


def test_hosts_come_from_the_policy(door, whole):
    central = Central(global_host="https://api.example.com", region_host="https://eu.example.com:8443", region="eu02")
    door = replace(door, policy=organized(central=central))
    issued = door.issued
    with visiting(door.app()) as client:
        hosts = client.get("/whoami/v1", headers=shown(client, issued)).json()["apiHosts"]
    assert hosts == {"global": "https://api.example.com", "dataRegion": "https://eu.example.com:8443"}


def test_tenants_come_in_pages(client, whole):
    headers = shown(client, whole, **ORGANIZATION)
    estates = list(POLICY.estates.values())
    everything = client.get("/organization/v1/tenants?pageTotal=true", headers=headers).json()
    assert everything["pages"] == {"current": 1, "size": 50, "total": 1, "items": len(estates), "maxSize": 100}
    assert everything["items"][0] == {
        "id": str(estates[0].id),
        "name": estates[0].name,
        "dataGeography": "DE",
        "dataRegion": "eu01",
        "billingType": "usage",
        "organization": {"id": str(POLICY.organization.id)},
        "apiHost": ISSUER,
    }
    pages = [
        client.get(f"/organization/v1/tenants?page={page}&pageSize=1", headers=headers).json()
        for page in range(1, len(estates) + 2)
    ]
    assert [item["id"] for page in pages for item in page["items"]] == [str(estate.id) for estate in estates]
    assert pages[1]["pages"] == {"current": 2, "size": 1, "maxSize": 100}


def test_one_tenant_is_found_by_its_id(client, whole):
    headers, estate = shown(client, whole, **ORGANIZATION), next(iter(POLICY.estates.values()))
    assert client.get(f"/organization/v1/tenants/{estate.id}", headers=headers).json()["name"] == estate.name
    for unknown in (uuid4(), POLICY.organization.id):
        answer = client.get(f"/organization/v1/tenants/{unknown}", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (404, "notFound")


@pytest.mark.parametrize("query", ["page=0", "page=x", "pageSize=0", "pageSize=101", "page=-1", "page=9999999"])
def test_a_page_that_there_cannot_be_is_a_bad_request(client, whole, query):
    answer = client.get(f"/organization/v1/tenants?{query}", headers=shown(client, whole, **ORGANIZATION))
    assert (answer.status_code, answer.json()["error"]) == (400, "badRequest")


def test_a_tenants_credential_sees_no_tenants(client, door):
    answer = client.get("/organization/v1/tenants", headers=shown(client, door.issued, **ORGANIZATION))
    assert answer.status_code == 403
    body = answer.json()
    assert list(body) == ["error", "message", "correlationId", "code", "createdAt", "requestId", "docUrl"]
    assert (body["error"], body["message"]) == ("forbidden", "Forbidden.")
    assert UUID(body["correlationId"])


def test_the_organization_must_be_named_and_be_the_right_one(client, whole):
    named = {"X-Organization-ID": str(uuid4())}
    assert client.get("/organization/v1/tenants", headers=shown(client, whole)).status_code == 400
    assert client.get("/organization/v1/tenants", headers=shown(client, whole, **named)).status_code == 403


def test_roles_are_told_with_what_they_may(client, door):
    tenant = {"X-Tenant-ID": str(POLICY.estates[door.client.estate].id)}
    answer = client.get("/common/v1/roles?principalType=service", headers=shown(client, door.issued, **tenant))
    told = {item["name"]: item["permissionSets"] for item in answer.json()["items"]}
    assert told == {role.name: sorted(role.permissions) for role in DEFAULT_ROLES}


def test_roles_are_for_those_who_may_read_them_in_their_own_estate(client, door):
    issued = door.authority.issue(order())
    door.clients.put(known_client(issued, permissions=frozenset(map(str, FORENSICS.permissions))))
    tenant = {"X-Tenant-ID": str(POLICY.estates[door.client.estate].id)}
    other = {"X-Tenant-ID": str(uuid4())}
    assert client.get("/common/v1/roles", headers=shown(client, issued, **tenant)).status_code == 403
    assert client.get("/common/v1/roles", headers=shown(client, door.issued, **other)).status_code == 403
    assert client.get("/common/v1/roles", headers=shown(client, door.issued)).status_code == 400


def test_without_a_token_that_works_nothing_is_told(client, door):
    headers = shown(client, door.issued)
    door.clients.put(replace(door.client, state=State.SUSPENDED))
    for path in ("/whoami/v1", "/organization/v1/tenants", "/common/v1/roles"):
        for each in (headers, {}, {"Authorization": "Bearer x"}):
            answer = client.get(path, headers=each)
            assert (answer.status_code, answer.json()["error"]) == (401, "notAuthorized")
            assert "www-authenticate" in answer.headers


def test_a_token_for_somebody_else_is_not_for_this_door(client, door):
    form = {"grant_type": "client_credentials", "resource": API}
    token = client.post("/oauth2/token", data=form, auth=(door.client_id, door.secret)).json()["access_token"]
    assert client.get("/whoami/v1", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_who_calls_too_often_waits_as_long_as_they_are_told(door):
    door = replace(door, policy=organized(central=Central(rate=Rate(minute=60, burst=3, day=5))))
    with visiting(door.app()) as client:
        headers = shown(client, door.issued)
        statuses = [client.get("/whoami/v1", headers=headers).status_code for _ in range(4)]
        answer = client.get("/whoami/v1", headers=headers)
        assert statuses == [200, 200, 200, 429]
        assert (answer.json()["error"], answer.headers["retry-after"]) == ("tooManyRequests", "1")
        door.clock.advance(seconds=2)
        assert [client.get("/whoami/v1", headers=headers).status_code for _ in range(3)] == [200, 200, 429]
        door.clock.advance(seconds=3)
        wait = int(client.get("/whoami/v1", headers=headers).headers["retry-after"])
        assert timedelta(hours=1) < timedelta(seconds=wait) <= timedelta(days=1)
        door.clock.advance(seconds=wait)
        assert client.get("/whoami/v1", headers=shown(client, door.issued)).status_code == 200
