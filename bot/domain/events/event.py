"""What every event says, and the kinds there are. The evolution rule stands in `bot.domain.events`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bot.domain.ids import UserId


class Via(StrEnum):
    """From where an event came (PCI DSS 10.2.2, origination)."""

    SLACK = "slack"
    WEB = "web"
    SWEEP = "sweep"
    CLI = "cli"
    START = "start"


class Outcome(StrEnum):
    """How it went (PCI DSS 10.2.2, success or failure)."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    UNKNOWN = "unknown"


class EventKind(StrEnum):
    """`subject:action` of every event. See the evolution rule above."""

    SERVICE_STARTED = "service:started"
    POLICY_CHANGED = "policy:changed"
    TERMS_ACCEPTED = "terms:accepted"
    REQUEST_OPENED = "request:opened"
    REQUEST_ALLOWED = "request:allowed"
    VOTE_CAST = "vote:cast"
    VOTE_REFUSED = "vote:refused"
    DELEGATION_BEGUN = "delegation:begun"
    DELEGATION_ENDED = "delegation:ended"
    REQUEST_ESCALATED = "request:escalated"
    REQUEST_CLOSED = "request:closed"
    REQUEST_STARTED = "request:started"
    REQUEST_LOST = "request:lost"
    REQUEST_RECLAIMED = "request:reclaimed"
    CREDENTIAL_ISSUED = "credential:issued"
    CREDENTIAL_TRACKED = "credential:tracked"
    CREDENTIAL_IMPORTED = "credential:imported"
    SECRET_REISSUED = "secret:reissued"  # noqa: S105 - an event's name
    SECRET_SHOWN = "secret:shown"  # noqa: S105 - an event's name
    SECRET_ROTATED = "secret:rotated"  # noqa: S105 - an event's name
    SECRET_RETIRED = "secret:retired"  # noqa: S105 - an event's name
    SECRET_KEPT = "secret:kept"  # noqa: S105 - an event's name
    SECRET_LEAKED = "secret:leaked"  # noqa: S105 - an event's name
    TOKEN_REVOKED = "token:revoked"  # noqa: S105 - an event's name
    RECEIPT_CHANGED = "receipt:changed"
    CREDENTIAL_USED = "credential:used"
    CREDENTIAL_REFUSED = "credential:refused"
    CLIENT_UNKNOWN = "client:unknown"
    SECRET_GUESSED = "secret:guessed"  # noqa: S105 - an event's name
    NETWORK_MET = "network:met"
    CREDENTIAL_SUSPENDED = "credential:suspended"
    CREDENTIAL_RESUMED = "credential:resumed"
    CREDENTIAL_TRANSFERRED = "credential:transferred"
    CREDENTIAL_EXTENDED = "credential:extended"
    CREDENTIAL_DELETING = "credential:deleting"
    CREDENTIAL_RESTORED = "credential:restored"
    CREDENTIAL_DELETED = "credential:deleted"
    CREDENTIAL_EXPIRED = "credential:expired"
    WARNING_RAISED = "warning:raised"
    WARNING_SNOOZED = "warning:snoozed"
    EXPIRY_ACCEPTED = "expiry:accepted"
    GLASS_BROKEN = "glass:broken"
    REVIEW_CAST = "review:cast"
    REVIEW_MISSED = "review:missed"
    PERSON_LEFT = "person:left"
    NOTICE_SENT = "notice:sent"
    LEDGER_READ = "ledger:read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What every event says. `actor` is None where the program itself acts."""

    kind: ClassVar[EventKind]
    actor: UserId | None
    via: Via
    outcome: Outcome = Outcome.DONE
