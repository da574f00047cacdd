"""What `cred doctor` looks at in Slack: tokens, scopes against the manifest, clock, channels. Nothing here writes."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.config import SlackSettings, SocketMode
from bot.domain.ids import ChannelId
from bot.domain.policy import Policy
from bot.slack.manifest import HISTORY_SCOPES, SCOPES, WATCH_SCOPES
from bot.slack.wire.quiet import bolt_logger
from bot.slack.wire.scopes import granted, header
from bot.slack.wire.web_api import UNANSWERED, web_client

Line = tuple[str, bool, str]
"""Subject, passed, what was seen or what to do."""

_CLOCK_OFF = 30.0
"""Seconds. Slack's signatures are good for five minutes; tokens and expiries mean seconds."""


def slack_findings(settings: SlackSettings, policy: Policy | None) -> Iterator[Line]:
    """What rests on a token that Slack refuses is left out."""
    bolt_logger().addHandler(logging.NullHandler())  # what the client would tell the terminal is told here, in words
    client = web_client(settings.bot_token.disclose(), settings.api_url, tells=False)
    try:
        answer = client.auth_test()
    except (SlackApiError, *UNANSWERED) as error:
        remedy = "Take it anew from OAuth & Permissions."
        yield "tokens", False, _unanswered(error) or f"SLACK_BOT_TOKEN does not work ({_word(error)}). {remedy}"
        return
    yield _workspace(answer, policy)
    yield _scopes(answer, watch=policy is not None and policy.leaks.watch_channels)
    yield _clock(answer)
    if isinstance(settings.mode, SocketMode):
        yield _app_token(client, settings.mode)
    if policy is not None:
        yield from (_channel(client, channel, names) for channel, names in _channels(policy).items())


def _workspace(answer: Any, policy: Policy | None) -> Line:
    team = answer["team_id"]
    if policy is not None and team not in policy.organization.teams:
        return "tokens", False, f"The bot token is of workspace {team}, which organization.teams in the policy lacks."
    return "tokens", True, f"the bot token is {answer.get('user', 'the bot')} in {answer.get('team', team)}"


def _scopes(answer: Any, *, watch: bool) -> Line:
    has = granted(answer)
    if has is None:
        return "scopes", False, "Slack did not say which scopes the token has. Run this again."
    missing = sorted({*SCOPES, *(WATCH_SCOPES if watch else ())} - has)
    if missing:
        manifest = "cred manifest --watch-channels" if watch else "cred manifest"
        why = ", which leaks.watch_channels in the policy needs" if not set(missing) & set(SCOPES) else ""
        remedy = f"Update the app with `{manifest}`, then reinstall it."
        return "scopes", False, f"Missing: {', '.join(missing)}{why}. {remedy}"
    looks = ", and history: lost answers are looked up" if has >= set(HISTORY_SCOPES) else ""
    watches = ", and its channels are watched for secrets" if watch else ""
    return "scopes", True, f"all that the manifest asks for{looks}{watches}"


def _clock(answer: Any) -> Line:
    try:
        theirs = parsedate_to_datetime(header(answer, "date") or "")
    except ValueError:
        return "clock", False, "Slack did not say what time it is. Run this again."
    off = (datetime.now(UTC) - theirs.astimezone(UTC)).total_seconds()
    if abs(off) > _CLOCK_OFF:
        return "clock", False, f"This machine's clock is {off:+.0f} seconds off Slack's. Set it by NTP."
    return "clock", True, "agrees with Slack's"


def _app_token(client: WebClient, mode: SocketMode) -> Line:
    try:
        client.apps_connections_open(app_token=mode.app_token.disclose())
    except (SlackApiError, *UNANSWERED) as error:
        remedy = "Take one with connections:write from Basic Information, App-Level Tokens."
        return "socket", False, _unanswered(error) or f"SLACK_APP_TOKEN does not work ({_word(error)}). {remedy}"
    return "socket", True, "the app token opens connections"


def _channels(policy: Policy) -> dict[ChannelId, list[str]]:
    """Each channel once, with what it is for."""
    found: dict[ChannelId, list[str]] = {}
    for estate in policy.estates.values():
        found.setdefault(estate.channel, []).append(estate.name)
    found.setdefault(policy.security_channel, []).append("security")
    return found


def _channel(client: WebClient, channel: ChannelId, names: list[str]) -> Line:
    meant = f"{channel} ({', '.join(names)})"
    try:
        found: Any = client.conversations_info(channel=channel)
    except (SlackApiError, *UNANSWERED) as error:
        remedy = "Invite the bot there, or correct the ID."
        return "channel", False, _unanswered(error) or f"{meant} cannot be seen ({_word(error)}). {remedy}"
    shown = f"#{found['channel'].get('name', channel)} ({', '.join(names)})"
    if found["channel"].get("is_ext_shared"):
        return (
            "channel",
            False,
            f"{shown} is shared with another organization, so nothing is posted there. Name another.",
        )
    if not found["channel"].get("is_member"):
        return "channel", False, f"{shown}: the bot is not a member. Type /invite @Cred there."
    return "channel", True, f"{shown}: the bot is a member"


def _unanswered(error: Exception) -> str | None:
    """What to say where Slack gave no answer, which says nothing about a token or a channel; None where it refused."""
    if isinstance(error, SlackApiError):
        status = error.response.status_code
        if status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS:
            return None
        return f"Slack has too much to do, or is down (status {status}). Run this again in a few minutes."
    reason = getattr(error, "reason", None) or error
    why = getattr(reason, "strerror", None) or type(reason).__name__
    return f"Slack could not be reached ({why}). Look at this machine's network and proxy, and at SLACK_API_URL."


def _word(error: Exception) -> str:
    return str(error.response.get("error")) if isinstance(error, SlackApiError) else type(error).__name__
