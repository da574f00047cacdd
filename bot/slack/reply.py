"""Answers to a click, through the URL that came with it. A secret takes this road, so the road is narrow.

The URL is a bearer secret: whoever holds it can write to the person who clicked. Neither it nor what is sent to it is
ever logged. Nothing is sent anywhere but to Slack's own hosts, or to the one origin that `SLACK_API_URL` names.
"""

import logging
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bot.domain.credential import Delivery
from bot.slack.cards.pieces import Card, Json
from bot.slack.cards.spoken import spoken
from bot.slack.wire.quiet import hush_http

if TYPE_CHECKING:
    import httpx

    from bot.slack.posting import Poster

_SLACK = frozenset({("https", "hooks.slack.com", 443), ("https", "hooks.slack-gov.com", 443)})
_log = logging.getLogger(__name__)


class Replies:
    """Sends answers to clicks. Safe to use from any thread."""

    def __init__(self, api_url: str | None = None, *, timeout: "httpx.Timeout | None" = None) -> None:
        hush_http()
        self._origin: Final = None if api_url is None else _origin(api_url)
        self._timeout: Final = timeout
        self._lock: Final = Lock()
        self._poster: Poster | None = None

    def privately(self, url: str, card: Card) -> Delivery:
        """A message that only the person who clicked sees; the message that was clicked stays as it is."""
        return self._post(url, {**spoken(card), "response_type": "ephemeral", "replace_original": False})

    def in_place(self, url: str, card: Card) -> Delivery:
        """The card takes the place of the message that was clicked."""
        return self._post(url, {**spoken(card), "replace_original": True})

    def remove(self, url: str) -> Delivery:
        """Delete the message that was clicked."""
        return self._post(url, {"delete_original": True})

    def close(self) -> None:
        """Close the connections."""
        if self._poster is not None:
            self._poster.close()

    def allows(self, url: str) -> bool:
        """Whether something may be sent there: no login in front of the host, no port but its own."""
        try:
            parts, origin = urlsplit(url), _origin(url)
        except ValueError:
            return False
        if parts.username is not None or parts.password is not None:
            return False
        return origin == self._origin or origin in _SLACK

    def _post(self, url: str, body: Json) -> Delivery:
        if not self.allows(url):
            _log.error("An answer was not sent: its URL is not Slack's.")
            return Delivery.REFUSED
        return self._wire().post(url, body)

    def _wire(self) -> "Poster":
        from bot.slack.posting import Poster  # noqa: PLC0415 - it says why

        with self._lock:
            self._poster = self._poster or Poster(self._timeout)
        return self._poster


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or usual
