"""A request's state in words: the same everywhere it is told."""

from bot.domain.kind import Kind
from bot.domain.request import Request, State, Verdict
from bot.slack.text import escape, mention, people, quote, when

_REASON_SHOWN = 2500
_TITLES = {
    State.PENDING: "🔐 Approval needed",
    State.APPROVED: "✅ Approved",
    State.EXECUTING: "🔑 Being revealed",
    State.FULFILLED: "🔑 Issued",
    State.UNRESOLVED: "🔎 Being looked up",
    State.DENIED: "⛔ Denied",
    State.WITHDRAWN: "↩️ Withdrawn",
    State.LAPSED: "⌛ Lapsed",
    State.REFUSED: "⛔ Could not be issued",
}


def title(request: Request) -> str:
    """`✅ Approved: payroll-sync`."""
    if request.asked.kind is Kind.BREAK_GLASS and request.state is State.APPROVED:
        return f"🚨 Taken without approval: {request.asked.name}"
    tracked = request.asked.made_elsewhere and request.state is State.FULFILLED
    return f"{'📌 Tracked' if tracked else _TITLES[request.state]}: {request.asked.name}"


def outcome(request: Request) -> str:
    """Where it stands, in a sentence, with who and when."""
    at = "" if request.decided_at is None else f", {when(request.decided_at)}"
    owner, until = mention(request.asked.owner), when(request.lapses_at)
    match request.state:
        case State.PENDING:
            return f"It waits for approval until {until}."
        case State.APPROVED:
            can = "can make it where it lives, and say so," if request.asked.made_elsewhere else "can reveal the secret"
            return f"{let_through(request)}{at}. {owner} {can} until {until}."
        case State.EXECUTING | State.FULFILLED:
            return f"{let_through(request)}. {owner} {_did(request)}."
        case State.UNRESOLVED:
            return "The answer was lost while the secret was being made. I am looking it up."
        case State.DENIED | State.LAPSED | State.REFUSED | State.WITHDRAWN:
            return _ended(request, at)


def plain_outcome(request: Request) -> str:
    """For a notification, which is short."""
    match request.state:
        case State.APPROVED:
            return f"The owner can {'make it' if request.asked.made_elsewhere else 'reveal the secret'} now."
        case State.FULFILLED:
            return "It is tracked now." if request.asked.made_elsewhere else "The secret has been revealed."
        case State.DENIED | State.LAPSED | State.REFUSED | State.WITHDRAWN:
            return f"Request {request.code} has ended without a credential."
        case State.PENDING | State.EXECUTING | State.UNRESOLVED:
            return f"Request {request.code}."


def next_step(request: Request) -> str:
    """What the requester can do now, if anything."""
    match request.state:
        case State.APPROVED:
            return "They have a message with the button for it."
        case State.DENIED:
            return "Talk to them if you think that this is a mistake, then ask again with `/cred add`."
        case State.LAPSED | State.REFUSED:
            return "Ask again with `/cred add` if it is still needed."
        case State.PENDING | State.EXECUTING | State.UNRESOLVED | State.FULFILLED | State.WITHDRAWN:
            return ""


def _did(request: Request) -> str:
    if request.asked.made_elsewhere:
        return "has made it where it lives, and it is tracked"
    return f"{'is revealing' if request.state is State.EXECUTING else 'has revealed'} the secret"


def _ended(request: Request, at: str) -> str:
    against = [vote for vote in request.votes if vote.verdict is Verdict.DENY]
    if request.state is State.DENIED and against:
        reason = f"\n{quote(against[-1].reason, _REASON_SHOWN)}" if against[-1].reason else ""
        return f"Denied by {mention(against[-1].voter)}{at}.{reason}"
    why = escape(request.closing)
    if request.state is State.WITHDRAWN:
        return f"It was withdrawn: {why}{at}." if why else f"Taken back by {mention(request.asked.requester)}{at}."
    if request.state is State.LAPSED:
        return f"It lapsed: {why or 'its time had passed'}{at}."
    return f"It could not be issued{at}. {why}".rstrip()


def let_through(request: Request) -> str:
    """By whom, or by what, it was approved."""
    if request.asked.kind is Kind.BREAK_GLASS:
        return "Taken without approval: everybody is told, and two others must review it"
    return f"Approved by {approvers(request)}"


def approvers(request: Request) -> str:
    """Who has approved it."""
    return people(vote.voter for vote in request.votes if vote.verdict is Verdict.APPROVE) or "nobody"
