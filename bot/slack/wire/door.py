"""The one door through which payloads come in, over HTTP and over a socket alike.

Whatever stands before it, nothing escapes: it answers, and the log gets a word on what was wrong, never the payload.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Final

from slack_bolt import App, BoltRequest, BoltResponse

from bot.slack.wire.payload import UnheardError, UnsoundError, check

_log = logging.getLogger(__name__)


class Door:
    """Lets payloads in. Who sent them is known by now: the signature was checked, or they came over our own socket."""

    def __init__(self, app: App) -> None:
        self._app: Final = app

    def take(self, payload: object, headers: Mapping[str, str | Sequence[str]] | None = None) -> BoltResponse:
        """What Slack is answered."""
        try:
            body = check(payload)
            if body.get("type") == "app_rate_limited":
                _log.warning("More happens than Slack tells me of: for a minute, it leaves events out.")
                return BoltResponse(status=200)
            return self._app.dispatch(BoltRequest(mode="socket_mode", body=dict(body), headers=dict(headers or {})))
        except UnsoundError:
            _log.warning("Something came that is no payload of Slack's, and was refused.")
            return BoltResponse(status=400)
        except UnheardError:
            _log.info("Slack sent something that nobody here listens to.")
            return BoltResponse(status=404)
        except Exception as error:  # noqa: BLE001 - the end of the line
            _log.error("A payload could not be answered: %s", type(error).__name__)
            return BoltResponse(status=500)
