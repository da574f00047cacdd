"""The names of blocks, actions and forms, and what a button carries.

A value that comes back from a button is a claim by whoever pressed it. It is parsed strictly: anything that this
program did not write itself is no value at all.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self
from uuid import UUID

from bot.domain.credential import Credential, Secret
from bot.domain.ids import CredentialId, DelegationId, NoticeId, RequestId, SecretId
from bot.domain.kind import NEW, Kind
from bot.domain.request import Request
from bot.ports import LogPlace

COMMAND = "/cred"


class Action(StrEnum):
    """What can be pressed or chosen."""

    APPROVE = "request.approve"
    DENY = "request.deny"
    MORE = "request.more"
    DETAILS = "request.details"
    JUSTIFIED = "glass.justified"
    UNJUSTIFIED = "glass.unjustified"
    REVEAL = "secret.reveal"
    STORED = "secret.stored"
    REISSUE = "secret.reissue"
    KEEP_OLD = "secret.keep"
    RETIRE_OLD = "secret.retire"
    LEAKED_OLD = "secret.leaked"
    MADE = "tracked.made"
    GONE = "tracked.gone"
    ACCEPT = "transfer.accept"
    DECLINE = "transfer.decline"
    UNDO = "deletion.undo"
    SUSPEND = "credential.suspend"
    DIAGNOSE = "credential.diagnose"
    PAGE = "list.page"
    ADD = "home.add"
    HOME_PAGE = "home.page"
    CHANGE = "credential.change"
    """Opens the form of a change; its value is a `ChangeMark`."""
    CHOSEN = "change.chosen"
    """A field of that form on which it depends who must approve."""
    AGAIN = "add.again"
    ANSWER = "warning.answer"
    SEE_ALL = "warning.all"
    AUDIT = "credential.audit"
    PROOF = "ledger.proof"
    ESTATE = "add.estate"
    ROLE = "add.role"
    OWNER = "add.owner"
    ENTRY = "entry"
    """A field of a form that is read when the form is sent, and says nothing before."""


class Block(StrEnum):
    """Blocks that are looked up by name when a form comes back."""

    NAME = "name"
    DESCRIPTION = "description"
    ESTATE = "estate"
    ROLE = "role"
    OWNER = "owner"
    EXPIRES = "expires"
    """Followed by the role's key: a change of role is a new block, so that its suggested day is shown."""
    AUTHORITY = "authority"
    CLIENT = "client"
    KEY = "key"
    DELEGATE = "delegate"
    SINCE = "since"
    UNTIL = "until"
    REASON = "reason"
    OLD_SECRET = "old-secret"  # noqa: S105 - the name of a field
    APPROVERS = "approvers"
    TERMS = "terms"


class Callback(StrEnum):
    """Forms."""

    ADD = "form.add"
    TERMS = "form.terms"
    DENY = "form.deny"
    WITHDRAW = "form.withdraw"
    CHANGE = "form.change"
    GLASS = "form.glass"
    UNJUSTIFIED = "form.unjustified"
    MADE = "form.made"
    SUSPEND = "form.suspend"
    DELEGATE = "form.delegate"
    DELEGATION_END = "form.delegation-end"
    LET_EXPIRE = "form.let-expire"
    READ = "form.read"
    """Shows something and cannot be sent."""


class Shortcut(StrEnum):
    """What is started without a command."""

    ADD = "shortcut.add"
    LEAKED = "shortcut.leaked"


class Choice(StrEnum):
    """The entries of a card's overflow menu."""

    DETAILS = "details"
    WITHDRAW = "withdraw"
    DENY = "deny"


class Answer(StrEnum):
    """What somebody can answer to a warning, beside asking for a change; and to the end."""

    SNOOZE_DAY = "snooze-day"
    SNOOZE_WEEK = "snooze-week"
    LET_EXPIRE = "let-expire"
    AGAIN = "again"
    """Another one like it."""


_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_REQUEST = re.compile(f"({_UUID})/([0-9a-f]{{64}})")
_SECRET = re.compile(f"({_UUID})/({_UUID})")
_CHANGE = re.compile(rf"({'|'.join(kind for kind in Kind if kind not in NEW)}):({_UUID})")
_ANSWER = re.compile(rf"({'|'.join(Answer)}):({_UUID})")
_LOG_ENTRY = re.compile(rf"({_UUID})#([0-9]{{1,15}})#(\S{{1,1000}})")
_GROUP = re.compile(f"({_UUID})/([0-9]{{1,7}})")
_CHOICE = re.compile(rf"({'|'.join(Choice)}):(.+)")


@dataclass(frozen=True, slots=True)
class RequestMark:
    """Which request a card showed, and exactly what it said."""

    request: RequestId
    digest: str

    @classmethod
    def of(cls, request: Request) -> Self:
        """The mark that a card of this request carries."""
        return cls(request.id, request.digest)

    def pack(self) -> str:
        """As a button's value: 101 characters."""
        return f"{self.request}/{self.digest}"

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """The mark in a value, or None if this program never wrote it."""
        found = _REQUEST.fullmatch(value) if isinstance(value, str) else None
        return None if found is None else cls(RequestId(UUID(found[1])), found[2])


@dataclass(frozen=True, slots=True)
class EntryMark:
    """Which entry of the ledger a line showed, about which credential."""

    credential: CredentialId
    place: LogPlace

    def pack(self) -> str:
        """As a button's value."""
        return f"{self.credential}#{self.place.index}#{self.place.log}"

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """The mark in a value, or None if this program never wrote it."""
        found = _LOG_ENTRY.fullmatch(value) if isinstance(value, str) else None
        return None if found is None else cls(CredentialId(UUID(found[1])), LogPlace(found[3], int(found[2])))


@dataclass(frozen=True, slots=True)
class SecretMark:
    """Which secret of which credential a message was about."""

    credential: CredentialId
    secret: SecretId

    @classmethod
    def of(cls, credential: Credential, secret: Secret | None = None) -> Self:
        """The mark of a credential's newest secret, or of another one of its secrets."""
        return cls(credential.id, (secret or credential.newest).id)

    def pack(self) -> str:
        """As a button's value: 73 characters."""
        return f"{self.credential}/{self.secret}"

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """The mark in a value, or None if this program never wrote it."""
        found = _SECRET.fullmatch(value) if isinstance(value, str) else None
        return None if found is None else cls(CredentialId(UUID(found[1])), SecretId(UUID(found[2])))


@dataclass(frozen=True, slots=True)
class ChangeMark:
    """Which change of which credential a button offers."""

    kind: Kind
    credential: CredentialId

    def pack(self) -> str:
        """As a button's or a menu's value: 50 characters at most."""
        return f"{self.kind}:{self.credential}"

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """The mark in a value, or None if this program never wrote it."""
        found = _CHANGE.fullmatch(value) if isinstance(value, str) else None
        return None if found is None else cls(Kind(found[1]), CredentialId(UUID(found[2])))


@dataclass(frozen=True, slots=True)
class AnswerMark:
    """Which answer about which credential a menu or a button offers."""

    answer: Answer
    credential: CredentialId

    def pack(self) -> str:
        """As a menu's value: 48 characters at most."""
        return f"{self.answer}:{self.credential}"

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """The mark in a value, or None if this program never wrote it."""
        found = _ANSWER.fullmatch(value) if isinstance(value, str) else None
        return None if found is None else cls(Answer(found[1]), CredentialId(UUID(found[2])))


@dataclass(frozen=True, slots=True)
class GroupMark:
    """Which page of a group of credentials a button leads to: after so many of them."""

    group: NoticeId
    skipped: int = 0

    def pack(self) -> str:
        """As a button's value: 44 characters at most."""
        return f"{self.group}/{self.skipped}"

    @classmethod
    def parse(cls, value: object) -> Self | None:
        """The mark in a value, or None if this program never wrote it."""
        found = _GROUP.fullmatch(value) if isinstance(value, str) else None
        return None if found is None else cls(NoticeId(UUID(found[1])), int(found[2]))


def parse_credential(value: object) -> CredentialId | None:
    """A credential's ID in a button's value, or None if this program never wrote it."""
    found = re.fullmatch(_UUID, value) if isinstance(value, str) else None
    return None if found is None else CredentialId(UUID(found[0]))


def parse_delegation(value: object) -> DelegationId | None:
    """An absence's ID in the mark of a form, or None if this program never wrote it."""
    found = re.fullmatch(_UUID, value) if isinstance(value, str) else None
    return None if found is None else DelegationId(UUID(found[0]))


def pack_choice(choice: Choice, mark: RequestMark) -> str:
    """An overflow entry's value: 110 characters at most, of the 150 that Slack allows."""
    return f"{choice}:{mark.pack()}"


def parse_choice(value: object) -> tuple[Choice, RequestMark] | None:
    """What was chosen and on which request, or None if this program never wrote it."""
    found = _CHOICE.fullmatch(value) if isinstance(value, str) else None
    mark = None if found is None else RequestMark.parse(found[2])
    return None if found is None or mark is None else (Choice(found[1]), mark)
