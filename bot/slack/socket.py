"""Socket Mode: no public address is needed; Slack's requests come over a connection that this program opens.

The library's threads take each request from the socket, run Bolt and send the acknowledgement back at once: nothing
but the listener stands between.
"""

import logging
import socket
import time
from contextlib import suppress
from typing import Final

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.adapter.socket_mode.internals import build_headers, send_response
from slack_sdk.errors import SlackClientNotConnectedError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.door import Door
from bot.slack.quiet import bolt_logger

_BUFFER = 64 * 1024
_log = logging.getLogger(__name__)


class _ThroughTheDoor(SocketModeHandler):
    """Bolt's adapter; what arrives goes the way of all payloads."""

    def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        began = time.time()
        answer = Door(self.app).take(req.payload, build_headers(req))
        try:
            send_response(client, req, answer, began)
        except SlackClientNotConnectedError:
            _log.warning(
                "The connection was lost before a request could be acknowledged: Slack sends it again, or says so."
            )


class SocketConnection:
    """The connection. It is kept open, and opened anew when Slack closes it, until `close`.

    `look`: seconds after which it is looked anew whether it stands, and opened if it does not.
    """

    def __init__(self, app: App, app_token: str, *, threads: int = 16, look: float = 10.0) -> None:
        self._handler: Final = _ThroughTheDoor(
            app,
            app_token,
            logger=bolt_logger(),
            receive_buffer_size=_BUFFER,
            concurrency=threads,
            ping_interval=look,
        )

    def open(self) -> None:
        """Connect. Raises `slack_sdk.errors.SlackApiError` where the app token is not taken."""
        self._handler.connect()  # type: ignore[no-untyped-call]  # Bolt annotates no returns here
        _log.info("Connected to Slack over Socket Mode.")

    @property
    def connected(self) -> bool:
        """Whether requests arrive at this moment."""
        return bool(self._handler.client.is_connected())

    def close(self) -> None:
        """Close the connection; requests that are being answered are answered first."""
        client = self._handler.client
        client.closed, client.auto_reconnect_enabled = True, False
        client.message_workers.shutdown(wait=True)
        session = client.current_session
        if session is not None and session.sock is not None:
            # The library waits for its own read to time out before it closes; this ends the read.
            with suppress(OSError):
                session.sock.shutdown(socket.SHUT_RDWR)
        self._handler.close()  # type: ignore[no-untyped-call]  # the same
