"""The client for Slack's Web API, and what its failures mean.

The client never tries again by itself: a request that is sent twice can be a message that is posted twice. Whoever
calls it learns what it means and decides: nothing was done, and perhaps how long to wait; nobody knows; Slack takes
nothing for this channel or person; Slack will not take this message.
"""

import http.client
import json
import logging
import re
import socket
from typing import Any, Final
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.ports import Lost, Rejected, Undeliverable, Unsent, Wait
from bot.slack.wire.quiet import bolt_logger
from bot.slack.wire.troubles import Troubles

API_URL = "https://slack.com/api/"
_TIMEOUT = 10  # seconds
_PAUSE = 5.0
_MISCONFIGURED_PAUSE = 60.0
_LONGEST_PAUSE = 600.0
_SERVER_ERROR = 500

_WORD = re.compile("[a-z_]+")
_SCOPES = re.compile("[a-z:._,-]{1,200}")
_OPEN = "apps.connections.open"
_AWAY = "no answer"
_UNSURE = frozenset({"fatal_error", "internal_error", "service_unavailable"})
_NOTHING_DONE = frozenset({"request_timeout", "accesslimited", "ratelimited", "rate_limited", "message_limit_exceeded"})
MISCONFIGURED = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
"""An operator can put this right, so a message is kept until they have."""
_CLOSED = frozenset(
    {
        "cannot_dm_bot",
        "channel_is_limited_access",
        "channel_not_found",
        "invalid_user_combination",
        "is_archived",
        "is_inactive",
        "messages_tab_disabled",
        "method_not_supported_for_channel_type",
        "not_in_channel",
        "posting_to_general_channel_denied",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "user_disabled",
        "user_is_restricted",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    }
)
"""About the channel or the person, whatever the message is. Any other word may be about the message."""

UNANSWERED = (URLError, OSError, http.client.HTTPException, json.JSONDecodeError)
"""What the client raises where there is no answer of Slack's to read."""

_log = logging.getLogger(__name__)


def web_client(token: str, api_url: str | None = None, *, tells: bool = True) -> WebClient:
    """A client that sends each request once. `tells`: the log, of what the operator has to put right."""
    base = (api_url or API_URL).rstrip("/") + "/"
    kind = _Client if tells else WebClient
    return kind(token=token, base_url=base, timeout=_TIMEOUT, retry_handlers=[], logger=bolt_logger())


class _Client(WebClient):
    """Tells the operator of what they alone can put right, whichever call meets it. What is raised stays as it is."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._troubles: Final = Troubles()

    def api_call(self, api_method: str, **call: Any) -> SlackResponse:
        """One call. Raises what the client raises."""
        token = "SLACK_APP_TOKEN" if api_method == _OPEN else "SLACK_BOT_TOKEN"
        try:
            answer = super().api_call(api_method, **call)
        except SlackApiError as refused:
            self._reached()
            self._refused(token, api_method, refused)
            raise
        except UNANSWERED as reason:
            if self._troubles.begins(_AWAY):
                _log.warning("Slack does not answer (%s); I go on trying.", type(reason).__name__)
            raise
        self._reached()
        if self._troubles.ends(token):
            _log.info("Slack takes %s again.", token)
        self._troubles.ends(f"scope of {api_method}")
        return answer

    def _reached(self) -> None:
        if self._troubles.ends(_AWAY):
            _log.info("Slack answers again.")

    def _refused(self, token: str, method: str, refused: SlackApiError) -> None:
        word = _word(refused)
        if word == "missing_scope":
            if self._troubles.begins(f"scope of {method}"):
                needed = refused.response.get("needed")
                _log.error(
                    "Slack does not let me call %s: the scope %s is missing. Take what `cred manifest` prints into the "
                    "app's settings, and install it anew.",
                    method,
                    needed if isinstance(needed, str) and _SCOPES.fullmatch(needed) else "it needs",
                )
        elif (word in MISCONFIGURED or method == _OPEN) and word not in _NOTHING_DONE and self._troubles.begins(token):
            _log.error("Slack refuses %s: %s. `cred doctor` says what to do.", token, word)


Failure = Wait | Unsent | Lost | Undeliverable | Rejected


def meaning(error: Exception) -> Failure:
    """What a failed call means for what it was to do."""
    if isinstance(error, SlackApiError):
        return _refusal(error)
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, ConnectionRefusedError | socket.gaierror):
        return Unsent()  # nobody was there to take it
    return Lost()


def _refusal(refused: SlackApiError) -> Failure:
    response = refused.response
    word = _word(refused)
    if response.status_code == http.client.TOO_MANY_REQUESTS or word in _NOTHING_DONE:
        return Wait(_retry_after(response.headers.get("Retry-After")))
    if response.status_code >= _SERVER_ERROR or word in _UNSURE or not word:
        return Lost()
    if word in MISCONFIGURED:
        return Wait(_MISCONFIGURED_PAUSE)
    return Undeliverable(word) if word in _CLOSED else Rejected(word)


def _word(refused: SlackApiError) -> str:
    """Slack's own word for what is wrong; empty where it says none."""
    said = refused.response.get("error")
    return said if isinstance(said, str) and _WORD.fullmatch(said) else ""


def _retry_after(seconds: object) -> float:
    """What Slack asks for, in seconds, within reason."""
    asked = str(seconds)
    return min(max(float(asked), 1.0), _LONGEST_PAUSE) if asked.isascii() and asked.isdigit() else _PAUSE
