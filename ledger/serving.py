"""A witness over HTTP: `POST /add-checkpoint`, and nothing else.

Guarantees: a request is bounded in size and in time before anything is done with it; what goes wrong inside is a 500
without a cosignature, and a line in the log. TLS is the business of whatever stands in front.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

import uvicorn

from ledger.errors import LedgerError
from ledger.submission import LONGEST
from ledger.witnessing import Answer, Witness

_Message = MutableMapping[str, Any]
_Receive = Callable[[], Awaitable[_Message]]
_Send = Callable[[_Message], Awaitable[None]]
_PATIENCE = 10.0
"""Seconds in which a body must have come."""
_LOG = logging.getLogger("ledger.witness")


class WitnessApp:
    """The ASGI application."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness

    async def __call__(self, scope: _Message, receive: _Receive, send: _Send) -> None:
        """One request."""
        if scope["type"] != "http":
            return
        answer = await self._answer(scope, receive)
        body = answer.body.encode()
        headers = [(b"content-type", answer.content_type.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": int(answer.status), "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: _Message, receive: _Receive) -> Answer:
        if scope["path"] != "/add-checkpoint":
            return Answer(HTTPStatus.NOT_FOUND, "A witness has one address: add-checkpoint.\n")
        if scope["method"] != "POST":
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED, "Only POST.\n")
        try:
            body = await asyncio.wait_for(_body(receive), _PATIENCE)
        except TimeoutError:
            return Answer(HTTPStatus.REQUEST_TIMEOUT, "The request did not come to an end.\n")
        if body is None:
            return Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A request has {LONGEST} bytes at most.\n")
        return await asyncio.to_thread(self._signed, body)

    def _signed(self, body: bytes) -> Answer:
        try:
            return self._witness.answer(body.decode())
        except UnicodeDecodeError:
            return Answer(HTTPStatus.BAD_REQUEST, "A request is UTF-8.\n")
        except LedgerError:
            _LOG.exception("Nothing was signed.")
            return Answer(HTTPStatus.INTERNAL_SERVER_ERROR, "The witness cannot sign now.\n")


def serve(witness: Witness, host: str, port: int) -> None:
    """Until it is stopped."""
    uvicorn.run(
        WitnessApp(witness), host=host, port=port, log_level="warning", lifespan="off", interface="asgi3", workers=1
    )


async def _body(receive: _Receive) -> bytes | None:
    """None where it is longer than any that is read."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LONGEST:
            return None
    return bytes(body)
