"""Access tokens are RFC 9068 JWTs that another library accepts against `/jwks.json`."""

import base64
import json
from datetime import timedelta
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from bot.domain.client_key import canonical, thumbprint
from bot.domain.ids import ClientId, EstateKey, RoleKey, SecretId, TokenId
from bot.service.logins.authentication import Claims
from bot.web.signing import Ed25519Signer
from tests.support.fakes import START
from tests.support.web import ISSUER, SEED

# RFC 9864 gives the algorithm a new name, "Ed25519"; the old one is what libraries in use today understand.
pytestmark = pytest.mark.filterwarnings("ignore:EdDSA is deprecated:joserfc.errors.SecurityWarning")

CLAIMS = Claims(
    client_id=ClientId(str(UUID(int=11))),
    issued_at=START,
    expires_at=START + timedelta(minutes=10),
    token_id=TokenId(UUID(int=12)),
    scope=("alerts:read", "users:read"),
    secret=SecretId(UUID(int=13)),
    estate=EstateKey("retail"),
    role=RoleKey("read-only"),
)


@pytest.fixture
def signer() -> Ed25519Signer:
    return Ed25519Signer(SEED, ISSUER)


def decoded(signer, token):
    return jwt.decode(token, KeySet.import_key_set(signer.key_set(START)), algorithms=["EdDSA"])


def test_a_key_is_named_by_its_thumbprint():
    # RFC 8037, appendix A.3.
    public = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(canonical(public)) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_the_key_set_shows_the_public_half_of_the_rfcs_key():
    # RFC 8037, appendix A.1 and A.2.
    seed = base64.urlsafe_b64decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")
    (key,) = Ed25519Signer(seed, ISSUER).key_set(START)["keys"]
    assert key == {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
        "use": "sig",
        "alg": "EdDSA",
    }


def test_another_library_reads_the_claims(signer):
    token = decoded(signer, signer.sign(CLAIMS))
    assert token.header == {"typ": "at+jwt", "alg": "EdDSA", "kid": signer.key_set(START)["keys"][0]["kid"]}
    assert token.claims == {
        "iss": ISSUER,
        "sub": str(UUID(int=11)),
        "client_id": str(UUID(int=11)),
        "aud": ISSUER,
        "iat": int(START.timestamp()),
        "exp": int(START.timestamp()) + 600,
        "jti": str(UUID(int=12)),
        "scope": "alerts:read users:read",
        "secret_id": str(UUID(int=13)),
        "estate": "retail",
        "role": "read-only",
    }


def test_a_token_that_was_changed_is_refused(signer):
    header, payload, signature = signer.sign(CLAIMS).split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    wider = base64.urlsafe_b64encode(json.dumps({**claims, "scope": "users:write"}).encode()).rstrip(b"=").decode()
    with pytest.raises(BadSignatureError):
        decoded(signer, f"{header}.{wider}.{signature}")


def test_a_token_of_another_key_is_refused(signer):
    other = Ed25519Signer(bytes(32), ISSUER)
    header, payload, _ = signer.sign(CLAIMS).split(".")
    forged = f"{header}.{payload}.{other.sign(CLAIMS).split('.')[2]}"
    with pytest.raises(BadSignatureError):
        decoded(signer, forged)


@pytest.mark.parametrize("junk", ["!", "=", " ", "\n", "é", "."])
def test_a_signature_is_read_to_the_letter(signer, junk):
    token = signer.sign(CLAIMS)
    assert signer.read(token, START) == CLAIMS
    assert signer.read(f"{token[:-2]}{4 * junk}{token[-2:]}", START) is None


def test_no_repr_shows_the_private_key(signer):
    assert SEED.hex() not in repr(signer)
    assert "d" not in signer.key_set(START)["keys"][0]
