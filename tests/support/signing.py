"""Clients that sign for themselves: key pairs of each kind, and the assertions that they make with them."""

import json
from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from bot.authority.builtin import BuiltinAuthority
from bot.authority.key_sets import KeySets, UnreadableError
from bot.authority.signatures import Signatures
from bot.domain.client_key import ClientKey, KeyHosts
from bot.service import public_key
from bot.service.logins.assertions import Assertions

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = {"EdDSA": "OKP", "ES256": "EC", "RS256": "RSA", "PS256": "RSA"}
_NUMBERS = count()


@cache
def private(kind: str = "OKP", number: int = 0) -> Any:
    """A private key of a kind; `number` tells several of them apart."""
    if kind == "OKP":
        return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number + 1]) * 32)
    if kind == "EC":
        return ec.derive_private_key(number + 7, ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: Any) -> str:
    """The public half as people paste it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def private_pem(key: Any) -> str:
    """What nobody should paste."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def jwk(key: Any, **members: Any) -> dict[str, Any]:
    """The public half as a JWK."""
    return {**json.loads(client_key(key)), **members}


def client_key(key: Any) -> ClientKey:
    """The public half as it is kept."""
    found = public_key.read(pem(key), KeyHosts())
    assert isinstance(found, str), found
    return found


def assertion(
    key: Any,
    client_id: str,
    now: datetime,
    *,
    audience: Any,
    algorithm: str = "EdDSA",
    header: Any = None,
    **claims: Any,
) -> str:
    """What a client signs; a claim that is None is left out."""
    said = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=1)).timestamp()),
        "jti": f"assertion {next(_NUMBERS):08}",
        **claims,
    }
    kept = {name: value for name, value in said.items() if value is not None}
    return jwt.PyJWS().encode(json.dumps(kept).encode(), key, algorithm=algorithm, headers=header)


def form(assertion: str, **fields: str) -> dict[str, str]:
    """A token request that shows an assertion."""
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": assertion,
        **fields,
    }


def nowhere(_address: str) -> bytes:
    """A network without a JWKS."""
    raise UnreadableError("there is nothing")


def rules(authority: BuiltinAuthority, store: Any, clock: Any, issuer: str, fetch: Any = nowhere) -> Assertions:
    """The rules of assertions with the real check."""
    return Assertions(
        signatures=Signatures(authority, KeySets(fetch, clock)),
        store=store,
        audiences=frozenset({issuer, f"{issuer}/oauth2/token"}),
    )
