"""HTTP mode: the ASGI app behind `/slack/events`. Bolt is synchronous, so each request runs in a pool of its own, apart
from everything else that the event loop serves."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from slack_bolt import App, BoltRequest, BoltResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

PATH = "/slack/events"
_MOST_BYTES = 1_000_000
_TIMESTAMP_DIGITS = 12


class SlackEvents:
    """The ASGI app. `close` waits for the requests that are being answered."""

    def __init__(self, app: App, *, threads: int = 16) -> None:
        self._app: Final = app
        self._threads: Final = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="slack-ack")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    def close(self) -> None:
        """Take no more requests and wait for those at work."""
        self._threads.shutdown(wait=True)

    async def _answer(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(status_code=405, headers={"Allow": "POST"})
        if not _is_number(request.headers.get("x-slack-request-timestamp", "")):
            return Response(status_code=401)  # Bolt would fail on it
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                return Response(status_code=413)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._dispatch, bytes(body), dict(request.headers))

    def _dispatch(self, body: bytes, headers: dict[str, str]) -> Response:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return Response(status_code=400)
        return _response(self._app.dispatch(BoltRequest(body=text, headers=dict(headers))))


def _is_number(timestamp: str) -> bool:
    return timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _TIMESTAMP_DIGITS


def _response(answer: BoltResponse) -> Response:
    headers = answer.first_headers_without_set_cookie()
    return Response(content=answer.body, status_code=answer.status, headers=headers)
