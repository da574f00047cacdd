"""Access tokens as signed JWTs (RFC 9068) and the key set that checks them (RFC 7517, RFC 8037). Ed25519.

One key signs. A key that another one followed is shown, and what it signed is read, until the last of its tokens is
over: whoever checks signatures by the key set notices nothing but a second key in it.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bot.domain.client_key import canonical, thumbprint
from bot.domain.ids import ClientId, EstateKey, RoleKey, SecretId, TokenId
from bot.service.logins.authentication import Claims

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
        name = thumbprint(canonical(jwk))
        self.head = _segment({"alg": ALGORITHM, "kid": name, "typ": _TYPE}) + "."
        """What each of its tokens begins with, and nothing else does: no other algorithm or kind is ever looked at."""
        self.shown = {**jwk, "kid": name, "use": "sig", "alg": ALGORITHM}

    def counts(self, now: datetime) -> bool:
        return self.until is None or now < self.until


class Ed25519Signer:
    """The `TokenSigner` and the `TokenReader` of `bot.service.logins`. Its `repr` shows no key."""

    def __init__(self, seed: bytes, issuer: str, former: Sequence[FormerKey] = ()) -> None:
        """`seed`: the 32 bytes of an Ed25519 private key. `issuer`: who issues, and for whom by default."""
        self._key = _Key(seed)
        self._issuer = issuer
        self._keys = (self._key, *(_Key(each.seed, each.until) for each in former))

    def sign(self, claims: Claims) -> str:
        """The token, in compact form (RFC 7515, section 7.1)."""
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
        signed = self._key.head + _segment(payload)
        return f"{signed}.{_base64url(self._key.private.sign(signed.encode()))}"

    def read(self, token: str, now: datetime) -> Claims | None:
        """What a token says; None if none of our keys signed it, or its end has come."""
        key = next((key for key in self._keys if token.startswith(key.head)), None)
        if key is None or not key.counts(now):
            return None
        signed, _, signature = token.rpartition(".")
        try:
            key.public.verify(_opened(signature), signed.encode("ascii"))
            payload = _PAYLOAD.decode(_opened(signed[len(key.head) :]))
            claims = self._claims(payload)
        except (InvalidSignature, msgspec.MsgspecError, OverflowError, ValueError):
            return None
        return claims if payload.iss == self._issuer and now < claims.expires_at else None

    def key_set(self, now: datetime) -> dict[str, list[dict[str, str]]]:
        """The public keys that count now, as `/jwks.json` shows them: the one that signs comes first."""
        return {"keys": [key.shown for key in self._keys if key.counts(now)]}

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


def alone(audience: tuple[str, ...]) -> str | list[str]:
    """A JWT names one audience as a string, several as a list (RFC 7519, section 4.1.3)."""
    return audience[0] if len(audience) == 1 else list(audience)


def _public_jwk(public: bytes) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64url(public)}


def _segment(content: Mapping[str, object]) -> str:
    return _base64url(msgspec.json.encode(content))


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _opened(text: str) -> bytes:
    """The inverse, of the one spelling that each value has. Raises `ValueError`."""
    value = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _base64url(value) != text:
        raise ValueError("It is spelt in another way than ours.")
    return value
