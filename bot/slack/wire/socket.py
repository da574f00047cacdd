"""Socket Mode: no public address is needed; Slack's requests come over a connection that this program opens.

The library's threads take each request from the socket, run Bolt and send the acknowledgement back at once: nothing
but the listener stands between.
"""

import logging
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import build_headers, send_response
from slack_sdk.errors import SlackClientNotConnectedError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.builtin.connection import Connection
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.interval_runner import IntervalRunner
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.wire.door import Door
from bot.slack.wire.quiet import bolt_logger

_BUFFER = 64 * 1024
_END_SECONDS = 10.0
"""How long `close` waits for a thread that asks Slack for an address: Slack may tell it to wait for half a minute."""
_LOOK_SECONDS = 0.02
_PING_SECONDS = 10.0
"""A connection is given up that has answered no ping for four times as long."""
_log = logging.getLogger(__name__)


class _Client(SocketModeClient):
    """The library's client; but once it is closed nothing is connected, though its threads reconnect at any moment."""

    _over = False

    def connect(self) -> None:
        """As there; a connection that was being opened when `close` was called is closed."""
        if not self._over:
            super().connect()
            session = self.current_session
            if session is not None:
                session.disconnect = partial(_disconnect, session)  # type: ignore[method-assign]
        if self._over:
            self.auto_reconnect_enabled = False
            self.disconnect()

    def close(self) -> None:
        """Take nothing more, answer what was taken, and leave no connection behind, now or later."""
        self.closed = True
        self.message_queue.put(None)  # whoever waits for a message waits no longer
        self._see_out([self.message_processor])
        self.message_workers.shutdown(wait=True)
        self._over, self.auto_reconnect_enabled = True, False
        self._see_out([self.message_processor, self.current_app_monitor, self.current_session_runner])
        self.disconnect()

    def _see_out(self, runners: Sequence[IntervalRunner]) -> None:
        """Wait for the end of these threads, though not for ever."""
        for runner in runners:
            runner.event.set()
        end = time.monotonic() + _END_SECONDS
        while any(runner.is_alive() for runner in runners) and time.monotonic() < end:
            if self._over:
                self._end_reading()
            time.sleep(_LOOK_SECONDS)

    def _end_reading(self) -> None:
        """The library waits for its own read to time out before it closes; this ends the read."""
        self.current_session_state.terminated = True
        session = self.current_session
        sock = None if session is None else session.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _disconnect(session: Connection) -> None:
    """The library's way. Where two threads go it at once, the later one finds no socket any more: it is closed then."""
    with suppress(AttributeError):
        Connection.disconnect(session)


class SocketConnection:
    """The connection. It is kept open, and opened anew when Slack closes it, until `close`.

    `look`: seconds after which it is looked anew whether it stands, and opened if it does not.
    """

    def __init__(self, app: App, app_token: str, *, threads: int = 16, look: float = 10.0) -> None:
        self._app: Final = app
        self._client: Final = _Client(
            app_token,
            logger=bolt_logger(),
            web_client=app.client,
            proxy=app.client.proxy,
            ping_interval=_PING_SECONDS,
            receive_buffer_size=_BUFFER,
            concurrency=threads,
        )
        self._client.current_app_monitor.interval_seconds = look
        self._client.socket_mode_request_listeners.append(self._take)

    def open(self) -> None:
        """Connect. Raises `slack_sdk.errors.SlackApiError` where the app token is not taken."""
        self._client.connect()
        _log.info("Connected to Slack over Socket Mode.")

    @property
    def connected(self) -> bool:
        """Whether requests arrive at this moment."""
        return self._client.is_connected()

    def close(self) -> None:
        """Close the connection; requests that are being answered are answered first."""
        self._client.close()

    def _take(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        """What arrives goes the way of all payloads."""
        began = time.time()
        answer = Door(self._app).take(request.payload, build_headers(request))
        try:
            send_response(client, request, answer, began)
        except SlackClientNotConnectedError:
            _log.warning(
                "The connection was lost before a request could be acknowledged: Slack sends it again, or says so."
            )
