"""`POST /oauth2/token`: an access token for client credentials (RFC 6749, sections 4.4 and 5).

Whoever does not authenticate is told the same, byte for byte, whatever the reason was: the reason is in the log.
"""

import logging

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.service.authentication import Authentication, Granted, Refused, Why
from bot.web.receiving import posted
from bot.web.refusal import NEVER_KEPT, Code, Refusal
from bot.web.slowing import Slowing
from bot.web.token_request import parse

NOT_AUTHENTICATED = Refusal(
    Code.INVALID_CLIENT,
    "The client is unknown, its secret is wrong, or the credential does not work now. Its owner sees more in chat.",
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
_ANSWERS = {Why.SCOPE: NOT_IN_SCOPE, Why.TARGET: NOT_A_TARGET}

_log = logging.getLogger(__name__)


class TokenEndpoint:
    """The endpoint, as an ASGI application: it runs on the event loop and does microseconds of local work."""

    def __init__(self, authentication: Authentication, slowing: Slowing) -> None:
        self._authentication = authentication
        self._slowing = slowing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(scope, receive)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        envelope = await posted(scope, receive)
        presented = envelope if isinstance(envelope, Refusal) else parse(envelope)
        if isinstance(presented, Refusal):
            return presented.answer()
        outcome = self._authentication.grant(presented)
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
