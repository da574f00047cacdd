"""Notices: messages that must reach somebody. A row holds what it is about; the card is rendered when it is sent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import ChannelId, CredentialId, NoticeId, RequestId, UserId


class NoticeKind(StrEnum):
    """What a notice says."""

    APPROVAL_CARD = "approval-card"
    """The request's one card in the approval channel: posted the first time, edited in place after."""
    APPROVER_ASKED = "approver-asked"
    APPROVER_REMINDED = "approver-reminded"
    REQUESTER_TOLD = "requester-told"
    """An outcome of the request, to whoever asked."""
    OWNER_REVEAL = "owner-reveal"
    """Approved: the button that mints the secret. Edited in place once pressed."""
    OWNER_NOT_SHOWN = "owner-not-shown"
    """The secret's message may not have arrived: the button that issues it again."""
    OWNER_UNCONFIRMED = "owner-unconfirmed"
    """Nobody said that the secret arrived."""
    OWNER_SUSPENDED = "owner-suspended"
    OWNER_EXPIRED = "owner-expired"


class NoticeState(StrEnum):
    """Where a notice stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"
    """Slack will never take it, and has said why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message on its way. It goes to a channel, or to a person's DM with the bot."""

    id: NoticeId
    kind: NoticeKind
    request: RequestId | None = None
    credential: CredentialId | None = None
    channel: ChannelId | None = None
    person: UserId | None = None
    state: NoticeState = NoticeState.PENDING
    attempts: int = 0
    due_at: datetime
    possibly_repeated: bool = False
    """Slack's answer to an earlier attempt was lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a message stands in the workspace, so that it can be edited in place."""

    channel: ChannelId
    ts: str
