"""HTTP mode: the ASGI app behind `/slack/events`. Bolt is synchronous, so each request runs in a pool of its own, apart
from everything else that the event loop serves.

The signature is checked and the body read here: Bolt logs the bodies that it refuses, takes a command for empty in
which somebody typed the word "payload", and fails on what is no JSON.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import parse_qsl

from slack_bolt import App, BoltResponse
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.slack.wire.door import Door

PATH = "/slack/events"
_MOST_BYTES = 1_000_000
_TIMESTAMP_DIGITS = 12
_UNSIGNED = "Slack did not sign this, or not just now."
_RETRIES = ("x-slack-retry-num", "x-slack-retry-reason")
_log = logging.getLogger(__name__)


class SlackEvents:
    """The ASGI app. `close` waits for the requests that are being answered."""

    def __init__(self, app: App, signing_secret: str, *, threads: int = 16) -> None:
        self._door: Final = Door(app)
        self._verifier: Final = SignatureVerifier(signing_secret)
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
            return _refused(405, "Only POST is answered here.", {"Allow": "POST"})
        if not _is_number(request.headers.get("x-slack-request-timestamp", "")):
            return _refused(401, _UNSIGNED)  # Bolt would fail on it
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST_BYTES:
                return _refused(413, f"The body is longer than {_MOST_BYTES} bytes.")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._dispatch, bytes(body), dict(request.headers))

    def _dispatch(self, raw: bytes, headers: dict[str, str]) -> Response:
        try:
            body = raw.decode()
        except UnicodeDecodeError:
            return _refused(400, "The body is no text in UTF-8.")
        if not self._signed(body, headers):
            _log.info("A request with a wrong signature was refused.")
            return _refused(401, _UNSIGNED)
        try:
            payload = _read(body, headers.get("content-type", ""))
        except (ValueError, RecursionError):
            return _refused(400, "The body is nothing that Slack sends.")
        retries = {name: headers[name] for name in _RETRIES if name in headers}
        return _response(self._door.take(payload, retries))

    def _signed(self, body: str, headers: dict[str, str]) -> bool:
        timestamp, signature = (headers.get(f"x-slack-{name}", "") for name in ("request-timestamp", "signature"))
        return signature.isascii() and self._verifier.is_valid(body, timestamp, signature)


def _read(body: str, kind: str) -> object:
    """A command is a form, an interaction the field `payload` of one, an event JSON. Raises `ValueError`."""
    if kind.partition(";")[0].strip() == "application/json":
        return json.loads(body)
    form = dict(parse_qsl(body, keep_blank_values=True))
    return form if "command" in form or "payload" not in form else json.loads(form["payload"])


def _is_number(timestamp: str) -> bool:
    return timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _TIMESTAMP_DIGITS


def _refused(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """In the words of the rest of the program (`bot.web.refusal`), and for nobody to keep."""
    content = {"error": "invalid_request", "error_description": sentence}
    return JSONResponse(content, status, headers={"Cache-Control": "no-store", **(headers or {})})


def _response(answer: BoltResponse) -> Response:
    headers = answer.first_headers_without_set_cookie()
    return Response(content=answer.body, status_code=answer.status, headers=headers)
