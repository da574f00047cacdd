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
from urllib.error import URLError

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.ports import Lost, Rejected, Undeliverable, Unsent, Wait
from bot.slack.quiet import bolt_logger

API_URL = "https://slack.com/api/"
_TIMEOUT = 10  # seconds
_PAUSE = 5.0
_MISCONFIGURED_PAUSE = 60.0
_LONGEST_PAUSE = 600.0
_SERVER_ERROR = 500

_WORD = re.compile("[a-z_]+")
_UNSURE = frozenset({"fatal_error", "internal_error", "service_unavailable"})
_NOTHING_DONE = frozenset({"request_timeout", "accesslimited", "ratelimited", "rate_limited", "message_limit_exceeded"})
_MISCONFIGURED = frozenset(
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


def web_client(token: str, api_url: str | None = None) -> WebClient:
    """A client that sends each request once."""
    base = (api_url or API_URL).rstrip("/") + "/"
    return WebClient(token=token, base_url=base, timeout=_TIMEOUT, retry_handlers=[], logger=bolt_logger())


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
    word = str(response.get("error") or "")
    if response.status_code == http.client.TOO_MANY_REQUESTS or word in _NOTHING_DONE:
        return Wait(_retry_after(response.headers.get("Retry-After")))
    if response.status_code >= _SERVER_ERROR or word in _UNSURE or not _WORD.fullmatch(word):
        return Lost()
    if word in _MISCONFIGURED:
        _log.error("Slack refuses to work with this token: %s. `cred doctor` says what to do.", word)
        return Wait(_MISCONFIGURED_PAUSE)
    return Undeliverable(word) if word in _CLOSED else Rejected(word)


def _retry_after(seconds: object) -> float:
    """What Slack asks for, in seconds, within reason."""
    asked = str(seconds)
    return min(max(float(asked), 1.0), _LONGEST_PAUSE) if asked.isascii() and asked.isdigit() else _PAUSE
