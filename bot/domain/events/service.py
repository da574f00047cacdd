"""The program itself: its start, its policy, its terms, its people, its messages."""

from dataclasses import dataclass

from bot.domain.events.event import Event, EventKind
from bot.domain.ids import CredentialId, NoticeId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStarted(Event):
    """The program started serving."""

    kind = EventKind.SERVICE_STARTED
    version: str
    policy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChanged(Event):
    """The policy file is another than at the last start. `difference` is a unified diff against the last one."""

    kind = EventKind.POLICY_CHANGED
    policy: str
    previous: str
    text: str
    difference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsAccepted(Event):
    """Somebody read and accepted a version of the terms."""

    kind = EventKind.TERMS_ACCEPTED
    version: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft(Event):
    """Somebody is no longer in the workspace; what they own is shown to be taken over."""

    kind = EventKind.PERSON_LEFT
    who: UserId
    credentials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSent(Event):
    """A message that had to reach somebody was answered by Slack."""

    kind = EventKind.NOTICE_SENT
    notice: NoticeId
    about: str
    channel: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRead(Event):
    """An auditor read what the ledger says of a credential, from one entry to another; or took the proof of one."""

    kind = EventKind.LEDGER_READ
    credential: CredentialId
    first: int
    last: int
    log: str
    """In which they stand, where that is a log which this one continues; else empty."""
