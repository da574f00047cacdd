"""Notices: messages that must reach somebody. A row holds what it is about; the card is rendered when it is sent.

A notice is about one request, or one credential, or a group of credentials of which it tells together (ten thousand
that expire on one day are one card), or about the whole: a digest, the ledger's checkpoint. One about a credential may
name the request that is its occasion: each rotation has messages of its own, so that nobody misses the edit of one that
is months old.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bot.domain.break_glass import Glass
from bot.domain.credential import Credential
from bot.domain.delegation import Delegation
from bot.domain.digest import Digest
from bot.domain.ids import ChannelId, CredentialId, NoticeId, RequestId, UserId
from bot.domain.log_standing import LogStanding
from bot.domain.refusals import Guessed, Moved, Refusals
from bot.domain.request import Request


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
    """It was suspended: by whom, or why."""
    SUSPENSION_CARD = "suspension-card"
    """The same to the estate's channel."""
    OWNER_EXPIRED = "owner-expired"
    OWNER_ROTATED = "owner-rotated"
    """Until when the old secret works beside the new one, and when it was last used. Edited as that changes."""
    OWNER_RETIRING = "owner-retiring"
    """The old secret retires soon, and is still needed: it was used since the rotation, or no other one works."""
    OWNER_LEAKED = "owner-leaked"
    """Somebody found a secret in the open."""
    LEAK_CARD = "leak-card"
    """The same in the security channel."""
    OWNER_GUESSED = "owner-guessed"
    """Somebody guesses its secret."""
    GUESSED_CARD = "guessed-card"
    """The same in the security channel."""
    STRANGERS = "strangers"
    """Somebody tries client IDs that do not exist: one line in the security channel."""
    OWNER_NETWORK = "owner-network"
    """It was used from a network for the first time."""
    OWNER_UNUSED = "owner-unused"
    """Nobody uses it, and it is suspended if that stays so. Edited once that is settled."""
    OWNER_LEFT = "owner-left"
    """What somebody who left still owns, to a channel. Edited as it is taken over."""
    OWNER_DELETED = "owner-deleted"
    """It is being deleted, and that can be undone for a while."""
    TRACKED_DELETE = "tracked-delete"
    """To the owner of one that lives elsewhere: it is to be deleted there. Edited in place once it is."""
    TRACKED_DELETE_WAITS = "tracked-delete-waits"
    """Daily, until they say that it is: to its owner, and after a week to the estate's channel."""
    OWNER_TRANSFERRED = "owner-transferred"
    """To the one before: it is somebody else's now."""
    GLASS_CARD = "glass-card"
    """Somebody took a credential without approval: the card in the estate's channel, edited in place until reviewed."""
    GLASS_SECURITY_CARD = "glass-security-card"
    """The same in the security channel: of a kind of its own, so that both are edited in place."""
    GLASS_TOLD = "glass-told"
    """The same to everybody who approves and every admin."""
    GLASS_REMINDED = "glass-reminded"
    """It still waits for a review: a new message a day to those who can review it."""
    GLASS_OUTCOME = "glass-outcome"
    """What the review has come to, as a message of its own: an edit rings no bell."""
    WARNING_CARD = "warning-card"
    """What ends soon, to a channel: one card of all that is due there. Edited as those are decided."""
    OWNER_WARNED = "owner-warned"
    """The same to an owner."""
    EXPIRED_CARD = "expired-card"
    """What has ended, to a channel."""
    STANDS_IN = "stands-in"
    """To whoever stands in for somebody who is away. Edited once that has ended."""
    DIGEST = "digest"
    """How things stand, once a week."""
    CHECKPOINT = "checkpoint"
    """How far the ledger is signed, once a day."""


OF_GLASS = frozenset(
    {
        NoticeKind.GLASS_CARD,
        NoticeKind.GLASS_SECURITY_CARD,
        NoticeKind.GLASS_TOLD,
        NoticeKind.GLASS_REMINDED,
        NoticeKind.GLASS_OUTCOME,
    }
)
"""These are about a request and what others said of it since."""


OF_GUESSES = frozenset({NoticeKind.OWNER_GUESSED, NoticeKind.GUESSED_CARD})
"""These are about a credential and the episode of wrong secrets."""


ALWAYS_NEW = frozenset(
    {
        NoticeKind.GLASS_REMINDED,
        NoticeKind.GLASS_OUTCOME,
        NoticeKind.OWNER_SUSPENDED,
        NoticeKind.SUSPENSION_CARD,
        NoticeKind.OWNER_LEAKED,
        NoticeKind.LEAK_CARD,
        NoticeKind.OWNER_GUESSED,
        NoticeKind.GUESSED_CARD,
        NoticeKind.OWNER_NETWORK,
    }
)
"""Each of these is a message of its own, whatever was said before: an edit rings no bell."""


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
    """That it is about; or, where it is about a credential, its occasion."""
    credential: CredentialId | None = None
    group: NoticeId | None = None
    """The group that it is about, by the ID of the notice that first told of it; of a digest, its own ID.

    Of an absence, the ID of that; of a network, the ID of the notice that first told of it.
    """
    channel: ChannelId | None = None
    person: UserId | None = None
    state: NoticeState = NoticeState.PENDING
    attempts: int = 0
    due_at: datetime
    tried_at: datetime | None = None
    """When it went out first, if it has."""
    possibly_repeated: bool = False
    """Slack's answer to an earlier attempt was lost."""
    detour: str = ""
    """Why it does not go to where it should, or not as it should: Slack's word for it."""
    belongs: ChannelId | None = None
    """The channel that it should be in, if its card goes to the security channel."""

    @property
    def subject(self) -> UUID:
        """What it is about: a message is edited in place as long as kind, subject and person are the same."""
        if self.kind in ALWAYS_NEW:
            return self.id
        return self.request or self.credential or self.group or self.id

    @property
    def destination(self) -> str:
        """The channel, or else the person: what one destination gets, it gets in order."""
        return self.channel or self.person or ""

    @property
    def plain(self) -> bool:
        """Only a line goes out, in place of a card: to others than the person it was for, or because it was refused."""
        return bool(self.detour) and self.belongs is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Where a message stands in the workspace, so that it can be edited in place."""

    channel: ChannelId
    ts: str
    detour: str = ""
    """Why it does not stand where it belongs: Slack's word for it."""
    belongs: ChannelId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Credentials that one message tells of together: what needs somebody first, of that what ends first."""

    id: NoticeId
    items: tuple[Credential, ...]
    """As many as a card shows."""
    needing: int
    """Of all of them, however many are shown: how many need somebody still."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request for a change, and the credential that it is about as that is now."""

    request: Request
    credential: Credential


class Resolution(StrEnum):
    """What was decided about a credential after somebody was warned of it. Stands in rows: only added to."""

    SNOOZED = "snoozed"
    """Not decided, only put off."""
    ROTATED = "rotated"
    EXTENDED = "extended"
    TRANSFERRED = "transferred"
    LET_EXPIRE = "let-expire"
    DELETED = "deleted"
    EXPIRED = "expired"


OF_WARNED = frozenset({NoticeKind.WARNING_CARD, NoticeKind.OWNER_WARNED, NoticeKind.EXPIRED_CARD})
"""These are about credentials, their ends, and what was decided since."""
OPEN_STILL = frozenset({None, Resolution.SNOOZED})
"""Of these something can still be decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A credential of a group, the expiry that was told, and what was decided since."""

    credential: Credential
    expires_at: datetime
    resolution: Resolution | None = None
    decided_by: UserId | None = None
    """None: nobody, it came by itself."""

    @property
    def open(self) -> bool:
        """Whether something can still be decided."""
        return self.resolution in OPEN_STILL


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Credentials of whose end one message tells: the undecided first, of those the ones that end first."""

    id: NoticeId
    items: tuple[Item, ...]
    """As many as are shown at once."""
    total: int
    decided: int = 0
    """Of all of them."""
    at: datetime
    """As of when."""


About = (
    Request
    | Case
    | Credential
    | Group
    | Glass
    | Warned
    | Digest
    | LogStanding
    | Delegation
    | Guessed
    | Moved
    | Refusals
)
"""What a notice is about, as it stands when the message is sent."""
