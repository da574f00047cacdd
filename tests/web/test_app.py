"""Which address leads where, what it says of itself, and what stands on every answer."""

import logging

import pytest

from bot.domain.role import Permission
from tests.support.web import ISSUER, Door, visiting


@pytest.fixture
def client():
    with visiting(Door().app()) as client:
        yield client


METHODS = ["client_secret_basic", "client_secret_post", "private_key_jwt"]
ALGORITHMS = ["EdDSA", "ES256", "PS256", "RS256"]


def test_the_metadata_says_what_is_true(client):
    # RFC 8414, section 2: issuer, response_types_supported and (for this grant) token_endpoint are required.
    assert client.get("/.well-known/oauth-authorization-server").json() == {
        "issuer": ISSUER,
        "token_endpoint": f"{ISSUER}/oauth2/token",
        "jwks_uri": f"{ISSUER}/jwks.json",
        "scopes_supported": sorted(Permission),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": METHODS,
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "introspection_endpoint": f"{ISSUER}/oauth2/introspect",
        "introspection_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint": f"{ISSUER}/oauth2/revoke",
        "revocation_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
    }


def test_the_addresses_in_the_metadata_lead_somewhere(client):
    metadata = client.get("/.well-known/oauth-authorization-server").json()
    assert client.get(metadata["jwks_uri"].removeprefix(ISSUER)).json()["keys"]
    for name in ("token_endpoint", "introspection_endpoint", "revocation_endpoint"):
        assert client.post(metadata[name].removeprefix(ISSUER)).status_code == 400


@pytest.mark.parametrize("path", ["/jwks.json", "/.well-known/oauth-authorization-server"])
def test_what_is_public_may_be_cached(client, path):
    assert client.get(path).headers["cache-control"] == "public, max-age=300"


@pytest.mark.parametrize("path", ["/", "/jwks.json/", "/oauth2", "/slack/events", "/oauth2/token/"])
def test_another_address_is_not_found_and_leads_nowhere(client, path):
    answer = client.get(path, follow_redirects=False)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


def test_another_method_is_refused_and_told_which(client):
    answer = client.post("/jwks.json")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["error_description"] == "Only GET and HEAD are answered here."
    posted = client.get("/oauth2/token")
    assert (posted.status_code, posted.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/jwks.json", "/healthz", "/nowhere", "/oauth2/token"])
def test_every_answer_is_shielded(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["strict-transport-security"]


def test_plain_http_does_not_promise_https():
    with visiting(Door().app(issuer="http://127.0.0.1:8080")) as client:
        assert "strict-transport-security" not in client.get("/jwks.json").headers


def test_slack_is_answered_by_what_was_handed_over():
    seen = []

    async def slack(scope, receive, send):
        message = await receive()
        seen.append((scope["path"], message["body"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"acked"})

    with visiting(Door().app(slack)) as client:
        assert client.post("/slack/events", content=b"payload").content == b"acked"
    assert seen == [("/slack/events", b"payload")]


def test_what_breaks_in_the_handed_over_part_is_not_quoted(caplog):
    async def slack(_scope, _receive, _send):
        raise ValueError("what somebody typed")

    caplog.set_level(logging.DEBUG)
    with visiting(Door().app(slack)) as client:
        answer = client.post("/slack/events")
    assert answer.status_code == 500
    assert "what somebody typed" not in answer.text + caplog.text
    assert "ValueError" in caplog.text
