"""The wire under `reply`: a module of its own, because its client is slow to load and no start needs it."""

import logging
from collections.abc import Mapping
from typing import Any, Final

import httpx

from bot.domain.credential import Delivery
from bot.slack.cards.pieces import Json

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
_UNSURE = Delivery.UNKNOWN
_TAKEN: Mapping[object, Delivery] = {True: Delivery.DELIVERED, False: Delivery.REFUSED}
_log = logging.getLogger(__name__)


class Poster:
    """Sends JSON, and says what became of it. Safe to use from any thread."""

    def __init__(self, timeout: httpx.Timeout | None = None) -> None:
        # No redirects: a redirect could carry a secret elsewhere. No environment: a proxy would see it pass.
        self._http: Final = httpx.Client(timeout=timeout or _TIMEOUT, follow_redirects=False, trust_env=False)

    def post(self, url: str, body: Json) -> Delivery:
        """Whether Slack took it. Neither the URL nor the body is ever logged."""
        try:
            answer = self._http.post(url, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as reason:
            _log.warning("An answer was not sent: %s", type(reason).__name__)
            return Delivery.REFUSED
        except (httpx.HTTPError, httpx.InvalidURL) as reason:
            _log.warning("Whether an answer arrived is not known: %s", type(reason).__name__)
            return Delivery.UNKNOWN
        return _verdict(answer)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


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
