"""Access tokens as signed JWTs (RFC 9068) and the key set that checks them (RFC 7517, RFC 8037). Ed25519.

One key signs. A key that another one followed is shown, and what it signed is read, until the last of its tokens is
over: whoever checks signatures by the key set notices nothing but a second key in it.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.domain.ids import ClientId, EstateKey, RoleKey, SecretId, TokenId
from bot.service.authentication import Claims

ALGORITHM = "EdDSA"
_TYPE = "at+jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerKey:
    """A key that signs no more. `until`: when the last token that it signed is over."""

    seed: bytes = field(repr=False)
    until: datetime


class _Payload(msgspec.Struct, frozen=True):
    """What stands in a token."""

    iss: str
    client_id: str
    aud: str | list[str]
    iat: int
    exp: int
    jti: UUID
    scope: str
    secret_id: UUID
    estate: str
    role: str


_PAYLOAD = msgspec.json.Decoder(_Payload)


class _Key:
    """One Ed25519 key and the head of what it signs. Its `repr` shows nothing of it."""

    def __init__(self, seed: bytes, until: datetime | None = None) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self.private.public_key()
        self.until = until
        jwk = _public_jwk(self.public.public_bytes_raw())
        self.header = {"typ": _TYPE, "kid": thumbprint(jwk)}
        self.shown = {**jwk, "kid": self.header["kid"], "use": "sig", "alg": ALGORITHM}

    def counts(self, now: datetime) -> bool:
        return self.until is None or now < self.until


class Ed25519Signer:
    """`bot.service.authentication.TokenSigner` and `bot.service.tokens.TokenReader`. Its `repr` shows no key."""

    def __init__(self, seed: bytes, issuer: str, former: Sequence[FormerKey] = ()) -> None:
        """`seed`: the 32 bytes of an Ed25519 private key. `issuer`: who issues, and for whom by default."""
        self._key = _Key(seed)
        self._issuer = issuer
        self._keys = {key.header["kid"]: key for key in (self._key, *(_Key(each.seed, each.until) for each in former))}
        self._jws = jwt.PyJWS()

    def sign(self, claims: Claims) -> str:
        """The token, in compact form."""
        client = claims.client_id
        payload = {
            "iss": self._issuer,
            "sub": client,
            "client_id": client,
            "aud": alone(claims.audience) or self._issuer,
            "iat": int(claims.issued_at.timestamp()),
            "exp": int(claims.expires_at.timestamp()),
            "jti": str(claims.token_id),
            "scope": " ".join(claims.scope),
            "secret_id": str(claims.secret),
            "estate": claims.estate,
            "role": claims.role,
        }
        key = self._key
        return self._jws.encode(msgspec.json.encode(payload), key.private, algorithm=ALGORITHM, headers=key.header)

    def read(self, token: str, now: datetime) -> Claims | None:
        """What a token says; None if none of our keys signed it, or its end has come."""
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            opened = self._jws.decode_complete(token, key.public, algorithms=[ALGORITHM])
            payload = _PAYLOAD.decode(opened["payload"])
            claims = self._claims(payload)
        except (jwt.InvalidTokenError, KeyError, msgspec.MsgspecError, OverflowError, TypeError, ValueError):
            return None
        ours = opened["header"].get("typ") == _TYPE and payload.iss == self._issuer and key.counts(now)
        return claims if ours and now < claims.expires_at else None

    def key_set(self, now: datetime) -> dict[str, list[dict[str, str]]]:
        """The public keys that count now, as `/jwks.json` shows them: the one that signs comes first."""
        return {"keys": [key.shown for key in self._keys.values() if key.counts(now)]}

    def _claims(self, payload: _Payload) -> Claims:
        audience = (payload.aud,) if isinstance(payload.aud, str) else tuple(payload.aud)
        return Claims(
            client_id=ClientId(payload.client_id),
            issued_at=datetime.fromtimestamp(payload.iat, UTC),
            expires_at=datetime.fromtimestamp(payload.exp, UTC),
            token_id=TokenId(payload.jti),
            scope=tuple(payload.scope.split(" ")),
            secret=SecretId(payload.secret_id),
            estate=EstateKey(payload.estate),
            role=RoleKey(payload.role),
            audience=() if audience == (self._issuer,) else audience,
        )


def thumbprint(public: dict[str, str]) -> str:
    """The name of a public key: RFC 7638 over the members that RFC 8037, section 2, says for this kind."""
    required = {name: public[name] for name in ("crv", "kty", "x")}
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def alone(audience: tuple[str, ...]) -> str | list[str]:
    """A JWT names one audience as a string, several as a list (RFC 7519, section 4.1.3)."""
    return audience[0] if len(audience) == 1 else list(audience)


def _public_jwk(public: bytes) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(public)}


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
