"""The assertion that a client shows in place of a secret, taken apart (RFC 7521, 4.2; RFC 7523, 2.2 and 3).

Nothing here is believed yet: whose it is, is what it says itself until a key has verified it. What is refused here is
wrong whoever sent it, so it is told plainly.
"""

from collections.abc import Mapping

import jwt
import msgspec

from bot.domain.client_key import ALGORITHMS
from bot.service.logins.assertions import JTI_MAX, Assertion
from bot.web.refusal import Code, Refusal

METHOD = "private_key_jwt"
"""What OpenID Connect Core, section 9, calls it."""
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

HALF = Refusal(Code.INVALID_REQUEST, "The parameters client_assertion and client_assertion_type come together.")
OTHER_TYPE = Refusal(Code.INVALID_CLIENT, f"The only client_assertion_type here is {TYPE}.", 401)
NO_JWT = Refusal(Code.INVALID_CLIENT, "The client_assertion is no signed JWT in compact form.", 401)
OTHER_ALGORITHM = Refusal(Code.INVALID_CLIENT, f"Sign the client_assertion by one of {', '.join(ALGORITHMS)}.", 401)
NO_CLAIMS = Refusal(
    Code.INVALID_CLIENT, "The client_assertion must say iss, sub, aud, exp and jti, each in the form of RFC 7519.", 401
)
TWO_NAMES = Refusal(Code.INVALID_CLIENT, "In the client_assertion iss and sub must both be the client_id.", 401)


class _Claims(msgspec.Struct, frozen=True):
    """RFC 7523, section 3; other claims are ignored."""

    iss: str
    sub: str
    aud: str | list[str]
    exp: float
    jti: str
    nbf: float | None = None
    iat: float | None = None


_CLAIMS = msgspec.json.Decoder(_Claims)
_JWS = jwt.PyJWS()


def shown(form: Mapping[str, str]) -> bool:
    """Whether this is how the client means to authenticate."""
    return "client_assertion" in form or "client_assertion_type" in form


def read(form: Mapping[str, str]) -> tuple[str, Assertion] | Refusal:
    """Who says to be asking, and the assertion that is to show it."""
    token, kind = form.get("client_assertion"), form.get("client_assertion_type")
    if token is None or kind is None:
        return HALF
    said = _said(token) if kind == TYPE else OTHER_TYPE
    if isinstance(said, Refusal):
        return said
    header, claims = said
    if not claims.iss or not claims.iss == claims.sub == form.get("client_id", claims.sub):
        return TWO_NAMES
    return claims.sub, _assertion(token, header, claims)


def _said(token: str) -> tuple[Mapping[str, str], _Claims] | Refusal:
    try:
        opened = _JWS.decode_complete(token, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError):
        return NO_JWT
    header = opened["header"]
    if header.get("alg") not in ALGORITHMS:
        return OTHER_ALGORITHM
    try:
        claims = _CLAIMS.decode(opened["payload"])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return NO_CLAIMS
    return (header, claims) if 0 < len(claims.jti) <= JTI_MAX else NO_CLAIMS


def _assertion(token: str, header: Mapping[str, str], claims: _Claims) -> Assertion:
    return Assertion(
        token=token,
        algorithm=header["alg"],
        key_id=header.get("kid"),
        audience=(claims.aud,) if isinstance(claims.aud, str) else tuple(claims.aud),
        jti=claims.jti,
        expires_at=claims.exp,
        not_before=claims.nbf,
        issued_at=claims.iat,
    )
