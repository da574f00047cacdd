"""Around every answer: the headers that browsers should obey, and for the unexpected a reference number.

What went wrong is logged by its kind and place, without its message: that may quote what somebody sent.
"""

import logging
import traceback
from collections.abc import Callable

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.refusal import Code, Refusal

_log = logging.getLogger(__name__)

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
)
_HSTS = (b"strict-transport-security", b"max-age=31536000")


class Shield:
    """ASGI middleware, outermost of ours."""

    def __init__(self, app: ASGIApp, *, reference: Callable[[], str], https: bool) -> None:
        """`reference`: a new number that people can read out. `https`: whether the public address is."""
        self._app = app
        self._reference = reference
        self._headers = (*_HEADERS, _HSTS) if https else _HEADERS

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
            await self._app(scope, receive, guarded)
        except Exception as error:
            answer = self._unexpected(error)
            if started:
                raise  # half an answer is out: only the server can cut the connection
            await answer(scope, receive, guarded)

    def _unexpected(self, error: Exception) -> JSONResponse:
        reference = self._reference()
        frames = traceback.extract_tb(error.__traceback__)
        places = " < ".join(f"{frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames))
        _log.error("Unexpected, reference %s: %s at %s", reference, type(error).__qualname__, places)
        sentence = f"Something went wrong here. The operator finds it in the log under {reference}."
        return Refusal(Code.SERVER_ERROR, sentence, 500).answer()
