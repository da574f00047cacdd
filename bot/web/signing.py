"""Access tokens as signed JWTs (RFC 9068) and the key set that checks them (RFC 7517, RFC 8037). Ed25519."""

import base64
import hashlib
import json

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.service.authentication import Claims

ALGORITHM = "EdDSA"


class Ed25519Signer:
    """`bot.service.authentication.TokenSigner`. Its `repr` shows no key."""

    def __init__(self, seed: bytes, issuer: str) -> None:
        """`seed`: the 32 bytes of an Ed25519 private key. `issuer`: who issues, and for whom (the audience)."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._issuer = issuer
        self._public = _public_jwk(self._key.public_key().public_bytes_raw())
        self._header = {"typ": "at+jwt", "kid": thumbprint(self._public)}
        self._jws = jwt.PyJWS()

    def sign(self, claims: Claims) -> str:
        """The token, in compact form."""
        client = claims.client_id
        payload = {
            "iss": self._issuer,
            "sub": client,
            "client_id": client,
            "aud": self._issuer,
            "iat": int(claims.issued_at.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
            "jti": str(claims.token_id),
            "scope": " ".join(claims.scope),
            "secret_id": str(claims.secret),
            "estate": claims.estate,
            "role": claims.role,
        }
        return self._jws.encode(msgspec.json.encode(payload), self._key, algorithm=ALGORITHM, headers=self._header)

    def key_set(self) -> dict[str, list[dict[str, str]]]:
        """The public keys, as `/jwks.json` shows them."""
        return {"keys": [{**self._public, "kid": self._header["kid"], "use": "sig", "alg": ALGORITHM}]}


def thumbprint(public: dict[str, str]) -> str:
    """The name of a public key: RFC 7638 over the members that RFC 8037, section 2, says for this kind."""
    required = {name: public[name] for name in ("crv", "kty", "x")}
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _public_jwk(public: bytes) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(public)}


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
