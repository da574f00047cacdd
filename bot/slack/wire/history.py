"""Whether a message stands already, after Slack's answer to it was lost.

It is looked for in the channel's newest messages, by the notice's ID in their metadata. That takes a scope which the
default manifest does not ask for (`cred manifest --history` does); where it is not granted nobody can look.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.domain.ids import ChannelId, NoticeId
from bot.domain.notice import Posted
from bot.ports import Wait
from bot.slack.wire.scopes import granted
from bot.slack.wire.web_api import meaning

EVENT = "cred_notice"
"""The type of the metadata that every message carries."""
_PAGE = 100
_PAGES = 3
_KNOWN_FOR = 600.0
"""Seconds for which it is remembered which scopes are granted."""
_CLOCKS = timedelta(minutes=5)
"""How far Slack's clock and ours may be apart."""


class Scope(StrEnum):
    """What it takes to read the messages of a kind of conversation."""

    CHANNELS = "channels:history"
    GROUPS = "groups:history"
    IM = "im:history"


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look came to. `sure`: what was not found does not stand."""

    posted: Posted | None
    sure: bool


_COULD_NOT = Looked(None, sure=False)


class History:
    """Looks messages up. Safe to use from any thread."""

    def __init__(self, client: WebClient, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._client: Final = client
        self._seconds: Final = seconds
        self._lock: Final = threading.Lock()
        self._granted: frozenset[str] = frozenset()
        self._known_until = 0.0

    def look(self, channel: ChannelId, scope: Scope, notice: NoticeId, since: datetime) -> Looked:
        """Look for a notice's message, back to a little before `since` or 300 messages.

        Raises what the client does where Slack asks for a pause or does not answer.
        """
        if scope not in self._scopes():
            return _COULD_NOT
        try:
            return self._read(channel, notice, since)
        except SlackApiError as refused:
            if refused.response.get("error") == "missing_scope":
                self._remember(self._granted - {scope})
            elif isinstance(meaning(refused), Wait):
                raise
            return _COULD_NOT

    def _read(self, channel: ChannelId, notice: NoticeId, since: datetime) -> Looked:
        cursor = ""
        for _ in range(_PAGES):
            answer = self._client.conversations_history(
                channel=channel, limit=_PAGE, cursor=cursor or None, include_all_metadata=True
            )
            messages: list[Mapping[str, Any]] = answer.get("messages") or []
            for message in messages:
                if _is_of(message, notice):
                    return Looked(Posted(channel=channel, ts=str(message["ts"])), sure=True)
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor or (messages and _older(messages[-1], since - _CLOCKS)):
                return Looked(None, sure=True)
        return _COULD_NOT

    def _scopes(self) -> frozenset[str]:
        """What is granted, as Slack says with every answer of `auth.test`."""
        with self._lock:
            if self._seconds() < self._known_until:
                return self._granted
        return self._remember(granted(self._client.auth_test()) or frozenset())

    def _remember(self, scopes: frozenset[str]) -> frozenset[str]:
        with self._lock:
            self._granted, self._known_until = scopes, self._seconds() + _KNOWN_FOR
        return scopes


def _is_of(message: Mapping[str, Any], notice: NoticeId) -> bool:
    metadata = message.get("metadata") or {}
    payload = metadata.get("event_payload") or {}
    return metadata.get("event_type") == EVENT and payload.get("notice") == str(notice)


def _older(message: Mapping[str, Any], than: datetime) -> bool:
    return float(message["ts"]) < than.timestamp()
