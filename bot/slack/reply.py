"""Answers to a click, through the URL that came with it. A secret takes this road, so the road is narrow.

The URL is a bearer secret: whoever holds it can write to the person who clicked. Neither it nor what is sent to it is
ever logged. Nothing is sent anywhere but to Slack's own hosts, or to the one origin that `SLACK_API_URL` names.
"""

import logging
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from bot.domain.credential import Delivery
from bot.slack.cards.pieces import Card, Json
from bot.slack.cards.spoken import spoken
from bot.slack.quiet import hush_http

_SLACK = frozenset({("https", "hooks.slack.com", 443), ("https", "hooks.slack-gov.com", 443)})
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_UNSURE = Delivery.UNKNOWN
_TAKEN: Mapping[object, Delivery] = {True: Delivery.DELIVERED, False: Delivery.REFUSED}
_log = logging.getLogger(__name__)


class Replies:
    """Sends answers to clicks. Safe to use from any thread."""

    def __init__(self, api_url: str | None = None, *, timeout: httpx.Timeout = _TIMEOUT) -> None:
        hush_http()
        self._origin: Final = None if api_url is None else _origin(api_url)
        # No redirects: a redirect could carry a secret elsewhere. No environment: a proxy would see it pass.
        self._http = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False)

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
        self._http.close()

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
        try:
            answer = self._http.post(url, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as reason:
            _log.warning("An answer was not sent: %s", type(reason).__name__)
            return Delivery.REFUSED
        except (httpx.HTTPError, httpx.InvalidURL) as reason:
            _log.warning("Whether an answer arrived is not known: %s", type(reason).__name__)
            return Delivery.UNKNOWN
        return _verdict(answer)


def _verdict(answer: httpx.Response) -> Delivery:
    """Slack answers `{"ok": true}`, or the word `ok`."""
    if answer.status_code == httpx.codes.OK:
        delivery = Delivery.DELIVERED if answer.text.strip() == "ok" else _TAKEN.get(_said(answer).get("ok"), _UNSURE)
    else:
        refused = answer.is_client_error or answer.is_redirect
        delivery = Delivery.REFUSED if refused else _UNSURE
    if delivery is not Delivery.DELIVERED:
        _log.warning("Slack did not take an answer: status %d", answer.status_code)
    return delivery


def _said(answer: httpx.Response) -> Mapping[Any, Any]:
    try:
        said: object = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, Mapping) else {}


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or usual
