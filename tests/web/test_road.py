"""From the reveal to a working login: the real store, a real server, an OAuth client and a JWT library of others."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc7523 import assertion as authlib_assertion
from joserfc import jwt
from joserfc.errors import ExpiredTokenError
from joserfc.jwk import ECKey, KeySet

from bot.domain.credential import ReceiptState, State
from bot.domain.role import READ_ONLY
from bot.service.handover.issuance import Shown
from bot.service.logins.last_use import LastUse
from bot.store.authentication import ClientLookup
from bot.store.revocations import RevocationLookup
from tests.support import signing, web
from tests.support.sandbox import PATIENCE, eventually

pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated:joserfc.errors.SecurityWarning")


@dataclass
class Road:
    """A credential just revealed, and the address where it logs in."""

    house: object
    shown: Shown
    address: str = ""

    def client(self, **changes) -> OAuth2Session:
        client = {"client_id": str(self.shown.credential.client_id)}
        if self.shown.secret is not None:
            client["client_secret"] = self.shown.secret.disclose()
        return OAuth2Session(**{**client, **changes})

    def token(self, client: OAuth2Session | None = None, **asks) -> dict:
        return (client or self.client()).fetch_token(
            f"{self.address}/oauth2/token", grant_type="client_credentials", **asks
        )

    def claims(self, token: dict, at: datetime):
        keys = KeySet.import_key_set(httpx.get(f"{self.address}/jwks.json", timeout=PATIENCE).json())
        decoded = jwt.decode(token["access_token"], keys, algorithms=["EdDSA"])
        rules = jwt.JWTClaimsRegistry(
            now=int(at.timestamp()),
            iss={"essential": True, "value": web.ISSUER},
            aud={"essential": True, "value": web.ISSUER},
        )
        rules.validate(decoded.claims)
        return decoded.claims

    def kept(self):
        with self.house.store.read() as reader:
            return reader.credentials.get(self.shown.credential.id)


@contextmanager
def opened(house, **asks):
    """The road, with the server running."""
    house = replace(house, world=replace(house.world, authority=web.new_authority()))
    road = Road(house, house.issued(**asks))
    lookup, revoked = ClientLookup(house.engine), RevocationLookup(house.engine)
    rules = signing.rules(house.world.authority, house.store, house.clock, web.ISSUER)
    use_case = web.authentication(lookup, house.world.authority, LastUse(), house.clock, assertions=rules)
    try:
        with web.served(web.application(house.world, use_case, revoked=revoked)) as road.address:
            yield road
    finally:
        lookup.close()
        revoked.close()


@pytest.fixture
def road(house):
    with opened(house) as road:
        yield road


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_client_that_nobody_here_wrote_logs_in(road, method):
    token = road.token(road.client(token_endpoint_auth_method=method))
    assert token["token_type"] == "Bearer"
    claims = road.claims(token, road.house.clock.now())
    assert claims["client_id"] == claims["sub"] == str(road.shown.credential.client_id)
    assert claims["scope"].split() == sorted(READ_ONLY.permissions)
    assert claims["secret_id"] == str(road.shown.credential.newest.id)


def test_a_client_that_nobody_here_wrote_logs_in_by_its_key(house, monkeypatch):
    monkeypatch.setattr(authlib_assertion, "time", SimpleNamespace(time=lambda: house.clock.now().timestamp()))
    key = signing.private("EC")
    with opened(house, key=signing.pem(key)) as road:
        methods = dict.fromkeys(("token_endpoint_auth_method", "revocation_endpoint_auth_method"), "private_key_jwt")
        client = road.client(client_secret=ECKey.import_key(signing.private_pem(key)), **methods)
        client.register_client_auth_method(PrivateKeyJWT(f"{road.address}/oauth2/token", alg="ES256"))
        with pytest.raises(OAuthError, match="invalid_client"):
            road.token(client)  # the address that it called is not the one that it was told to name
        client.register_client_auth_method(PrivateKeyJWT(f"{web.ISSUER}/oauth2/token", alg="ES256"))
        tokens = [road.token(client) for _ in range(3)]
        claims = [road.claims(token, house.clock.now()) for token in tokens]
        assert {each["client_id"] for each in claims} == {str(road.shown.credential.client_id)}
        told = client.introspect_token(f"{road.address}/oauth2/introspect", token=tokens[0]["access_token"])
        assert told.json()["active"] is True
        assert client.revoke_token(f"{road.address}/oauth2/revoke", token=tokens[0]["access_token"]).status_code == 200
        told = client.introspect_token(f"{road.address}/oauth2/introspect", token=tokens[0]["access_token"])
        assert told.json() == {"active": False}
        await_receipt(road)


def test_an_assertion_is_used_once_even_by_many_at_once(house):
    key = signing.private()
    with opened(house, key=signing.pem(key)) as road:
        who = str(road.shown.credential.client_id)
        token = signing.assertion(key, who, house.clock.now(), audience=web.ISSUER)
        with ThreadPoolExecutor(6) as many:  # as many failures as are answered at once
            form = signing.form(token)
            asks = [many.submit(httpx.post, f"{road.address}/oauth2/token", data=form, timeout=60) for _ in range(6)]
        assert Counter(ask.result().status_code for ask in asks) == {200: 1, 401: 5}


def test_a_client_may_ask_for_less(road):
    token = road.token(road.client(scope="users:read"))
    assert road.claims(token, road.house.clock.now())["scope"] == "users:read"


def test_after_its_expiry_neither_the_credential_nor_its_token_works(road):
    clock, expiry = road.house.clock, road.shown.credential.expires_at
    clock.time = expiry - timedelta(seconds=30)
    token = road.token()
    assert token["expires_in"] == 30
    road.claims(token, clock.now())
    clock.time = expiry
    with pytest.raises(OAuthError, match="invalid_client"):
        road.token()
    with pytest.raises(ExpiredTokenError):
        road.claims(token, expiry + timedelta(seconds=1))


def test_a_suspended_credential_logs_in_no_more_at_once(road):
    road.token()
    with road.house.store.work() as work:
        suspended = replace(road.shown.credential, state=State.SUSPENDED)
        work.credentials.save(suspended, expected=State.ACTIVE)
    with pytest.raises(OAuthError, match="invalid_client"):
        road.token()


def test_wrong_secret_and_unknown_client_are_told_the_same(road):
    other = web.new_authority(seed=8).issue(web.order())
    answers = [
        httpx.post(
            f"{road.address}/oauth2/token", data={"grant_type": "client_credentials"}, auth=pair, timeout=PATIENCE
        )
        for pair in (
            (str(road.shown.credential.client_id), "crd_wrong"),
            (str(other.client_id), other.secret.disclose()),
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert answers[0].content == answers[1].content


def await_receipt(road) -> None:
    eventually(lambda: road.kept().newest.receipt is ReceiptState.USED, "a receipt")


def test_the_first_login_is_the_receipt_within_seconds(road):
    road.token()
    await_receipt(road)
    secret = road.kept().newest
    assert (secret.last_used_at, secret.last_used_from) == (road.house.clock.now(), "127.0.0.1")
    assert road.house.kinds()[-1] == "receipt:changed"


def test_a_login_just_before_the_end_is_written_at_the_end(house):
    with opened(house) as road:
        road.token()
        await_receipt(road)
        house.clock.advance(seconds=1)  # too soon after the first for a write of its own
        road.token()
    assert road.kept().newest.last_used_at == house.clock.now()


def test_the_secret_is_nowhere_on_the_disk(house, tmp_path: Path):
    with opened(house) as road:
        road.token()
    secret = road.shown.secret.disclose().encode()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert secret not in path.read_bytes()


def test_health_is_said_by_the_real_store(road):
    answer = httpx.get(f"{road.address}/healthz", timeout=PATIENCE)
    assert (answer.status_code, answer.json()["status"]) == (200, "ok")


def test_the_dates_of_a_token_are_those_of_the_clock(road):
    claims = road.claims(road.token(), road.house.clock.now())
    issued = datetime.fromtimestamp(claims["iat"], UTC)
    assert issued == road.house.clock.now()
    assert claims["exp"] - claims["iat"] == 600
