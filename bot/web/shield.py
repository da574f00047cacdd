"""Around every answer: the headers that browsers should obey, a bound on what is read, a number for the unexpected.

What went wrong is logged by its kind and place, without its message: that may quote what somebody sent.
"""

import logging
import traceback
from collections.abc import Callable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.refusal import Code, Refusal

_log = logging.getLogger(__name__)

HEAD_LIMIT = 16 * 1024
"""Bytes of all headers of a request together; a real one has a few hundred, and a token among them."""
TARGET_LIMIT = 8 * 1024
"""Bytes of its address (RFC 9110, section 4.1, recommends to bear 8000)."""
HEAD_TOO_LONG = Refusal(Code.INVALID_REQUEST, f"The headers are longer than {HEAD_LIMIT} bytes.", 431)
TARGET_TOO_LONG = Refusal(Code.INVALID_REQUEST, f"The address is longer than {TARGET_LIMIT} bytes.", 414)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")


def headers_of_all(*, https: bool) -> tuple[tuple[bytes, bytes], ...]:
    """What stands on every answer. `https`: whether the public address is."""
    return (*_HEADERS, _HSTS) if https else _HEADERS


class Shield:
    """ASGI middleware, outermost of ours."""

    def __init__(self, app: ASGIApp, *, reference: Callable[[], str], https: bool) -> None:
        """`reference`: a new number that people can read out. `https`: whether the public address is."""
        self._app = app
        self._reference = reference
        self._headers = headers_of_all(https=https)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        try:
            await (_too_long(scope) or self._app)(scope, receive, guarded)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody is told more than a number
            answer = self._unexpected(error)
            if not started:  # else half an answer is out, and the server cuts a connection on which the rest is missing
                await answer(scope, receive, guarded)

    def _unexpected(self, error: Exception) -> JSONResponse:
        reference = self._reference()
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        _log.error("Unexpected, reference %s: %s at %s", reference, type(error).__qualname__, places)
        sentence = f"Something went wrong here. The operator finds it in the log under {reference}."
        return Refusal(Code.SERVER_ERROR, sentence, 500).answer()


def _too_long(scope: Scope) -> JSONResponse | None:
    """The server bounds what it waits for; a head that comes at once is measured here."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > TARGET_LIMIT:
        return TARGET_TOO_LONG.answer()
    if sum(len(name) + len(value) for name, value in scope["headers"]) > HEAD_LIMIT:
        return HEAD_TOO_LONG.answer()
    return None
