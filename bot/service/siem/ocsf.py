"""An entry of the ledger as an event of the Open Cybersecurity Schema Framework, version 1.9.0 (schema.ocsf.io). Pure.

- User Management (3007): a credential is given (18) or taken (19).
- Authentication (3002): a secret was used for the first time (1); logins, told by batches, the refused ones too (1).
- Entity Management (3004): requests, credentials, keys, people and policies are created, changed, deleted.
- API Activity (6003): whatever else this program was asked to do or did.

Guarantees: every entry becomes one event, whose `metadata.uid` names its log and its place, so that a receiver can drop
what it has already; nothing that a person typed leaves (it is sealed), no policy's text, and nothing of a secret.
Evolution rule: a kind keeps its class and activity for ever; a new kind is API Activity until it has a line here.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.events import EventKind
from bot.ports.history import Entry

SCHEMA = "1.9.0"
USER_MANAGEMENT, AUTHENTICATION, ENTITY_MANAGEMENT, API_ACTIVITY = 3007, 3002, 3004, 6003
_PROGRAM = "cred"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_GIVEN, _TAKEN, _LOGON = 18, 19, 1
_CREATE, _READ, _UPDATE, _DELETE = 1, 2, 3, 4
_SERVICE_ACCOUNT = 4
_INFORMATIONAL, _LOW, _MEDIUM, _HIGH = 1, 2, 3, 4
_STATUS = {"done": (1, "Success"), "refused": (2, "Failure"), "failed": (2, "Failure"), "unknown": (0, "Unknown")}

_UNTOLD = frozenset({"description", "reason", "text", "difference", "fingerprint", "record", "why", "commitment"})
"""Typed words are sealed, a policy is the ledger's to tell, and of a secret not even the digest leaves."""

_CREDENTIAL, _REQUEST, _KEY, _PERSON = "credential", "request", "key", "person"
_CLASSES: Mapping[str, tuple[int, int]] = {
    EventKind.CREDENTIAL_ISSUED: (USER_MANAGEMENT, _GIVEN),
    EventKind.CREDENTIAL_TRACKED: (USER_MANAGEMENT, _GIVEN),
    EventKind.CREDENTIAL_IMPORTED: (USER_MANAGEMENT, _GIVEN),
    EventKind.CREDENTIAL_TRANSFERRED: (USER_MANAGEMENT, _GIVEN),
    EventKind.SECRET_ROTATED: (USER_MANAGEMENT, _GIVEN),
    EventKind.SECRET_REISSUED: (USER_MANAGEMENT, _GIVEN),
    EventKind.SECRET_RETIRED: (USER_MANAGEMENT, _TAKEN),
    EventKind.CREDENTIAL_DELETED: (USER_MANAGEMENT, _TAKEN),
    EventKind.CREDENTIAL_EXPIRED: (USER_MANAGEMENT, _TAKEN),
    EventKind.REQUEST_OPENED: (ENTITY_MANAGEMENT, _CREATE),
    EventKind.REQUEST_ALLOWED: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.REQUEST_ESCALATED: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.REQUEST_CLOSED: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.VOTE_CAST: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.VOTE_REFUSED: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.GLASS_BROKEN: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.REVIEW_CAST: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.REVIEW_MISSED: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.CREDENTIAL_SUSPENDED: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.CREDENTIAL_RESUMED: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.CREDENTIAL_EXTENDED: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.CREDENTIAL_DELETING: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.CREDENTIAL_RESTORED: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.POLICY_CHANGED: (ENTITY_MANAGEMENT, _UPDATE),
    EventKind.CREDENTIAL_USED: (AUTHENTICATION, _LOGON),
    EventKind.CREDENTIAL_REFUSED: (AUTHENTICATION, _LOGON),
    EventKind.CLIENT_UNKNOWN: (AUTHENTICATION, _LOGON),
    EventKind.SECRET_GUESSED: (AUTHENTICATION, _LOGON),
    EventKind.NETWORK_MET: (AUTHENTICATION, _LOGON),
    EventKind.LEDGER_READ: (API_ACTIVITY, _READ),
    "key:created": (ENTITY_MANAGEMENT, _CREATE),
    "person:registered": (ENTITY_MANAGEMENT, _CREATE),
    "person:erased": (ENTITY_MANAGEMENT, _DELETE),
}
_SEVERITY: Mapping[str, int] = {
    EventKind.GLASS_BROKEN: _HIGH,
    EventKind.REVIEW_MISSED: _HIGH,
    EventKind.SECRET_GUESSED: _MEDIUM,
    EventKind.VOTE_REFUSED: _MEDIUM,
    "clock:stepped-back": _MEDIUM,
    EventKind.REQUEST_LOST: _LOW,
}
_SEVERITIES = {_INFORMATIONAL: "Informational", _LOW: "Low", _MEDIUM: "Medium", _HIGH: "High"}

UserOf = Callable[[str], str | None]
"""From a person ID to the user of the workspace; None once that person was erased."""


def event(entry: Entry, version: str, user_of: UserOf) -> dict[str, Any]:
    """The event of an entry. `version`: of this program. JSON: strings, numbers, lists and objects only."""
    class_uid, activity = _class_of(entry)
    status, status_name = _STATUS[entry.outcome]
    severity = _SEVERITY.get(entry.kind, _INFORMATIONAL)
    told: dict[str, Any] = {
        "category_uid": class_uid // 1000,
        "class_uid": class_uid,
        "activity_id": activity,
        "type_uid": class_uid * 100 + activity,
        "time": (entry.at - _EPOCH) // timedelta(milliseconds=1),
        "severity_id": severity,
        "severity": _SEVERITIES[severity],
        "status_id": status,
        "status": status_name,
        "message": entry.kind,
        "metadata": {
            "version": SCHEMA,
            "product": {"name": "Cred", "vendor_name": "Cred", "version": version},
            "log_name": entry.log,
            "uid": f"{entry.log}#{entry.index}",
            "sequence": entry.index,
            "event_code": entry.kind,
        },
        "actor": _actor(entry, user_of),
        "unmapped": {"via": entry.via, **{name: value for name, value in entry.body.items() if name not in _UNTOLD}},
    }
    return told | _of_class(class_uid, entry, user_of)


def _class_of(entry: Entry) -> tuple[int, int]:
    if entry.kind == EventKind.RECEIPT_CHANGED and entry.body.get("receipt") == "used":
        return AUTHENTICATION, _LOGON
    return _CLASSES.get(entry.kind, (API_ACTIVITY, _UPDATE))


def _of_class(class_uid: int, entry: Entry, user_of: UserOf) -> dict[str, Any]:
    body = entry.body
    match class_uid:
        case 3007:
            user = _person(body["owner"], user_of) if "owner" in body else _account(body)
            return {"user": user | _credentials(body)}
        case 3002:
            return {"user": _account(body), "service": {"name": _PROGRAM}, "is_remote": True} | _several(body)
        case 3004:
            return {"entity": _entity(entry)}
        case _:
            return {"api": {"operation": entry.kind}, "src_endpoint": {"svc_name": entry.via}}


def _account(body: Mapping[str, Any]) -> dict[str, Any]:
    """The credential as what logs on with it, where its entry names no owner; or that there is none of that name."""
    if "credential" not in body:
        return {"name": "a client that does not exist", "type_id": _SERVICE_ACCOUNT}
    return {"uid": body["credential"], "type_id": _SERVICE_ACCOUNT}


def _several(body: Mapping[str, Any]) -> dict[str, Any]:
    """Of a batch: how many they were, from when to when, and why they were refused."""
    told: dict[str, Any] = {"status_detail": body["cause"]} if "cause" in body else {}
    if "count" in body:
        since, until = body["since"] // 1000, body["until"] // 1000
        told |= {"count": body["count"], "start_time": since, "end_time": until, "duration": until - since}
    return told


def _credentials(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"programmatic_credentials": [{"uid": body["credential"], "type": "Client Credentials"}]}


def _entity(entry: Entry) -> dict[str, Any]:
    body = entry.body
    if entry.kind == EventKind.POLICY_CHANGED:
        return {"type": "policy", "uid": body["policy"]}
    found = next(name for name in _subjects(entry.kind) if name in body)
    return {"type": found, "uid": body[found]} | ({"name": body["name"]} if "name" in body else {})


def _subjects(kind: str) -> tuple[str, ...]:
    """The fields that may name what an entry is about, the likeliest first."""
    if kind.startswith("credential:"):
        return (_CREDENTIAL,)
    return (_PERSON, _KEY) if kind.startswith("person:") else (_REQUEST, _KEY)


def _actor(entry: Entry, user_of: UserOf) -> dict[str, Any]:
    return {"app_name": _PROGRAM} if entry.actor is None else {"user": _person(entry.actor, user_of)}


def _person(person: str, user_of: UserOf) -> dict[str, Any]:
    """By the ledger's ID; with the workspace's as well, unless they were erased."""
    user = user_of(person)
    return {"uid": person, "type_id": 1} | ({} if user is None else {"name": user})
