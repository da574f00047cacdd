"""A public key as somebody gives it, and what it may sign. A private half is refused, and nothing of it is kept."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from bot.domain.client_key import ClientKey, KeyHosts, address_problem, canonical
from bot.domain.errors import Denied, Reason
from bot.domain.secrecy import looks_secret

PublicKey: TypeAlias = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey

RSA_BITS = range(2048, 8192 + 1)
_EXPONENT = 65537
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
"""Members of a JWK that no public one has (RFC 7518, section 6)."""

PRIVATE = Denied(
    Reason.INVALID,
    "This is a private key. I keep nothing of it, but Slack has seen it: make a new pair, and paste its public half.",
)
SECRET = Denied(
    Reason.INVALID, "This looks like a secret, so I keep nothing of it. Only a public key or an address belongs here."
)
UNREADABLE = Denied(
    Reason.INVALID,
    "I cannot read a public key here. Paste one as PEM (-----BEGIN PUBLIC KEY-----) or as a JWK, or write the https "
    "address of a JWKS.",
)
OTHER_KIND = Denied(
    Reason.INVALID, "This kind of key is not taken. Use Ed25519, EC on the curve P-256, or RSA of 2048 to 8192 bits."
)
SEVERAL = Denied(
    Reason.INVALID, "These are several keys. Paste the one that it signs with, or write the address of the JWKS."
)


def read(text: str, hosts: KeyHosts) -> ClientKey | Denied:
    """The key that somebody pasted, as PEM, as a JWK or as the address of a JWKS; else what is wrong with it."""
    text = text.strip()
    if "PRIVATE KEY" in text.upper():
        return PRIVATE
    if text.startswith("{"):
        return _of_json(text)
    if text.lower().startswith(("https://", "http://")):
        problem = address_problem(text, hosts)
        return ClientKey(text) if problem is None else Denied(Reason.INVALID, problem)
    return _of_pem(text)


@lru_cache(maxsize=1024)
def opened(key: ClientKey) -> PublicKey:
    """The key itself, of its canonical JWK. The same few come again and again."""
    made: object = jwt.PyJWK.from_json(key).key
    if not algorithms(made) or not isinstance(made, PublicKey):
        raise ValueError("This was never a key of ours.")
    return made


def usable(jwk: object) -> PublicKey | None:
    """A key of a JWKS, if it is a public one for signatures that we take; None if not, whatever it is."""
    if not isinstance(jwk, dict) or _PRIVATE & jwk.keys() or jwk.get("use", "sig") != "sig":
        return None
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return None
    made = _opened(jwk)
    return made if isinstance(made, PublicKey) and algorithms(made) else None


def algorithms(key: object) -> frozenset[str]:
    """By which algorithms a key may sign; none for a kind or a size that is not taken."""
    match key:
        case Ed25519PublicKey():
            return frozenset({"EdDSA"})
        case EllipticCurvePublicKey(curve=SECP256R1()):
            return frozenset({"ES256"})
        case RSAPublicKey() if key.key_size in RSA_BITS and key.public_numbers().e == _EXPONENT:
            return frozenset({"RS256", "PS256"})
        case _:
            return frozenset()


def _of_pem(text: str) -> ClientKey | Denied:
    if "BEGIN" not in text:
        return SECRET if looks_secret(text) else UNREADABLE
    try:
        key = load_pem_public_key(text.encode())
    except (ValueError, TypeError):
        return UNREADABLE
    except UnsupportedAlgorithm:
        return OTHER_KIND
    return _canonical(key) or OTHER_KIND


def _of_json(text: str) -> ClientKey | Denied:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return SECRET if looks_secret(text) else UNREADABLE
    keys = found.get("keys", [found])
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys) or not keys:
        return UNREADABLE
    if any(_PRIVATE & key.keys() for key in keys):
        return PRIVATE
    if len(keys) > 1:
        return SEVERAL
    key = _opened({name: value for name, value in keys[0].items() if name != "alg"})  # it may go by a newer name
    return UNREADABLE if key is None else _canonical(key) or OTHER_KIND


def _opened(jwk: Mapping[str, object]) -> object | None:
    """Whatever key it is; None if it is none that can be read."""
    try:
        key: object = jwt.PyJWK(dict(jwk)).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError):
        return None
    return key


def _canonical(key: object) -> ClientKey | None:
    """Its canonical JWK; None for a kind that is not taken."""
    if not algorithms(key):
        return None
    match key:
        case Ed25519PublicKey():
            return canonical(OKPAlgorithm.to_jwk(key, as_dict=True))
        case EllipticCurvePublicKey():
            return canonical(ECAlgorithm.to_jwk(key, as_dict=True))
        case RSAPublicKey():
            return canonical(RSAAlgorithm.to_jwk(key, as_dict=True))
        case _:
            return None
