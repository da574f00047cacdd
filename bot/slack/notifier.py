"""Notices become messages: rendered from what holds now, posted once, edited in place after.

Each message carries the notice's ID in its metadata. Where Slack's answer is lost nobody knows whether the message
stands; the outbox sends it again, and then it says of itself that it may be a repeat.
"""

import threading
import time
from collections.abc import Callable
from typing import Any, Final

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.domain.ids import ChannelId, UserId
from bot.domain.notice import About, Notice, Posted
from bot.domain.person import Roster
from bot.domain.policy import Policy
from bot.ports import Lost, SendResult, Sent, Undeliverable
from bot.slack.cards.pieces import Card, Json, Known, context
from bot.slack.rendering import render
from bot.slack.web_api import UNANSWERED, meaning

EVENT = "cred_notice"
_REPEAT = "This may be a repeat: Slack did not answer when I sent it first."
_SHARED_FOR = 60.0
"""Seconds for which it is remembered that a channel is not shared with strangers."""
_NOT_THERE = frozenset({"message_not_found", "edit_window_closed", "cant_update_message"})
_FAILURES = (SlackApiError, *UNANSWERED)


class SlackNotifier:
    """`bot.ports.Notifier` over Slack's Web API. Safe to use from any thread."""

    def __init__(
        self, client: WebClient, policy: Policy, roster: Roster, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._client: Final = client
        self._known: Final = Known(policy, roster)
        self._seconds: Final = seconds
        self._lock: Final = threading.Lock()
        self._messages_to: dict[UserId, ChannelId] = {}
        self._ours_until: dict[ChannelId, float] = {}

    def send(self, notice: Notice, about: About, posted: Posted | None) -> SendResult:
        """Post the notice's card, or edit the message that it is already."""
        card = render(notice, about, self._known)
        message = _message(notice, card, repeated=notice.possibly_repeated and posted is None)
        try:
            if posted is not None and self._edited(posted, message):
                return Sent(posted)
            channel = self._channel(notice)
            if notice.channel is not None and not self._ours(channel):
                return Undeliverable("the channel is shared with another organization")
            answer = self._client.chat_postMessage(channel=channel, unfurl_links=False, unfurl_media=False, **message)
        except _FAILURES as error:
            return meaning(error)
        return _where(answer.data)

    def _edited(self, posted: Posted, message: Json) -> bool:
        """Edit a message; False if it is no longer there to be edited."""
        try:
            self._client.chat_update(channel=posted.channel, ts=posted.ts, **message)
        except SlackApiError as refused:
            if refused.response.get("error") in _NOT_THERE:
                return False
            raise
        return True

    def _channel(self, notice: Notice) -> ChannelId:
        if notice.channel is not None:
            return notice.channel
        person = notice.person or UserId("")
        with self._lock:
            found = self._messages_to.get(person)
        if found is None:
            answer = self._client.conversations_open(users=person)
            found = ChannelId(str((answer.get("channel") or {}).get("id")))
            with self._lock:
                self._messages_to[person] = found
        return found

    def _ours(self, channel: ChannelId) -> bool:
        """Whether only our own people read a channel."""
        with self._lock:
            if self._ours_until.get(channel, 0.0) > self._seconds():
                return True
        answer = self._client.conversations_info(channel=channel)
        shared = (answer.get("channel") or {}).get("is_ext_shared") is not False
        with self._lock:
            self._ours_until[channel] = 0.0 if shared else self._seconds() + _SHARED_FOR
        return not shared


def _message(notice: Notice, card: Card, *, repeated: bool) -> Json:
    blocks = [*card.blocks, context(_REPEAT)] if repeated else list(card.blocks)
    metadata = {"event_type": EVENT, "event_payload": {"notice": str(notice.id)}}
    return {**card.message(), "blocks": blocks, "metadata": metadata}


def _where(answer: Any) -> Sent | Lost:
    channel, ts = answer.get("channel"), answer.get("ts")
    return Sent(Posted(channel=ChannelId(channel), ts=ts)) if channel and ts else Lost()
