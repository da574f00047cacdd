"""A client shows an assertion that it signed itself, in place of a secret (RFC 7523, sections 2.2 and 3). Pure of HTTP.

What holds here, whoever asks:

- It is for us, for a short while, and counts once: whoever reads it on its way can do nothing with it after.
- What it says is believed for nothing but the choice of a key, until that key has verified its signature.
- That it was used is in the database before the client gets anything: processes agree, and a restart forgets nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.ids import CredentialId
from bot.ports import Store

LEEWAY = timedelta(seconds=30)
"""So far a client's clock may be ahead of ours."""
LONGEST = timedelta(hours=1)
"""So far ahead the end of an assertion may be: until then its use is remembered."""
JTI_MAX = 255
"""Characters of an assertion's own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What a client signed, as it says itself. Instants are seconds since 1970 (RFC 7519, section 2)."""

    token: str = field(repr=False)
    """In compact form, as it came."""
    algorithm: str
    key_id: str | None
    """By which of its keys, if it says so."""
    audience: tuple[str, ...]
    jti: str
    expires_at: float
    not_before: float | None = None
    issued_at: float | None = None


class Flaw(StrEnum):
    """What is wrong with an assertion whoever signed it: that can be told to everybody."""

    AUDIENCE = "an assertion for somebody else"
    NOT_YET = "an assertion whose time has not come"
    OVER = "an assertion that is over"
    TOO_LONG = "an assertion that counts for too long"


class SignatureCheck(Protocol):
    """The authority's half: by which key it was signed."""

    def which(self, client_id: str, assertion: Assertion, records: Sequence[bytes]) -> int | None:
        """The place of the record whose key signed it, or None. May have to read a JWKS, and wait for it.

        Takes the same time for any records of a number, as long as no JWKS has to be read.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertions:
    """The rules, with what they need."""

    signatures: SignatureCheck
    store: Store
    audiences: frozenset[str]
    """As whom we are addressed: the issuer, or the token endpoint."""

    def flaw(self, assertion: Assertion, now: datetime) -> Flaw | None:
        """What is wrong with it whoever signed it. Nothing is read for it."""
        moment, leeway = now.timestamp(), LEEWAY.total_seconds()
        if self.audiences.isdisjoint(assertion.audience):
            return Flaw.AUDIENCE
        if assertion.expires_at <= moment:
            return Flaw.OVER
        if assertion.expires_at > moment + LONGEST.total_seconds() + leeway:
            return Flaw.TOO_LONG
        begins = max(assertion.not_before or 0.0, assertion.issued_at or 0.0)
        return Flaw.NOT_YET if begins > moment + leeway else None

    def first_use(self, credential: CredentialId, assertion: Assertion) -> bool:
        """Whether it is used for the first time; it is on record after. Raises `StoreBusyError`.

        Those that are over are forgotten an hour late, so that a clock that is set back revives none.
        """
        with self.store.work() as work:
            work.assertions.forget(work.now - LONGEST)
            end = datetime.fromtimestamp(assertion.expires_at, UTC) + timedelta(seconds=1)
            return work.assertions.spend(credential, assertion.jti, end)
