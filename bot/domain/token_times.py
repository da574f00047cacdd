"""What a JWT says of its time and whose it is, unverified: to tell why it is refused, and for nothing else. Pure.

RFC 7519, section 4.1. What cannot be read says nothing.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTimes:
    """Instants of an access token, or of an assertion that a client signed; None where it does not say."""

    client_id: str | None
    begins: datetime | None
    ends: datetime | None


def times_of(token: str) -> TokenTimes | None:
    """None where it is no JWT."""
    parts = token.strip().split(".")
    try:
        _, payload, _ = parts
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        begins = max((claims[name] for name in ("iat", "nbf") if name in claims), default=None)
        subject = claims.get("client_id", claims.get("sub"))
        return TokenTimes(
            client_id=subject if isinstance(subject, str) else None,
            begins=_moment(begins),
            ends=_moment(claims.get("exp")),
        )
    except (ValueError, TypeError, AttributeError, OverflowError, OSError, RecursionError, binascii.Error):
        return None


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
