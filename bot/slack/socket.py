"""Socket Mode: no public address is needed; Slack's requests come over a connection that this program opens.

The library's threads take each request from the socket, run Bolt and send the acknowledgement back at once: nothing
but the listener stands between.
"""

import logging
from typing import Final

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler

from bot.slack.quiet import bolt_logger

_BUFFER = 64 * 1024
_log = logging.getLogger(__name__)


class SocketConnection:
    """The connection. It is kept open, and opened anew when Slack closes it, until `close`."""

    def __init__(self, app: App, app_token: str, *, threads: int = 16) -> None:
        self._handler: Final = SocketModeHandler(
            app,
            app_token,
            logger=bolt_logger(),
            receive_buffer_size=_BUFFER,
            concurrency=threads,
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
        self._handler.close()  # type: ignore[no-untyped-call]  # the same
