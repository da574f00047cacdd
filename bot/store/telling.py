"""The log's line of an event: a sentence on what happened, to what, by whom. Nothing in it that a person typed."""

import dataclasses
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from bot.domain.events import DelegationEnded, Event, EventKind, Outcome, PolicyChanged, SecretLeaked
from bot.domain.ids import short_code

_SENTENCES: dict[EventKind, str] = {
    EventKind.SERVICE_STARTED: "Started, version {version}.",
    EventKind.POLICY_CHANGED: "The policy is another one since the last start.",
    EventKind.TERMS_ACCEPTED: "{actor} accepted the terms of use.",
    EventKind.REQUEST_OPENED: "{actor} asked for {role} in {estate}: request {request}.",
    EventKind.REQUEST_ALLOWED: "Request {request} needs nobody's approval: {rule}.",
    EventKind.REQUEST_ESCALATED: "Request {request} was not decided in time: the next tier is asked.",
    EventKind.VOTE_CAST: "{actor} said {verdict} to request {request}; it is {state} now.",
    EventKind.VOTE_REFUSED: "{actor} may not decide request {request}: {why}.",
    EventKind.DELEGATION_BEGUN: "{delegate} stands in for {actor} from {since} until {until}.",
    EventKind.DELEGATION_ENDED: "{actor} has nobody standing in any more.",
    EventKind.REQUEST_CLOSED: "Request {request} is {state}.",
    EventKind.REQUEST_STARTED: "{actor} pressed the button of request {request}.",
    EventKind.REQUEST_LOST: "The reveal of request {request} was not confirmed in time.",
    EventKind.REQUEST_RECLAIMED: "Request {request} can be revealed again.",
    EventKind.CREDENTIAL_ISSUED: "Credential {credential} was issued to {owner} for request {request}.",
    EventKind.CREDENTIAL_TRACKED: "Credential {credential} of {authority} is tracked for {owner} by request {request}.",
    EventKind.CREDENTIAL_IMPORTED: "Credential {credential} of {authority} is taken over for {owner}.",
    EventKind.SECRET_ROTATED: "Credential {credential} is rotated by {actor}; its old secret works until {retire_at}.",
    EventKind.SECRET_RETIRED: "A secret of credential {credential} is retired: {why}.",
    EventKind.SECRET_KEPT: "{actor} keeps the old secret of credential {credential} until {retire_at}.",
    EventKind.SECRET_LEAKED: "{actor} found a secret of credential {credential} in channel {channel}.",
    EventKind.SECRET_REISSUED: "The secret of credential {credential} was issued again for {actor}.",
    EventKind.SECRET_SHOWN: "The secret of credential {credential}: {delivery}.",
    EventKind.RECEIPT_CHANGED: "The receipt for the secret of credential {credential}: {receipt}.",
    EventKind.TOKEN_REVOKED: "A client of credential {credential} gave up an access token before its end.",
    EventKind.CREDENTIAL_USED: "Credential {credential} logged in {count} times from {since} to {until}.",
    EventKind.CREDENTIAL_REFUSED: "Credential {credential} was refused {count} times since {since}: {cause}.",
    EventKind.CLIENT_UNKNOWN: "Clients that do not exist were refused {count} times since {since}.",
    EventKind.SECRET_GUESSED: "Somebody guesses the secret of credential {credential}: {count} tries since {since}.",
    EventKind.NETWORK_MET: "Credential {credential} was used from a network for the first time.",
    EventKind.CREDENTIAL_SUSPENDED: "Credential {credential} is suspended: {why}.",
    EventKind.CREDENTIAL_RESUMED: "Credential {credential} works again, by request {request}.",
    EventKind.CREDENTIAL_TRANSFERRED: "Credential {credential} is owned by {owner} now, by request {request}.",
    EventKind.CREDENTIAL_EXTENDED: "Credential {credential} works until {expires_at} now, by request {request}.",
    EventKind.CREDENTIAL_DELETING: "Credential {credential} is being deleted; that can be undone until {until}.",
    EventKind.CREDENTIAL_RESTORED: "{actor} undid the deletion of credential {credential}; it is suspended.",
    EventKind.CREDENTIAL_DELETED: "Credential {credential} is deleted: {why}.",
    EventKind.WARNING_RAISED: "Credential {credential} ends within {days} days, and is warned of.",
    EventKind.WARNING_SNOOZED: "{actor} wants to hear of credential {credential} after {until}.",
    EventKind.EXPIRY_ACCEPTED: "{actor} lets credential {credential} expire.",
    EventKind.GLASS_BROKEN: "{actor} broke the glass: request {request}, to be reviewed until {review_by}.",
    EventKind.REVIEW_CAST: "{actor} said {verdict} in the review of request {request}; it is {state} now.",
    EventKind.REVIEW_MISSED: "Request {request} was taken without approval, and nobody has reviewed it in time.",
    EventKind.PERSON_LEFT: "{who} has left, and owned {credentials} credentials.",
    EventKind.CREDENTIAL_EXPIRED: "Credential {credential} has expired and is removed.",
    EventKind.LEDGER_READ: "{actor} read entries {first} to {last} of the ledger, about credential {credential}.",
    EventKind.NOTICE_SENT: "Slack did not take the message {about}.",
}
_ROUTINE = frozenset({EventKind.NOTICE_SENT, EventKind.CREDENTIAL_USED})
"""Of these only what went wrong is worth a line."""


def line(event: Event) -> str | None:
    """One calm line, or None where nobody needs one."""
    if event.kind in _ROUTINE and event.outcome is Outcome.DONE:
        return None
    values = {field.name: _said(getattr(event, field.name)) for field in dataclasses.fields(event)}
    return _sentence(event).format_map(values)


def _sentence(event: Event) -> str:
    if isinstance(event, PolicyChanged) and not event.previous:
        return "The first policy is kept."
    if isinstance(event, SecretLeaked) and event.actor is None:
        return "A secret of credential {credential} was seen in channel {channel}."
    if isinstance(event, DelegationEnded) and event.actor is None:
        return "The time of absence {delegation} is over: nobody stands in by it any more."
    return _SENTENCES[event.kind]


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return short_code(value) if isinstance(value, UUID) else str(value)
