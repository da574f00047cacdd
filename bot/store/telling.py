"""The log's line of an event: a sentence on what happened, to what, by whom. Nothing in it that a person typed."""

import dataclasses
from typing import Any
from uuid import UUID

from bot.domain.events import Event, EventKind, Outcome
from bot.domain.ids import short_code

_SENTENCES: dict[EventKind, str] = {
    EventKind.SERVICE_STARTED: "Started, version {version}.",
    EventKind.POLICY_CHANGED: "The policy is another one since the last start.",
    EventKind.TERMS_ACCEPTED: "{actor} accepted the terms of use.",
    EventKind.REQUEST_OPENED: "{actor} asked for {role} in {estate}: request {request}.",
    EventKind.VOTE_CAST: "{actor} said {verdict} to request {request}; it is {state} now.",
    EventKind.VOTE_REFUSED: "{actor} may not decide request {request}: {why}.",
    EventKind.REQUEST_CLOSED: "Request {request} is {state}.",
    EventKind.REQUEST_STARTED: "{actor} pressed Reveal on request {request}.",
    EventKind.REQUEST_LOST: "The reveal of request {request} was not confirmed in time.",
    EventKind.REQUEST_RECLAIMED: "Request {request} can be revealed again.",
    EventKind.CREDENTIAL_ISSUED: "Credential {credential} was issued to {owner} for request {request}.",
    EventKind.SECRET_REISSUED: "The secret of credential {credential} was issued again for {actor}.",
    EventKind.SECRET_SHOWN: "The secret of credential {credential}: {delivery}.",
    EventKind.RECEIPT_CHANGED: "The receipt for the secret of credential {credential}: {receipt}.",
    EventKind.CREDENTIAL_SUSPENDED: "Credential {credential} is suspended: {why}.",
    EventKind.CREDENTIAL_EXPIRED: "Credential {credential} has expired and is removed.",
    EventKind.NOTICE_SENT: "Slack did not take the message {about}.",
}
_ROUTINE = frozenset({EventKind.NOTICE_SENT})
"""Of these only what went wrong is worth a line."""


def line(event: Event) -> str | None:
    """One calm line, or None where nobody needs one."""
    if event.kind in _ROUTINE and event.outcome is Outcome.DONE:
        return None
    values = {field.name: _said(getattr(event, field.name)) for field in dataclasses.fields(event)}
    return _SENTENCES[event.kind].format_map(values)


def _said(value: Any) -> str:
    return short_code(value) if isinstance(value, UUID) else str(value)
