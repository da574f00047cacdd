"""What an entry says, as the rest of a sentence that begins with who did it. A table, so that no kind is forgotten."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.events import EventKind
from bot.domain.kind import Kind
from bot.domain.request import State, Verdict

Body = Mapping[str, Any]
Name = Callable[[str], str]
"""From a person ID to what that person is called here."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ASKS = {
    Kind.ADD: "asked for this credential",
    Kind.ROTATE: "asked for another secret",
    Kind.RESUME: "asked to resume it",
    Kind.TRANSFER: "asked to transfer it",
    Kind.EXTEND: "asked for a later expiry",
    Kind.DELETE: "asked to delete it",
    Kind.BREAK_GLASS: "took it in an emergency, without approval",
}
_CLOSED = {
    State.WITHDRAWN: "withdrew the request",
    State.REFUSED: "ended the request: it could not take effect",
}
_SAID = {Verdict.APPROVE: "approved", Verdict.DENY: "denied"}


class Tone(StrEnum):
    """How a line of a timeline is marked."""

    ASKED = "asked"
    GIVEN = "given"
    REFUSED = "refused"
    DONE = "done"
    ENDED = "ended"
    NOTED = "noted"


def moment(micros: int) -> datetime:
    """The instant of UTC microseconds."""
    return _EPOCH + timedelta(microseconds=micros)


def when(at: datetime) -> str:
    """To the minute, in UTC: an auditor may sit anywhere."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def day(micros: int) -> str:
    """`2026-04-30`."""
    return f"{moment(micros):%Y-%m-%d}"


def told(kind: str, body: Body, name: Name) -> tuple[Tone, str]:
    """How a line is marked, and its words."""
    tone, words = _WORDS[EventKind(kind)]
    return _tone(tone, body), words if isinstance(words, str) else words(body, name)


def _tone(tone: Tone, body: Body) -> Tone:
    return Tone.REFUSED if body.get("verdict") == Verdict.DENY else tone


def _asked(body: Body, name: Name) -> str:
    words = _ASKS[Kind(body["asks"])]
    if body["asks"] not in {Kind.ADD, Kind.BREAK_GLASS, Kind.TRANSFER}:
        return words
    return f"{words}: {body['role']} in {body['estate']}, for {name(body['owner'])}, until {day(body['expires_at'])}"


def _voted(body: Body, name: Name) -> str:
    absent = body.get("stands_in_for")
    return f"{_SAID[Verdict(body['verdict'])]} the request{f', standing in for {name(absent)}' if absent else ''}"


def _issued(body: Body, name: Name) -> str:
    return f"made it as {body['client_id']} and handed it over to {name(body['owner'])}"


def _tracked(body: Body, name: Name) -> str:
    return f"made it at {body['authority']} as {body['client_id']}, for {name(body['owner'])}"


def _imported(body: Body, name: Name) -> str:
    return f"took it over from a list, as {body['client_id']} at {body['authority']}, for {name(body['owner'])}"


def _rotated(body: Body, _name: Name) -> str:
    before = f"; the one before works until {day(body['retire_at'])}" if body["retiring"] else ""
    return f"gave it another secret or key{before}; it expires on {day(body['expires_at'])}"


def _closed(body: Body, _name: Name) -> str:
    state = State(body["state"])
    if state is State.LAPSED:
        return f"let the request lapse: {body['why']}"
    return _CLOSED.get(state, f"ended it: {body['why']}")


def _warned(body: Body, _name: Name) -> str:
    return f"warned of its expiry, {body['days']} {'day' if body['days'] == 1 else 'days'} before"


def _used(body: Body, _name: Name) -> str:
    return f"let it log in, {_times(body)}"


def _refused(body: Body, _name: Name) -> str:
    return f"refused it ({body['cause']}), {_times(body)}"


def _times(body: Body) -> str:
    count, since, until = body["count"], when(moment(body["since"])), when(moment(body["until"]))
    span = f"at {since}" if since == until else f"from {since} to {until}"
    return f"{count} {'time' if count == 1 else 'times'} {span}"


def _read(body: Body, _name: Name) -> str:
    first, last = body["first"], body["last"]
    of_log = f" of the former log {body['log']}" if body["log"] else ""
    if first == last:
        return f"took the proof of entry {first}{of_log}"
    return f"read entries {first} to {last}{of_log} about it"


_Words = str | Callable[[Body, Name], str]
_WORDS: Mapping[EventKind, tuple[Tone, _Words]] = {
    EventKind.REQUEST_OPENED: (Tone.ASKED, _asked),
    EventKind.REQUEST_ALLOWED: (Tone.GIVEN, lambda b, _: f"needed nobody's approval, by the policy's rule {b['rule']}"),
    EventKind.REQUEST_ESCALATED: (Tone.NOTED, "asked the next tier of approvers as well: nobody had decided in time"),
    EventKind.VOTE_CAST: (Tone.GIVEN, _voted),
    EventKind.VOTE_REFUSED: (Tone.REFUSED, lambda b, _: f"tried to decide and was refused: {b['why']}"),
    EventKind.REQUEST_CLOSED: (Tone.REFUSED, _closed),
    EventKind.REQUEST_STARTED: (Tone.NOTED, "began to carry out what was approved"),
    EventKind.REQUEST_LOST: (Tone.NOTED, "lost the answer, and looked it up"),
    EventKind.REQUEST_RECLAIMED: (Tone.NOTED, "cleared what was left of it, so that it could be done again"),
    EventKind.GLASS_BROKEN: (Tone.REFUSED, lambda b, _: f"took it at once: to be reviewed by {day(b['review_by'])}"),
    EventKind.REVIEW_CAST: (Tone.GIVEN, lambda b, _: f"reviewed the emergency and {_SAID[Verdict(b['verdict'])]} it"),
    EventKind.REVIEW_MISSED: (Tone.ENDED, "ended it: the emergency was not reviewed in time"),
    EventKind.CREDENTIAL_ISSUED: (Tone.DONE, _issued),
    EventKind.CREDENTIAL_TRACKED: (Tone.DONE, _tracked),
    EventKind.CREDENTIAL_IMPORTED: (Tone.DONE, _imported),
    EventKind.SECRET_REISSUED: (Tone.DONE, "made another secret in place of one that nobody had stored"),
    EventKind.SECRET_ROTATED: (Tone.DONE, _rotated),
    EventKind.SECRET_RETIRED: (Tone.ENDED, lambda b, _: f"ended a secret: {b['why']}"),
    EventKind.SECRET_KEPT: (Tone.NOTED, lambda b, _: f"kept an old secret until {day(b['retire_at'])}"),
    EventKind.SECRET_LEAKED: (Tone.ENDED, "found one of its secrets in the open, and told of it"),
    EventKind.SECRET_SHOWN: (Tone.NOTED, lambda b, _: f"sent the message of the handing over: {b['delivery']}"),
    EventKind.RECEIPT_CHANGED: (Tone.NOTED, lambda b, _: f"noted of the secret: {b['receipt']}"),
    EventKind.TOKEN_REVOKED: (Tone.NOTED, "gave up an access token before its end"),
    EventKind.CREDENTIAL_USED: (Tone.NOTED, _used),
    EventKind.CREDENTIAL_REFUSED: (Tone.REFUSED, _refused),
    EventKind.SECRET_GUESSED: (
        Tone.REFUSED,
        lambda b, _: f"told of {b['count']} wrong secrets since {when(moment(b['since']))}",
    ),
    EventKind.NETWORK_MET: (Tone.NOTED, "told of its first use from a network"),
    EventKind.CREDENTIAL_SUSPENDED: (Tone.ENDED, lambda b, _: f"suspended it: {b['why']}"),
    EventKind.CREDENTIAL_RESUMED: (Tone.DONE, "resumed it"),
    EventKind.CREDENTIAL_TRANSFERRED: (Tone.DONE, lambda b, name: f"accepted it: it belongs to {name(b['owner'])} now"),
    EventKind.CREDENTIAL_EXTENDED: (Tone.DONE, lambda b, _: f"set its expiry to {day(b['expires_at'])}"),
    EventKind.CREDENTIAL_DELETING: (
        Tone.ENDED,
        lambda b, _: f"began its deletion, final by {when(moment(b['until']))}",
    ),
    EventKind.CREDENTIAL_RESTORED: (Tone.DONE, "undid the deletion"),
    EventKind.CREDENTIAL_DELETED: (Tone.ENDED, lambda b, _: f"deleted it: {b['why']}"),
    EventKind.CREDENTIAL_EXPIRED: (Tone.ENDED, lambda b, _: f"removed it: it expired on {day(b['expires_at'])}"),
    EventKind.WARNING_RAISED: (Tone.NOTED, _warned),
    EventKind.WARNING_SNOOZED: (Tone.NOTED, lambda b, _: f"put the warning off until {day(b['until'])}"),
    EventKind.EXPIRY_ACCEPTED: (Tone.NOTED, "decided to let it expire"),
    EventKind.LEDGER_READ: (Tone.NOTED, _read),
}
"""Every kind that is about one credential."""
KINDS = frozenset(_WORDS)
