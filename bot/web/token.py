"""`POST /oauth2/token`: an access token for client credentials (RFC 6749, sections 4.4 and 5).

Whoever does not authenticate is told the same, byte for byte, whatever the reason was: the reason is in the log. Of an
assertion that would be wrong whoever had signed it, what is wrong is told.
"""

import logging
from functools import partial

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.ports import StoreBusyError
from bot.service.logins.assertions import Flaw
from bot.service.logins.authentication import Authentication, Granted, Refused, Why
from bot.web.aside import Aside
from bot.web.receiving import posted
from bot.web.refusal import NEVER_KEPT, Code, Refusal
from bot.web.slowing import Slowing
from bot.web.token_request import parse

NOT_AUTHENTICATED = Refusal(
    Code.INVALID_CLIENT,
    "The client is unknown, its secret or assertion is wrong, or the credential does not work now. "
    "Its owner sees more in chat.",
    401,
)
NOT_IN_SCOPE = Refusal(
    Code.INVALID_SCOPE,
    "The credential does not have all of this scope. Ask for less, or leave scope out for all of it.",
)
NOT_A_TARGET = Refusal(
    Code.INVALID_TARGET,
    "Tokens are not made for this resource. Its address must stand in the policy, under audiences of tokens.",
)
FOR_SOMEBODY_ELSE = Refusal(
    Code.INVALID_CLIENT, "The aud of the client_assertion must be our issuer or our token endpoint.", 401
)
NOT_NOW = Refusal(
    Code.INVALID_CLIENT,
    "The client_assertion must count now, for an hour at most: exp is over or too far, or iat or nbf is still to come.",
    401,
)
NOT_WRITTEN = Refusal(
    Code.TEMPORARILY_UNAVAILABLE, "This cannot be written down now, and a client_assertion must be. Try again.", 503
)
_ANSWERS: dict[Why | Flaw, Refusal] = {
    Why.SCOPE: NOT_IN_SCOPE,
    Why.TARGET: NOT_A_TARGET,
    Flaw.AUDIENCE: FOR_SOMEBODY_ELSE,
    Flaw.NOT_YET: NOT_NOW,
    Flaw.OVER: NOT_NOW,
    Flaw.TOO_LONG: NOT_NOW,
}

_log = logging.getLogger(__name__)


class TokenEndpoint:
    """The endpoint, as an ASGI application: of a secret, microseconds of local work on the event loop."""

    def __init__(self, authentication: Authentication, slowing: Slowing, aside: Aside) -> None:
        self._authentication = authentication
        self._slowing = slowing
        self._aside = aside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(scope, receive)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        envelope = await posted(scope, receive)
        presented = envelope if isinstance(envelope, Refusal) else parse(envelope)
        if isinstance(presented, Refusal):
            return presented.answer()
        try:
            outcome = await self._aside.run(presented, partial(self._authentication.grant, presented))
        except StoreBusyError:  # the store has told the log
            return NOT_WRITTEN.answer()
        if isinstance(outcome, Granted):
            return _granted(outcome)
        await self._slowing.hold(presented, outcome)
        return refused(outcome, presented.address)


def _granted(granted: Granted) -> Response:
    content = {
        "access_token": granted.token,
        "token_type": "Bearer",
        "expires_in": granted.life,
        "scope": " ".join(granted.scope),
    }
    return Response(msgspec.json.encode(content), headers=NEVER_KEPT, media_type="application/json")


def refused(outcome: Refused, address: str) -> Response:
    """Why is for the log; the client learns only whether it was what it asked for."""
    who = "an unknown client" if outcome.client_id is None else f"client {outcome.client_id}"
    _log.info("No token for %s from %s: %s.", who, address or "an unknown address", outcome.why)
    return _ANSWERS.get(outcome.why, NOT_AUTHENTICATED).answer()
