"""A connection as the server holds it: Uvicorn's own protocol over h11, with an end to everybody's patience.

What holds here, beside what Uvicorn does:

- Whoever sends slowly is cut off: the head of a request and its body must each be there in time, and what was answered
  already is read on for no longer than that. Whoever does not take an answer is cut off, too.
- What is no HTTP is answered as everything else is: by JSON, under the same headers, by the status that h11 names.
- No more connections are held than there is room for; over that, a new one is closed at once.
"""

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.web.refusal import Code, Refusal
from bot.web.shield import HEAD_LIMIT, HEAD_TOO_LONG, headers_of_all

MALFORMED = Refusal(Code.INVALID_REQUEST, "This is not well-formed HTTP.")
UNKNOWN_CODING = Refusal(Code.INVALID_REQUEST, "The only Transfer-Encoding here is chunked.", 501)
TOO_SLOW = Refusal(Code.INVALID_REQUEST, "The request did not come in time.", 408)
_BY_HINT = {431: HEAD_TOO_LONG, 501: UNKNOWN_CODING}
_NOTHING_SENT_YET = (h11.IDLE, h11.SEND_RESPONSE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a client may take, in seconds, and how many of them there may be at once."""

    head: float = 10.0
    """From the opening of a connection, or the answer before, to the end of a request's head."""
    body: float = 20.0
    """From there to the end of its body."""
    taking: float = 20.0
    """For which a client does not read on, though there is more for it."""
    idle: int = 5
    """Between two requests on one connection."""
    connections: int = 1000


class _Config(uvicorn.Config):
    """Uvicorn hands it to each connection that it makes."""

    patience: Patience
    on_all: tuple[tuple[bytes, bytes], ...]
    """Headers of every answer."""


def config_of(app: ASGIApp, patience: Patience, *, https: bool, **others: Any) -> uvicorn.Config:
    """How an application is served. `https`: whether its public address is. `others` are Uvicorn's own settings."""
    config = _Config(
        app,
        http=Wire,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `bot.web.proxies` reads them, of those that are believed
        timeout_keep_alive=patience.idle,
        h11_max_incomplete_event_size=HEAD_LIMIT,
        **others,
    )
    config.patience = patience
    config.on_all = headers_of_all(https=https)
    return config


class Wire(H11Protocol):
    """One connection. Everything happens on the event loop."""

    config: _Config

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._awaited: object = None
        self._deadline: asyncio.TimerHandle | None = None
        self._untaken: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in the base
        """It begins: a request must follow."""
        super().connection_made(transport)
        if len(self.connections) > self.config.patience.connections:
            transport.abort()
            return
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        super().connection_lost(exc)
        self._deadline = _set(self._deadline)
        self._untaken = _set(self._untaken)

    def handle_events(self) -> None:
        """Something came, or is to be looked at now."""
        super().handle_events()
        self._watch()

    def pause_writing(self) -> None:
        """The client does not read on."""
        super().pause_writing()
        self._untaken = _set(self._untaken, self.loop, self.config.patience.taking, self.transport.abort)

    def resume_writing(self) -> None:
        """It does again."""
        super().resume_writing()
        self._untaken = _set(self._untaken)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - Uvicorn's sentence, in plain text
        """Called while the error is being handled: h11 says by which status to answer it."""
        error = sys.exception()
        hint = error.error_status_hint if isinstance(error, h11.RemoteProtocolError) else 400
        self._refuse(_BY_HINT.get(hint, MALFORMED))

    def _should_upgrade(self) -> bool:
        return False  # to nothing; and nobody need read of it in the log

    def _watch(self) -> None:
        """Let a deadline run for what the client owes, from when it began to owe it."""
        state, patience = self.conn.their_state, self.config.patience
        awaited = (state, self.cycle) if state in {h11.IDLE, h11.SEND_BODY} else None
        if awaited == self._awaited:
            return
        self._awaited = awaited
        if awaited is None or self.transport.is_closing():
            self._deadline = _set(self._deadline)
        else:
            seconds = patience.head if state is h11.IDLE else patience.body
            self._deadline = _set(self._deadline, self.loop, seconds, self._too_slow)

    def _too_slow(self) -> None:
        """Whoever began to say something is told; whoever said nothing, or was answered already, is not."""
        said_something = self.conn.their_state is h11.SEND_BODY or bool(self.conn.trailing_data[0])
        if said_something and self.conn.our_state in _NOTHING_SENT_YET:
            self._refuse(TOO_SLOW)
        else:
            self.transport.abort()

    def _refuse(self, refusal: Refusal) -> None:
        """Answer in the application's stead, and close."""
        if self.conn.our_state not in _NOTHING_SENT_YET:
            self.transport.abort()
            return
        answer = refusal.answer()
        headers = [
            *self.server_state.default_headers,
            *answer.raw_headers,
            *self.config.on_all,
            (b"connection", b"close"),
        ]
        start = h11.Response(status_code=refusal.status, headers=headers, reason=b"")
        for event in (start, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()


def _set(
    timer: asyncio.TimerHandle | None,
    loop: asyncio.AbstractEventLoop | None = None,
    seconds: float = 0.0,
    then: Callable[[], None] | None = None,
) -> asyncio.TimerHandle | None:
    """Another timer in place of one, or none."""
    if timer is not None:
        timer.cancel()
    return None if loop is None or then is None else loop.call_later(seconds, then)
