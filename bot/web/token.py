"""`POST /oauth2/token`: an access token for client credentials (RFC 6749, sections 4.4 and 5).

Whoever does not authenticate is told the same, byte for byte, whatever the reason was: the reason is in the log.
"""

import logging

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.service.authentication import Authentication, Granted, Refused, Why
from bot.web.refusal import NEVER_KEPT, Code, Refusal
from bot.web.token_request import Envelope, parse

BODY_LIMIT = 8 * 1024
"""Bytes; a real request has a few hundred."""

NOT_POST = Refusal(Code.INVALID_REQUEST, "Only POST is answered here.", 405)
TOO_LONG = Refusal(Code.INVALID_REQUEST, f"The body is longer than {BODY_LIMIT} bytes.", 413)
BROKEN_OFF = Refusal(Code.INVALID_REQUEST, "The body ended before it was complete.")
NOT_AUTHENTICATED = Refusal(
    Code.INVALID_CLIENT,
    "The client is unknown, its secret is wrong, or the credential does not work now. Its owner sees more in chat.",
    401,
)
NOT_IN_SCOPE = Refusal(
    Code.INVALID_SCOPE,
    "The credential does not have all of this scope. Ask for less, or leave scope out for all of it.",
)

_log = logging.getLogger(__name__)


class TokenEndpoint:
    """The endpoint, as an ASGI application: it runs on the event loop and does microseconds of local work."""

    def __init__(self, authentication: Authentication) -> None:
        self._authentication = authentication

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(scope, receive)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        if scope["method"] != "POST":
            return NOT_POST.answer()
        body = await _body(receive)
        if isinstance(body, Refusal):
            return body.answer()
        presented = parse(_envelope(scope, body))
        if isinstance(presented, Refusal):
            return presented.answer()
        outcome = self._authentication.grant(presented)
        return _granted(outcome) if isinstance(outcome, Granted) else _refused(outcome, presented.address)


async def _body(receive: Receive) -> bytes | Refusal:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return BROKEN_OFF
        body += message.get("body", b"")
        if len(body) > BODY_LIMIT:
            return TOO_LONG
        if not message.get("more_body", False):
            return bytes(body)


def _envelope(scope: Scope, body: bytes) -> Envelope:
    content_type, authorization = "", []
    for name, value in scope["headers"]:
        if name == b"content-type":
            content_type = value.decode("latin-1")
        elif name == b"authorization":
            authorization.append(value.decode("latin-1"))
    client = scope.get("client")
    return Envelope(
        content_type=content_type,
        authorization=tuple(authorization),
        query=scope["query_string"],
        body=body,
        address=client[0] if client else "",
    )


def _granted(granted: Granted) -> Response:
    content = {
        "access_token": granted.token,
        "token_type": "Bearer",
        "expires_in": granted.life,
        "scope": " ".join(granted.scope),
    }
    return Response(msgspec.json.encode(content), headers=NEVER_KEPT, media_type="application/json")


def _refused(refused: Refused, address: str) -> Response:
    who = "an unknown client" if refused.client_id is None else f"client {refused.client_id}"
    _log.info("No token for %s from %s: %s.", who, address or "an unknown address", refused.why)
    return (NOT_IN_SCOPE if refused.why is Why.SCOPE else NOT_AUTHENTICATED).answer()
