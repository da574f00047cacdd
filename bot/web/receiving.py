"""A form that was posted, taken off the wire: bounded, and not yet believed."""

from dataclasses import dataclass, field

from starlette.types import Receive, Scope

from bot.domain.origin import AGENT_READ
from bot.web.refusal import Code, Refusal

BODY_LIMIT = 8 * 1024
"""Bytes; a real request has a few hundred."""

NOT_POST = Refusal(Code.INVALID_REQUEST, "Only POST is answered here.", 405)
TOO_LONG = Refusal(Code.INVALID_REQUEST, f"The body is longer than {BODY_LIMIT} bytes.", 413)
BROKEN_OFF = Refusal(Code.INVALID_REQUEST, "The body ended before it was complete.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A request as it came, before anybody believed it."""

    content_type: str
    authorization: tuple[str, ...] = field(repr=False, default=())
    """Every header of that name."""
    query: bytes = field(repr=False, default=b"")
    body: bytes = field(repr=False)
    address: str = ""
    agent: str = ""
    """What the client calls itself, as far as anybody looks at it."""


async def posted(scope: Scope, receive: Receive) -> Envelope | Refusal:
    """The request, if it is a POST with a body of a bearable size."""
    if scope["method"] != "POST":
        return NOT_POST
    if _declared(scope) > BODY_LIMIT:
        return TOO_LONG  # at once: whoever asks first (`Expect: 100-continue`) need not send it
    body = await _body(receive)
    return body if isinstance(body, Refusal) else _envelope(scope, body)


def _declared(scope: Scope) -> int:
    """How long the body says it is; 0 where it does not, or says it so that the server would have refused it."""
    said = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    return int(said) if said.isdigit() else 0


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
    content_type, agent, authorization = "", "", []
    for name, value in scope["headers"]:
        if name == b"content-type":
            content_type = value.decode("latin-1")
        elif name == b"authorization":
            authorization.append(value.decode("latin-1"))
        elif name == b"user-agent":
            agent = value[:AGENT_READ].decode("latin-1")
    client = scope.get("client")
    return Envelope(
        content_type=content_type,
        authorization=tuple(authorization),
        query=scope["query_string"],
        body=body,
        address=client[0] if client else "",
        agent=agent,
    )
