"""The forms beside the big one: the terms, a denial's reason, taking a request back; and what is only read."""

from collections.abc import Mapping
from typing import Any

from bot.domain.credential import Credential
from bot.domain.ids import CredentialId
from bot.domain.kind import NEW
from bot.domain.naming import REASON_MAX, clean, says_something
from bot.domain.request import Request, State, Verdict
from bot.domain.terms import Terms
from bot.slack.cards import wording
from bot.slack.cards.particulars import particulars
from bot.slack.cards.pieces import (
    SECTION_MAX,
    Json,
    Known,
    context,
    entry,
    form,
    header,
    option,
    paragraphs,
    section,
    view,
    voter,
)
from bot.slack.cards.sentences import outcome, title
from bot.slack.ids import Action, Answer, AnswerMark, Block, Callback, RequestMark
from bot.slack.text import day, escape, in_channel, mention, quote, when
from bot.slack.text import typed as typed_text

_PARAGRAPHS = 90
"""Sections of terms that a modal holds beside its checkbox."""
_ACCEPTED = "accepted"


def terms(what: Terms, *, then: Callback = Callback.ADD) -> Json:
    """The terms, to be read, and one box to tick. `then`: the form that takes their place."""
    element = {
        "type": "checkboxes",
        "action_id": Action.ENTRY.value,
        "options": [option("I have read this and accept it", _ACCEPTED)],
    }
    blocks = [
        header("Before your first request"),
        *paragraphs(what.text, most=_PARAGRAPHS),
        entry(f"Terms, version {what.version}", element, block=Block.TERMS),
    ]
    return form(
        "Terms of use", blocks, callback=Callback.TERMS.value, submit="Accept", metadata=f"{what.digest}/{then}"
    )


def accepted_digest(sent: Mapping[str, Any]) -> str | None:
    """Which terms were accepted, if the box is ticked."""
    elements = ((sent.get("state") or {}).get("values") or {}).get(Block.TERMS, {})
    ticked = [box.get("value") for element in elements.values() for box in element.get("selected_options") or []]
    digest, _, _ = str(sent.get("private_metadata")).partition("/")
    return digest if _ACCEPTED in ticked else None


def leads_to(sent: Mapping[str, Any]) -> Callback:
    """Which form follows the terms."""
    _, _, then = str(sent.get("private_metadata")).partition("/")
    return Callback.GLASS if then == Callback.GLASS else Callback.ADD


def deny(request: Request, known: Known) -> Json:
    """Why not: the requester reads it."""
    approved = request.state is State.APPROVED
    element = {
        "type": "plain_text_input",
        "action_id": Action.ENTRY.value,
        "multiline": True,
        "max_length": REASON_MAX,
    }
    words = wording.of(request)
    verb = f"{words.verb} " if words.noun else ""
    what = f"{verb}`{request.asked.name}`: {known.role(request.asked.role)} in {known.estate(request.asked.estate)}."
    blocks = [
        section(f"{what} Asked by {mention(request.asked.requester)}."),
        entry("Why not", element, block=Block.REASON, hint="The requester and the approval channel read this."),
    ]
    return form(
        "Take the approval back" if approved else "Deny this request",
        blocks,
        callback=Callback.DENY.value,
        submit="Take it back" if approved else "Deny",
        metadata=RequestMark.of(request).pack(),
    )


def denial(sent: Mapping[str, Any]) -> tuple[RequestMark, str] | None:
    """Which request was denied and why; None if the form is none of ours."""
    mark = RequestMark.parse(sent.get("private_metadata"))
    elements = ((sent.get("state") or {}).get("values") or {}).get(Block.REASON, {})
    reasons = [element.get("value") for element in elements.values()]
    return None if mark is None or not reasons else (mark, reasons[0] or "")


def wrong_with(reason: str, empty: str) -> str:
    """What is wrong with a reason, if anything is. `empty`: what is said where nothing can be read in it."""
    length = len(clean(reason))
    if length > REASON_MAX:
        return f"This has {length} characters; {REASON_MAX} are the most."
    return "" if says_something(reason) else empty


def withdraw(request: Request) -> Json:
    """Sure?"""
    blocks = [section(f"Withdraw your request for `{request.asked.name}`? {_lost(request)}")]
    mark = RequestMark.of(request).pack()
    return form("Withdraw my request", blocks, callback=Callback.WITHDRAW.value, submit="Withdraw", metadata=mark)


def _lost(request: Request) -> str:
    if request.asked.kind in NEW:
        return "Its approvals are lost, and its name is free."
    return "Its approvals are lost, and the credential stays as it is."


def withdrawal(sent: Mapping[str, Any]) -> RequestMark | None:
    """Which request is withdrawn."""
    return RequestMark.parse(sent.get("private_metadata"))


def let_expire(credential: Credential, known: Known) -> Json:
    """Sure? Its owner and its channel will see who decided."""
    last_day = day(known.policy.last_day(credential.expires_at))
    blocks = [
        section(
            f"Let `{credential.name}` expire at the end of {last_day}? Nobody is warned of it any more, and whatever "
            "uses it stops working then. Its channel and its owner see that you decided this."
        ),
        context("Extending or rotating it later is still possible, as long as it works."),
    ]
    mark = AnswerMark(Answer.LET_EXPIRE, credential.id).pack()
    return form("Let it expire", blocks, callback=Callback.LET_EXPIRE.value, submit="Let it expire", metadata=mark)


def let_expire_of(sent: Mapping[str, Any]) -> CredentialId | None:
    """Which credential may expire."""
    mark = AnswerMark.parse(sent.get("private_metadata"))
    return None if mark is None or mark.answer is not Answer.LET_EXPIRE else mark.credential


def details(request: Request, known: Known, subject: Credential | None = None) -> Json:
    """The whole of a request, to be read."""
    votes = "\n".join(
        f"{'✅' if vote.verdict is Verdict.APPROVE else '⛔'} {voter(vote)}, {when(vote.at)}" for vote in request.votes
    )
    permissions = ", ".join(f"`{permission}`" for permission in sorted(request.permissions))
    blocks = [
        header(title(request, subject)),
        *particulars(request, known, subject),
        section(f"*May do*\n{permissions or 'nothing'}"),
        section(f"*Where it stands*\n{outcome(request, subject)}"),
        *([section(f"*Votes*\n{votes}")] if votes else []),
        context(f"Opened {when(request.opened_at)}", f"Request {request.code}", f"`{request.id}`"),
    ]
    return view(f"Request {request.code}", blocks, callback=Callback.READ.value)


def sent_off(request: Request, known: Known) -> Json:
    """What a form turns into once it was taken."""
    where = in_channel(known.policy.channel_of(request.asked.estate))
    whose = "you" if request.asked.owner == request.asked.requester else mention(request.asked.owner)
    told = (
        f"The button for it is in my messages to {whose}. What becomes of it stands in {where}."
        if request.by_rule
        else f"The card is in {where}, and I have written to those who may approve. "
        "I will tell you in a message what becomes of it."
    )
    blocks = [
        header(title(request) if wording.of(request).noun else f"Asked for: {request.asked.name}"),
        section(f"{known.role(request.asked.role)} in {known.estate(request.asked.estate)}. {told}"),
        section(outcome(request)),
        context(f"Request {request.code}"),
    ]
    return view("Request sent", blocks, callback=Callback.READ.value)


def suspend(credential: Credential, known: Known) -> Json:
    """Sure? It takes effect at once."""
    used = "never" if credential.last_used_at is None else when(credential.last_used_at)
    blocks = [
        section(
            f"*`{escape(credential.name)}`* · {known.role(credential.role)} in {known.estate(credential.estate)}\n"
            f"owner {mention(credential.owner)} · last used {used}"
        ),
        section(
            "It stops authenticating at once, and nobody has to approve that. To work again it has to be resumed, "
            "and that takes an approval."
        ),
    ]
    return form(
        "Suspend a credential", blocks, callback=Callback.SUSPEND.value, submit="Suspend", metadata=str(credential.id)
    )


def said(sentence: str, *, typed: str = "") -> Json:
    """One sentence, where a form was; and what was typed into the form, so that it is not lost with it."""
    kept = [section(quote(typed, SECTION_MAX))] if typed else []
    return view("Credentials", [section(typed_text(sentence, SECTION_MAX)), *kept], callback=Callback.READ.value)


def shown(text: str) -> Json:
    """The same of mrkdwn that this program wrote itself."""
    return view("Credentials", [section(text)], callback=Callback.READ.value)
