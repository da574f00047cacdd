"""What is taken for a public key, and what is refused before anything of it is kept."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.client_key import KeyHosts, address_problem, has_address, name_of
from bot.domain.errors import Denied
from bot.service import public_key
from bot.service.public_key import OTHER_KIND, PRIVATE, SECRET, SEVERAL, UNREADABLE, read
from tests.support import signing

HOSTS = KeyHosts(frozenset({"login.example.com"}), frozenset({"localhost", "127.0.0.1", "keys.internal"}))
KINDS = ["OKP", "EC", "RSA"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_pem_and_the_jwk_of_it_are_one_key(kind):
    key = signing.private(kind)
    as_pem, as_jwk = read(signing.pem(key), HOSTS), read(json.dumps(signing.jwk(key, kid="x", use="sig")), HOSTS)
    assert as_pem == as_jwk == read(json.dumps({"keys": [signing.jwk(key)]}), HOSTS)
    assert not has_address(as_pem)
    assert public_key.opened(as_pem) == key.public_key()


def test_a_key_is_called_by_its_thumbprint():
    # RFC 8037, appendix A.3.
    given = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert name_of(read(json.dumps(given), HOSTS)) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize("kind", KINDS)
def test_a_private_key_is_refused_in_whatever_form(kind):
    key = signing.private(kind)
    pem = signing.private_pem(key)
    private = {**signing.jwk(key), "d": "c2VjcmV0"}
    for pasted in (pem, pem.lower(), f"here: {pem}", json.dumps(private), json.dumps({"keys": [private]})):
        assert read(pasted, HOSTS) == PRIVATE
    assert read("".join(pem.splitlines()[1:-1]), HOSTS) in (SECRET, UNREADABLE)


def test_a_key_that_both_sides_would_know_is_refused():
    assert read(json.dumps({"kty": "oct", "k": "c2VjcmV0"}), HOSTS) == PRIVATE


def other_kinds():
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - that is the point
    odd = rsa.RSAPublicNumbers(3, signing.private("RSA").public_key().public_numbers().n).public_key()
    yield signing.pem(weak)
    yield odd.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    yield signing.pem(ec.derive_private_key(7, ec.SECP384R1()))
    yield signing.pem(ec.derive_private_key(7, ec.SECP256K1()))


def test_keys_that_are_weak_or_of_other_kinds_are_refused():
    assert [read(pasted, HOSTS) for pasted in other_kinds()] == [OTHER_KIND] * 4


BROKEN = ["x", "{", "{}", '{"keys": []}', '{"keys": 7}', '{"kty": "EC"}', "[]", "-----BEGIN PUBLIC KEY-----\nAAAA"]
OFF_CURVE = {"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}


@pytest.mark.parametrize("pasted", [*BROKEN, json.dumps(OFF_CURVE)])
def test_what_is_no_key_is_told_what_would_be_one(pasted):
    assert read(pasted, HOSTS) == UNREADABLE


def test_several_keys_are_not_one():
    keys = [signing.jwk(signing.private(kind)) for kind in ("OKP", "EC")]
    assert read(json.dumps({"keys": keys}), HOSTS) == SEVERAL


@given(st.text(max_size=200) | st.from_regex(r"\{.*\}", fullmatch=True))
def test_whatever_is_pasted_is_a_key_or_one_sentence(pasted):
    found = read(pasted, HOSTS)
    assert not isinstance(found, Denied) or (len(found.sentence) <= 250 and found.sentence.endswith("."))


GOOD = ["https://login.example.com/jwks.json", "https://login.example.com:443/a/b?c=d", "https://LOGIN.example.com/x"]
GOOD += ["http://localhost:8080/jwks", "http://127.0.0.1/jwks", "https://keys.internal:8443/jwks"]
BAD = {
    "http://login.example.com/jwks": "https://",
    "http://keys.internal/jwks": "https://",
    "https://login.example.com:8443/jwks": "port",
    "https://other.example.com/jwks": "other.example.com",
    "https://login.example.com.evil.example/jwks": "does not name",
    "https://169.254.169.254/latest/meta-data": "does not name",
    "https://[::1]/jwks": "does not name",
    "https://login.example.com": "whole address",
    "https://login.example.com@evil.example/jwks": "whole address",
    "https://evil.example\\@login.example.com/jwks": "whole address",
    "https://login.example.com/jwks#x": "whole address",
    "https://login.example.com/a b": "whole address",
    "https://lögin.example.com/jwks": "whole address",
    "https://login.example.com:99999/jwks": "whole address",
    "https:///jwks": "whole address",
    "https://login.example.com/" + "x" * 300: "whole address",
}


@pytest.mark.parametrize("address", GOOD)
def test_the_address_of_a_jwks_at_a_host_of_the_policy_is_taken(address):
    found = read(f" {address}\n", HOSTS)
    assert found == address
    assert has_address(found)
    assert name_of(found) == address


@pytest.mark.parametrize(("address", "why"), BAD.items())
def test_another_address_is_refused_with_what_to_do(address, why):
    assert why in read(address, HOSTS).sentence
    assert address_problem(address, HOSTS) == read(address, HOSTS).sentence


def test_a_policy_without_hosts_has_no_address_read():
    assert "does not name" in read(GOOD[0], KeyHosts()).sentence
