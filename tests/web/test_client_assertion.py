"""`private_key_jwt` as a client meets it (RFC 7521, section 4.2; RFC 7523, sections 2.2 and 3)."""

import hmac
import json
import logging
import threading
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.client_key import ClientKey
from bot.domain.credential import State
from bot.ports import StoreBusyError
from bot.service.logins.assertions import JTI_MAX
from bot.web.slowing import FREE
from tests.support import signing
from tests.support.web import ISSUER, Door, known_client, known_secret, order, served, visiting

TOKEN = "/oauth2/token"
JWKS = "https://login.example.com/jwks.json"


class Signing(Door):
    """A door with a client that signs. `key`: what was approved for it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.private = signing.private()
        self.signer = self.admit(signing.client_key(self.private))

    def admit(self, key: ClientKey):
        issued = self.authority.issue(replace(order(), key=key))
        assert issued.secret is None
        return self.clients.put(known_client(issued))

    def sign(self, key=None, client=None, **claims) -> str:
        who = str((client or self.signer).client_id)
        return signing.assertion(key or self.private, who, self.clock.now(), **{"audience": ISSUER, **claims})


@pytest.fixture
def door() -> Signing:
    return Signing()


@pytest.fixture
def client(door):
    with visiting(door.app()) as client:
        yield client


def ask(client, assertion: str, path: str = TOKEN, **fields):
    return client.post(path, data=signing.form(assertion, **fields))


def error(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(("algorithm", "kind"), signing.ALGORITHMS.items())
def test_an_assertion_by_each_algorithm_gets_a_token(door, client, algorithm, kind):
    key = signing.private(kind)
    who = door.admit(signing.client_key(key))
    answer = ask(client, door.sign(key, who, algorithm=algorithm))
    assert answer.status_code == 200, answer.text
    assert answer.json()["scope"].split() == sorted(who.permissions)


@pytest.mark.parametrize("audience", [ISSUER, f"{ISSUER}{TOKEN}", ["https://other.example.com", ISSUER]])
def test_the_audience_is_the_issuer_or_the_token_endpoint(door, client, audience):
    assert ask(client, door.sign(audience=audience)).status_code == 200


@pytest.mark.parametrize("audience", ["https://other.example.com", [], f"{ISSUER}/", f"{ISSUER}/oauth2/introspect"])
def test_an_assertion_for_somebody_else_is_refused_and_its_client_told(door, client, audience):
    answer = ask(client, door.sign(audience=audience))
    assert error(answer) == (401, "invalid_client")
    assert "aud" in answer.json()["error_description"]
    assert answer.headers["www-authenticate"]


SECONDS = {
    "exp": [(-1, False), (0, False), (1, True), (3630, True), (3631, False)],
    "nbf": [(-1000, True), (30, True), (31, False)],
    "iat": [(-1000, True), (30, True), (31, False)],
}


@pytest.mark.parametrize(("claim", "seconds", "good"), [(c, *case) for c, cases in SECONDS.items() for case in cases])
def test_an_assertion_counts_between_its_times_and_not_for_long(door, client, claim, seconds, good):
    answer = ask(client, door.sign(**{claim: door.clock.now().timestamp() + seconds}))
    assert (answer.status_code == 200) is good
    if not good:
        assert error(answer) == (401, "invalid_client")


WITHOUT = [{name: None} for name in ("iss", "sub", "aud", "exp", "jti")]
WRONG = [
    {"iss": "somebody else"},
    {"sub": "somebody else"},
    {"iss": "", "sub": ""},
    {"exp": "tomorrow"},
    {"exp": True},
    {"exp": 1e300},
    {"jti": ""},
    {"jti": 7},
    {"jti": "j" * (JTI_MAX + 1)},
    {"nbf": "x"},
    {"aud": 7},
    {"aud": [7]},
]


@pytest.mark.parametrize("claims", [*WITHOUT, *WRONG], ids=str)
def test_what_an_assertion_must_say_it_must_say(door, client, claims):
    assert error(ask(client, door.sign(**claims))) == (401, "invalid_client")


def test_claims_that_are_nested_without_end_are_none(client):
    said = '{"alg":"EdDSA"}', '{"x":' + "[" * 1500 + "]" * 1500 + "}"
    head, claims = (urlsafe_b64encode(part.encode()).decode().rstrip("=") for part in said)
    assert error(ask(client, f"{head}.{claims}.AA")) == (401, "invalid_client")


def test_a_claim_that_nobody_knows_is_ignored(door, client):
    assert ask(client, door.sign(purpose="none", htm=[1])).status_code == 200


def test_an_assertion_is_used_once(door, client):
    token = door.sign()
    assert ask(client, token).status_code == 200
    again = ask(client, token)
    assert error(again) == (401, "invalid_client")
    assert ask(client, door.sign()).status_code == 200


def test_one_name_for_two_assertions_counts_once_and_for_each_client_apart(door, client):
    assert ask(client, door.sign(jti="one")).status_code == 200
    assert error(ask(client, door.sign(jti="one", exp=door.clock.now().timestamp() + 90))) == (401, "invalid_client")
    other = door.admit(signing.client_key(signing.private("EC")))
    assert ask(client, door.sign(signing.private("EC"), other, algorithm="ES256", jti="one")).status_code == 200


def test_an_assertion_that_did_not_authenticate_uses_up_no_name(door, client):
    ask(client, door.sign(signing.private("OKP", 1), jti="mine"))
    assert ask(client, door.sign(jti="mine")).status_code == 200


def unsigned(token: str) -> str:
    head = urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    return f"{head}.{token.split('.')[1]}."


def test_an_assertion_that_is_not_signed_is_refused(door, client):
    for token in (unsigned(door.sign()), door.sign().rpartition(".")[0] + ".", "a.b.c", "x", "é", "...."):
        assert error(ask(client, token)) == (401, "invalid_client")


def test_no_key_that_both_sides_know_is_taken(door, client):
    # The public key as an HMAC key: the oldest confusion of algorithms.
    head = urlsafe_b64encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()).rstrip(b"=").decode()
    for known in (signing.client_key(door.private), signing.pem(door.private)):
        signed = f"{head}.{door.sign().split('.')[1]}"
        mac = urlsafe_b64encode(hmac.digest(known.encode(), signed.encode(), "sha256")).rstrip(b"=").decode()
        assert error(ask(client, f"{signed}.{mac}")) == (401, "invalid_client")


@pytest.mark.parametrize("algorithm", ["ES384", "RS384", "RS512", "PS512"])
def test_an_algorithm_that_is_not_offered_is_refused(door, client, algorithm):
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - of one case

    key = ec.derive_private_key(5, ec.SECP384R1()) if algorithm == "ES384" else signing.private("RSA")
    assert error(ask(client, door.sign(key, algorithm=algorithm))) == (401, "invalid_client")


def test_a_critical_extension_that_nobody_here_knows_is_refused(door, client):
    token = door.sign(header={"crit": ["x"], "x": 1})
    assert error(ask(client, token)) == (401, "invalid_client")


def refused_for_its_client(door, how: str) -> str:
    """An assertion that nothing is wrong with but whose it is."""
    match how:
        case "unknown client":
            return door.sign(client=replace(door.signer, client_id=str(uuid4())))
        case "another key":
            return door.sign(signing.private("OKP", 1))
        case "a key of another kind":
            return door.sign(signing.private("RSA"), algorithm="RS256")
        case "a client with a secret":
            return door.sign(client=door.client)
        case "another client's key":
            other = door.admit(signing.client_key(signing.private("EC")))
            return door.sign(client=other)
        case "expired":
            door.clock.time = door.signer.expires_at
        case "retired":
            door.clients.put(replace(door.signer, secrets=()))
        case "rotated away":
            (key,) = door.signer.secrets
            door.clients.put(replace(door.signer, secrets=(replace(key, retire_at=door.clock.now()),)))
        case state:
            door.clients.put(replace(door.signer, state=State(state)))
    return door.sign()


HOWS = ["unknown client", "another key", "a key of another kind", "a client with a secret", "another client's key"]
HOWS += ["expired", "retired", "rotated away", "suspended", "deleting", "deleted"]


@pytest.mark.parametrize("how", HOWS)
def test_whoever_does_not_authenticate_is_told_the_same_as_with_a_secret(door, client, how):
    fields = {"grant_type": "client_credentials"}
    expected = client.post(TOKEN, data=fields, auth=(door.client_id, "crd_wrong"))
    answer = ask(client, refused_for_its_client(door, how))
    assert (answer.status_code, answer.content) == (expected.status_code, expected.content)
    assert not door.store.spent


def test_a_client_with_a_key_has_no_secret_that_works(door, client):
    fields = {"grant_type": "client_credentials"}
    key = signing.client_key(door.private)
    for guess in ("", key, signing.pem(door.private), "crd_x"):
        answer = client.post(TOKEN, data=fields, auth=(str(door.signer.client_id), guess or " "))
        assert error(answer) == (401, "invalid_client")
    assert door.authority.which(str(door.signer.client_id), door.issued.secret, [door.signer.secrets[0].record]) is None


def test_a_record_that_was_put_together_without_the_pepper_lets_nobody_in(door, client):
    (secret,) = door.signer.secrets
    theirs = signing.private("OKP", 1)
    forged = secret.record[:64] + signing.client_key(theirs).encode()
    door.clients.put(replace(door.signer, secrets=(replace(secret, record=forged),)))
    assert error(ask(client, door.sign(theirs))) == (401, "invalid_client")
    other = door.admit(signing.client_key(theirs))
    lent = replace(secret, record=other.secrets[0].record)
    door.clients.put(replace(door.signer, secrets=(lent,)))
    assert error(ask(client, door.sign(theirs))) == (401, "invalid_client")


def test_both_keys_work_while_one_takes_the_place_of_the_other(door, client):
    old, new = door.private, signing.private("EC")
    issued = door.authority.mint_for(door.signer.client_id, signing.client_key(new))
    (secret,) = door.signer.secrets
    retiring = replace(secret, retire_at=door.clock.now() + timedelta(minutes=1))
    both = door.clients.put(replace(door.signer, secrets=(retiring, known_secret(issued))))
    assert ask(client, door.sign(old)).status_code == 200
    assert ask(client, door.sign(new, algorithm="ES256")).status_code == 200
    door.clock.advance(minutes=1)
    assert error(ask(client, door.sign(old))) == (401, "invalid_client")
    assert ask(client, door.sign(new, both, algorithm="ES256")).status_code == 200


def test_two_methods_at_once_are_refused(door, client):
    token = door.sign()
    with_secret = ask(client, token, client_secret=door.secret)
    with_basic = client.post(TOKEN, data=signing.form(token), auth=(door.client_id, door.secret))
    assert error(with_secret) == error(with_basic) == (400, "invalid_request")
    assert not door.store.spent


def test_the_client_id_beside_an_assertion_must_be_its_own(door, client):
    assert ask(client, door.sign(), client_id=str(door.signer.client_id)).status_code == 200
    assert error(ask(client, door.sign(), client_id=door.client_id)) == (401, "invalid_client")


def test_an_assertion_and_its_type_come_together(door, client):
    form = signing.form(door.sign())
    for missing in ("client_assertion", "client_assertion_type"):
        answer = client.post(TOKEN, data={name: value for name, value in form.items() if name != missing})
        assert error(answer) == (400, "invalid_request")
    saml = {**form, "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}
    assert error(client.post(TOKEN, data=saml)) == (401, "invalid_client")


def test_a_use_is_noted_and_an_assertion_is_in_no_log(door, client, caplog):
    caplog.set_level(logging.DEBUG)
    token = door.sign()
    ask(client, token)
    ask(client, token)
    assert list(door.last_use._noted) == [door.signer.secrets[0].id]
    assert "used before" in caplog.text
    assert token not in caplog.text


def test_whoever_guesses_signatures_waits(door, client):
    for _ in range(FREE + 2):
        ask(client, door.sign(signing.private("OKP", 1)))
    assert door.waits == [0.1, 0.2]
    assert ask(client, door.sign()).status_code == 200
    assert len(door.waits) == 2


def test_where_its_use_cannot_be_written_nobody_gets_in(door, client):
    door.store.refuse_work = StoreBusyError("The disk is full.")
    answer = ask(client, door.sign())
    assert error(answer) == (503, "temporarily_unavailable")
    assert answer.headers["retry-after"]
    door.store.refuse_work = None
    assert ask(client, door.sign()).status_code == 200


def test_introspection_and_revocation_take_assertions_and_each_once(door, client):
    token = ask(client, door.sign()).json()["access_token"]
    used = door.sign()
    told = ask(client, used, "/oauth2/introspect", token=token)
    assert told.json()["active"] is True
    assert told.json()["client_id"] == str(door.signer.client_id)
    for path in ("/oauth2/introspect", "/oauth2/revoke", TOKEN):
        assert error(ask(client, used, path, token=token)) == (401, "invalid_client")
    door.store.refuse_work = StoreBusyError("The disk is full.")
    assert error(ask(client, door.sign(), "/oauth2/introspect", token=token))[0] == 503


def test_the_metadata_offers_it(client):
    document = client.get("/.well-known/oauth-authorization-server").json()
    for place in ("token", "introspection", "revocation"):
        assert "private_key_jwt" in document[f"{place}_endpoint_auth_methods_supported"]
        algorithms = document[f"{place}_endpoint_auth_signing_alg_values_supported"]
        assert sorted(algorithms) == ["ES256", "EdDSA", "PS256", "RS256"]


def test_the_keys_of_a_jwks_are_asked_for_by_their_name(door, client):
    old, new = signing.private("OKP", 2), signing.private("OKP", 3)
    shown = [signing.jwk(old, kid="old", use="sig")]
    door.fetch = lambda _address: json.dumps({"keys": shown}).encode()
    who = door.admit(ClientKey(JWKS))
    assert ask(client, door.sign(old, who, header={"kid": "old"})).status_code == 200
    assert error(ask(client, door.sign(new, who, header={"kid": "old"}))) == (401, "invalid_client")
    shown.append(signing.jwk(new, kid="new"))
    door.clock.advance(seconds=31)
    assert ask(client, door.sign(new, who, header={"kid": "new"})).status_code == 200


def test_a_jwks_that_answers_slowly_holds_up_nobody_who_shows_a_secret(door):
    began, gate = threading.Event(), threading.Event()

    def slow(_address: str) -> bytes:
        began.set()
        assert gate.wait(60)
        return json.dumps({"keys": [signing.jwk(door.private)]}).encode()

    door.fetch = slow
    who = door.admit(ClientKey(JWKS))
    with served(door.app()) as address, ThreadPoolExecutor(1) as beside:
        try:
            waiting = beside.submit(httpx.post, address + TOKEN, data=signing.form(door.sign(client=who)), timeout=60)
            assert began.wait(60)
            secret = httpx.post(
                address + TOKEN,
                data={"grant_type": "client_credentials"},
                auth=(door.client_id, door.secret),
                timeout=60,
            )
            assert (secret.status_code, waiting.done()) == (200, False)
        finally:
            gate.set()
        assert waiting.result().status_code == 200


def test_where_a_jwks_cannot_be_read_nobody_gets_in_by_it(door, client):
    who = door.admit(ClientKey(JWKS))
    assert error(ask(client, door.sign(client=who))) == (401, "invalid_client")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(part=st.sampled_from([0, 1, 2]), place=st.integers(0, 999), other=st.sampled_from("ABCDwxyz0189-_"))
def test_an_assertion_that_was_changed_anywhere_lets_nobody_in(door, client, part, place, other):
    token = door.sign()
    pieces = token.split(".")
    where = place % len(pieces[part])
    pieces[part] = pieces[part][:where] + other + pieces[part][where + 1 :]
    changed = ".".join(pieces)
    answer = ask(client, changed)
    if changed == token:
        assert answer.status_code == 200
    else:
        assert error(answer) == (401, "invalid_client")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60) | st.lists(st.binary(max_size=20), min_size=3, max_size=4))
def test_whatever_an_assertion_is_it_is_answered_and_never_believed(door, client, made):
    token = made if isinstance(made, str) else ".".join(urlsafe_b64encode(each).decode().rstrip("=") for each in made)
    answer = ask(client, token)
    assert answer.status_code in {400, 401}
