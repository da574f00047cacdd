"""A request's state in words: the same everywhere it is told.

`subject` is the credential that it is about, as it is now, where that exists: what a deletion has come to stands there.
"""

from bot.domain import credential as credentials
from bot.domain.credential import Credential
from bot.domain.ids import BUILTIN
from bot.domain.kind import Kind
from bot.domain.request import DECLINED, Request, State, Verdict
from bot.slack.cards import wording
from bot.slack.cards.pieces import voter
from bot.slack.text import escape, listed, mention, quote, when

_REASON_SHOWN = 2500
_SIGNS = {
    State.APPROVED: "✅",
    State.EXECUTING: "🔑",
    State.UNRESOLVED: "🔎",
    State.DENIED: "⛔",
    State.WITHDRAWN: "↩️",
    State.LAPSED: "⌛",
    State.REFUSED: "⛔",
}


def title(request: Request, subject: Credential | None = None) -> str:
    """`✅ Approved: payroll-sync`, `🔁 Rotate payroll-sync?`."""
    words, name = wording.of(request), request.asked.name
    if request.asked.kind is Kind.BREAK_GLASS and request.state is State.APPROVED:
        return f"🚨 Taken without approval: {name}"
    if request.state is State.PENDING:
        return f"{words.sign} {words.verb} {name}?" if words.noun else f"{words.sign} Approval needed: {name}"
    if request.state is State.FULFILLED:
        done = "📌 Tracked" if request.asked.made_elsewhere else words.done
        became = _deletion_title(subject) if request.asked.kind is Kind.DELETE else None
        return f"{became or done}: {name}"
    return f"{_SIGNS[request.state]} {_stands(request)}: {name}"


def outcome(request: Request, subject: Credential | None = None) -> str:
    """Where it stands, in a sentence, with who and when."""
    at = "" if request.decided_at is None else f", {when(request.decided_at)}"
    match request.state:
        case State.PENDING:
            return f"It waits for approval until {when(request.lapses_at)}."
        case State.APPROVED:
            return f"{let_through(request)}{at}. {_waits_for(request)}"
        case State.EXECUTING | State.FULFILLED:
            return f"{let_through(request)}. {_effect(request, subject)}"
        case State.UNRESOLVED:
            return f"The answer was lost while the {_secret(request)} was being made. I am looking it up."
        case State.DENIED | State.LAPSED | State.REFUSED | State.WITHDRAWN:
            return _ended(request, at)


def plain_outcome(request: Request, subject: Credential | None = None) -> str:
    """For a notification, which is short."""
    kind = request.asked.kind
    match request.state:
        case State.FULFILLED if kind is Kind.DELETE and subject is not None and subject.state in credentials.USABLE:
            return "The deletion was undone."
        case State.APPROVED:
            return _offered(request)
        case State.FULFILLED:
            elsewhere = _TRACKED if request.asked.authority != BUILTIN else {}
            return elsewhere.get(kind) or _SHORT.get(kind) or f"The {_secret(request)} has been revealed."
        case State.DENIED | State.LAPSED | State.REFUSED | State.WITHDRAWN:
            without = "effect" if wording.of(request).noun else "a credential"
            return f"Request {request.code} has ended without {without}."
        case State.PENDING | State.EXECUTING | State.UNRESOLVED:
            return f"Request {request.code}."


def _offered(request: Request) -> str:
    if request.takes_effect_by_itself:
        return "It takes effect now."
    if request.asked.kind is Kind.TRANSFER:
        return "The new owner can accept it now."
    return f"The owner can {elsewhere(request) or f'reveal the {_secret(request)}'} now."


def next_step(request: Request) -> str:
    """What the requester can do now, if anything."""
    match request.state:
        case State.APPROVED if not request.takes_effect_by_itself:
            return "They have a message with the button for it."
        case State.DENIED if request.closing == DECLINED:
            return f"Talk to them, or choose somebody else with {wording.command(request)}."
        case State.DENIED:
            return f"Talk to them if you think that this is a mistake, then ask again with {wording.command(request)}."
        case State.LAPSED | State.REFUSED:
            return f"Ask again with {wording.command(request)} if it is still needed."
        case _:
            return ""


def let_through(request: Request) -> str:
    """By whom, or by which rule, it was let through."""
    if request.asked.kind is Kind.BREAK_GLASS:
        return "Taken without approval: everybody is told, and two others must review it"
    if request.by_rule and request.asked.kind is Kind.ADD:
        return f"It needed nobody's approval, by the policy's rule `{escape(request.rule)}`"
    if request.by_rule:
        return f"It needed nobody's approval: the owner's own rotation of `{request.asked.name}`"
    return f"Approved by {approvers(request)}"


def approvers(request: Request) -> str:
    """Who has approved it."""
    return listed([voter(vote) for vote in request.votes if vote.verdict is Verdict.APPROVE]) or "nobody"


def _stands(request: Request) -> str:
    words = wording.of(request)
    match request.state:
        case State.EXECUTING:
            return "Being revealed"
        case State.UNRESOLVED:
            return "Being looked up"
        case State.REFUSED:
            return f"Could not be {words.gone}"
        case State.DENIED if request.closing == DECLINED:
            return f"{words.noun} declined"
        case State.APPROVED if request.by_rule:
            return f"{words.noun} allowed" if words.noun else "Allowed"
        case _:
            return f"{words.noun} {request.state}" if words.noun else request.state.capitalize()


def _deletion_title(subject: Credential | None) -> str | None:
    match subject:
        case Credential(state=credentials.State.DELETING):
            return "🗑️ Being deleted"
        case None | Credential(state=credentials.State.DELETED):
            return None
        case _:
            return "↩️ Not deleted"


def _waits_for(request: Request) -> str:
    owner, until = mention(request.asked.owner), when(request.lapses_at)
    if request.takes_effect_by_itself:
        return "It takes effect in a moment."
    if elsewhere(request):
        return f"{owner} can {elsewhere(request)} where it lives, and say so, until {until}."
    can = "accept it" if request.asked.kind is Kind.TRANSFER else f"reveal the {_secret(request)}"
    return f"{owner} can {can} until {until}."


def elsewhere(request: Request) -> str:
    """What the owner does at a vendor; empty where it is done here."""
    if request.asked.extended_elsewhere:
        return "extend it"
    return "make it" if request.asked.made_elsewhere else ""


def _secret(request: Request) -> str:
    """What *Reveal* reveals."""
    if request.asked.kind is Kind.ROTATE:
        return "new key" if request.asked.key else "new secret"
    return "client ID" if request.asked.key else "secret"


def _effect(request: Request, subject: Credential | None) -> str:
    owner = mention(request.asked.owner)
    match request.asked.kind:
        case Kind.ADD if request.asked.made_elsewhere:
            return f"{owner} has made it where it lives, and it is tracked."
        case Kind.ADD | Kind.ROTATE | Kind.BREAK_GLASS:
            does = "is revealing" if request.state is State.EXECUTING else "has revealed"
            return f"{owner} {does} the {_secret(request)}."
        case Kind.TRANSFER:
            return f"{owner} has accepted it and answers for it now."
        case Kind.RESUME:
            return "It authenticates again."
        case Kind.EXTEND:
            return _extension(request, owner)
        case Kind.DELETE:
            return deletion(subject)


def _extension(request: Request, owner: str) -> str:
    if request.asked.authority == BUILTIN:
        return "Its new last day is in force."
    return f"{owner} has extended it where it lives, and I warn of its new day."


def deletion(subject: Credential | None) -> str:
    """What a deletion that took effect has come to."""
    if subject is not None and subject.tracked:
        return _TRACKED_DELETION.get(subject.state, "It was kept after all.")
    if subject is None or subject.state is credentials.State.DELETED:
        return "It no longer authenticates, and what could check its secrets is destroyed."
    if subject.state is credentials.State.DELETING and subject.undo_until is not None:
        return f"It no longer authenticates. Until {when(subject.undo_until)} that can be undone; then it is gone."
    return "The deletion was undone since: it came back suspended."


def _ended(request: Request, at: str) -> str:
    against = [vote for vote in request.votes if vote.verdict is Verdict.DENY]
    if request.state is State.DENIED and against:
        reason = f"\n{quote(against[-1].reason, _REASON_SHOWN)}" if against[-1].reason else ""
        return f"Denied by {voter(against[-1])}{at}.{reason}"
    if request.closing == DECLINED:
        return f"Declined by {mention(request.asked.owner)}{at}. Nothing has changed."
    why = escape(request.closing)
    if request.state is State.WITHDRAWN:
        return f"It was withdrawn: {why}{at}." if why else f"Withdrawn by {mention(request.asked.requester)}{at}."
    if request.state is State.LAPSED:
        return f"It lapsed: {why or 'its time had passed'}{at}."
    return f"It could not be {wording.of(request).gone}{at}. {why}".rstrip()


_TRACKED_DELETION = {
    credentials.State.DELETING: "Its owner deletes it where it lives, and says so.",
    credentials.State.DELETED: "It is gone from where it lived.",
}
_TRACKED = {
    Kind.ADD: "It is tracked now.",
    Kind.RESUME: "It works again.",
    Kind.EXTEND: "It works longer where it lives.",
    Kind.DELETE: "Its owner deletes it where it lives.",
}
"""Of credentials that live elsewhere."""
_SHORT = {
    Kind.RESUME: "It authenticates again.",
    Kind.TRANSFER: "It has a new owner.",
    Kind.EXTEND: "It works longer.",
    Kind.DELETE: "It no longer authenticates.",
}
