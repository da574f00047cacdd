"""Notices become messages: rendered from what holds now, posted once, edited in place after.

Each message carries the notice's ID in its metadata. Where Slack's answer is lost nobody knows whether the message
stands: the next try looks for it, if Slack lets us, and edits what it finds. Where it cannot look it sends the message
again, and that says of itself that it may be a repeat.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.domain.ids import ChannelId, UserId
from bot.domain.notice import About, Notice, Posted
from bot.domain.person import Roster
from bot.domain.policy import Policy
from bot.ports import Gone, Lost, Rejected, SendResult, Sent, Undeliverable, Unsent
from bot.slack.cards.detour import SHARED
from bot.slack.cards.pieces import MESSAGE_BLOCKS_MAX, Card, Json, Known, context
from bot.slack.cards.spoken import spoken
from bot.slack.rendering import render
from bot.slack.wire.history import EVENT, History, Looked, Scope
from bot.slack.wire.troubles import Troubles
from bot.slack.wire.web_api import UNANSWERED, meaning

_REPEAT = "This may be a repeat: Slack did not answer when I sent it first."
_SEEN_FOR = 60.0
"""Seconds for which it is remembered that a channel is not shared with strangers."""
_NOT_THERE = frozenset({"message_not_found", "edit_window_closed", "cant_update_message"})
_FAILURES = (SlackApiError, *UNANSWERED)
_log = logging.getLogger(__name__)

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Place:
    """A channel that only our own people read, as last seen."""

    scope: Scope
    until: float


class _FailedError(Exception):
    """A question that came before the message failed, so that nothing was sent."""

    def __init__(self, result: SendResult) -> None:
        super().__init__()
        self.result = result


class SlackNotifier:
    """`bot.ports.Notifier` over Slack's Web API. Safe to use from any thread."""

    def __init__(
        self, client: WebClient, policy: Policy, roster: Roster, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._client: Final = client
        self._known: Final = Known(policy, roster)
        self._seconds: Final = seconds
        self._history: Final = History(client, seconds=seconds)
        self._troubles: Final = Troubles()
        self._lock: Final = threading.Lock()
        self._messages_to: dict[UserId, ChannelId] = {}
        self._places: dict[ChannelId, _Place] = {}

    def send(self, notice: Notice, about: About, posted: Posted | None) -> SendResult:
        """Post the notice's card, or edit the message that it is already."""
        try:
            card = render(notice, about, self._known)
        except Exception:  # noqa: BLE001 - a bug in one card: a line goes out in its place
            _log.exception("The card of a notice (%s) could not be made.", notice.kind)
            return Rejected("no_card")
        result = self._sent(notice, card, posted)
        if notice.channel is not None:
            self._tell_operator(notice, notice.channel, result)
        return result

    def _sent(self, notice: Notice, card: Card, posted: Posted | None) -> SendResult:
        try:
            return self._post(notice, card) if posted is None else self._edit(notice, card, posted)
        except _FailedError as failed:
            return failed.result
        except _FAILURES as error:
            return meaning(error)

    def _tell_operator(self, notice: Notice, channel: ChannelId, result: SendResult) -> None:
        """A channel that is closed to us is theirs to open."""
        match result:
            case Sent() if self._troubles.ends(channel):
                _log.info("Slack takes messages for the channel %s again.", channel)
            case Undeliverable(why):
                self._tell_closed(channel, why)
            case Rejected(why) if notice.plain:
                self._tell_closed(channel, why)

    def _tell_closed(self, channel: ChannelId, why: str) -> None:
        if self._troubles.begins(channel):
            last = channel == self._known.policy.security_channel
            which, then = ("security channel", "waits") if last else ("channel", "goes to the security channel")
            told = "Slack takes nothing for the %s %s: %s. What should be told there %s; `cred doctor` says what to do."
            _log.error(told, which, channel, why, then)

    def _post(self, notice: Notice, card: Card) -> SendResult:
        channel, scope = self._place(notice)
        looked = self._look(notice, channel, scope)
        if looked.posted is not None:
            return self._update(_message(notice, card), looked.posted)
        answer = self._client.chat_postMessage(
            channel=channel, unfurl_links=False, unfurl_media=False, **_message(notice, card, repeated=not looked.sure)
        )
        return _where(answer.data)

    def _look(self, notice: Notice, channel: ChannelId, scope: Scope) -> Looked:
        """Whether it stands already, if there is any doubt of that."""
        since = notice.tried_at
        if since is None or not notice.possibly_repeated:
            return Looked(None, sure=not notice.possibly_repeated)
        return self._ask(lambda: self._history.look(channel, scope, notice.id, since))

    def _edit(self, notice: Notice, card: Card, posted: Posted) -> SendResult:
        """What stands on a detour where nothing can be edited any more is posted anew where it belongs."""
        astray = notice.channel is not None and posted.channel != notice.channel
        try:
            if notice.channel is not None:
                self._ours(posted.channel)
            result = self._update(_message(notice, card), posted)
        except _FailedError as failed:
            result = failed.result
        return Gone() if astray and isinstance(result, Undeliverable) else result

    def _update(self, message: Json, posted: Posted) -> SendResult:
        try:
            self._client.chat_update(channel=posted.channel, ts=posted.ts, **message)
        except SlackApiError as refused:
            return Gone() if refused.response.get("error") in _NOT_THERE else meaning(refused)
        return Sent(posted)

    def _place(self, notice: Notice) -> tuple[ChannelId, Scope]:
        """Where a message goes. Raises `_FailedError` where it cannot go there."""
        if notice.channel is not None:
            return notice.channel, self._ours(notice.channel).scope
        person = notice.person or UserId("")
        with self._lock:
            found = self._messages_to.get(person)
        if found is None:
            answer = self._ask(lambda: self._client.conversations_open(users=person))
            found = ChannelId(str((answer.get("channel") or {}).get("id")))
            with self._lock:
                self._messages_to[person] = found
        return found, Scope.IM

    def _ours(self, channel: ChannelId) -> _Place:
        """A channel that only our own people read. Raises `_FailedError` where strangers do."""
        with self._lock:
            seen = self._places.get(channel)
        if seen is not None and self._seconds() < seen.until:
            return seen
        told = self._ask(lambda: self._client.conversations_info(channel=channel)).get("channel") or {}
        if told.get("is_ext_shared") is not False:
            with self._lock:
                self._places.pop(channel, None)
            raise _FailedError(Undeliverable(SHARED))
        seen = _Place(Scope.GROUPS if told.get("is_private") else Scope.CHANNELS, self._seconds() + _SEEN_FOR)
        with self._lock:
            self._places[channel] = seen
        return seen

    def _ask(self, question: Callable[[], Answer]) -> Answer:
        """Ask what only has to be known before sending. Raises `_FailedError`."""
        try:
            return question()
        except _FAILURES as error:
            result = meaning(error)
            raise _FailedError(Unsent() if isinstance(result, Lost) else result) from None


def _message(notice: Notice, card: Card, *, repeated: bool = False) -> Json:
    if repeated:
        card = replace(card, blocks=(*card.blocks[: MESSAGE_BLOCKS_MAX - 1], context(_REPEAT)))
    metadata = {"event_type": EVENT, "event_payload": {"notice": str(notice.id)}}
    return {**spoken(card), "metadata": metadata}


def _where(answer: Any) -> Sent | Lost:
    channel, ts = answer.get("channel"), answer.get("ts")
    return Sent(Posted(channel=ChannelId(channel), ts=ts)) if channel and ts else Lost()
