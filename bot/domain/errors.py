"""How the rules say no: an expected refusal is a value with its reason and a sentence; only the impossible raises."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """The machine's word for a refusal. Only added to, never renamed: entries of the ledger carry it."""

    EXTERNAL = "external"
    GUEST = "guest"
    BOT = "bot"
    DEACTIVATED = "deactivated"
    UNKNOWN_PERSON = "unknown-person"
    NOT_ADMIN = "not-admin"
    NOT_APPROVER = "not-approver"
    OWN_REQUEST = "own-request"
    OWN_BENEFIT = "own-benefit"
    NOT_OWNER = "not-owner"
    NOT_REQUESTER = "not-requester"
    ALREADY_VOTED = "already-voted"
    STALE = "stale"
    WRONG_STATE = "wrong-state"
    LAPSED = "lapsed"
    POLICY_CHANGED = "policy-changed"
    QUORUM_LOST = "quorum-lost"
    NOT_FOUND = "not-found"
    IN_PROGRESS = "in-progress"
    TERMS = "terms"
    TOO_OFTEN = "too-often"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"
    TAMPERED = "tampered"
    NOT_AUDITOR = "not-auditor"


@dataclass(frozen=True, slots=True)
class Allowed:
    """The rules have nothing against it."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The rules refuse, and say why in one sentence that the person can act on."""

    reason: Reason
    sentence: str


Decision = Allowed | Denied
ALLOWED = Allowed()


class CredError(Exception):
    """The root of what this program raises. `code` is for machines, the message is a sentence for people."""

    code = "internal"


class ImpossibleTransitionError(CredError):
    """A state machine was asked for a step that its table does not have: a bug, not a refusal."""

    code = "impossible-transition"
