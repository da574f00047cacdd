"""The log's line of an event: what happened, to what, by whom. Identifiers only, nothing that a person typed."""

from uuid import UUID

from bot.domain.events import Event, EventKind, Outcome
from bot.domain.ids import short_code

_ROUTINE = frozenset({EventKind.NOTICE_SENT})
"""Of these only what went wrong is worth a line."""


def line(event: Event) -> str | None:
    """One calm line, or None where nobody needs one."""
    if event.kind in _ROUTINE and event.outcome is Outcome.DONE:
        return None
    subject, _, action = event.kind.partition(":")
    words = [f"{subject.capitalize()} {action.replace('-', ' ')}"]
    named = ("request",) if hasattr(event, "request") and subject != "credential" else ("request", "credential")
    for name in named:
        value = getattr(event, name, None)
        if isinstance(value, UUID):
            words.append(f"{name} {short_code(value)}")
    words += [str(getattr(event, name)) for name in ("verdict", "state", "receipt", "delivery") if hasattr(event, name)]
    if event.outcome is not Outcome.DONE:
        words.append(f"outcome {event.outcome}")
    if event.actor is not None:
        words.append(f"by {event.actor}")
    return ", ".join(words) + "."
