"""An approval request, as each of those who have to do with it sees it: the channel, approvers, requester.

One request is one set of sentences, whatever the state; a card is edited in place when the state changes. Once it is
decided the buttons are gone and the outcome stays, with who and when. `subject` is the credential that it is about, as
it is now, where that exists. (Its owner's message is `bot.slack.cards.offer`.)
"""

from bot.domain.credential import Credential
from bot.domain.ids import BUILTIN, UserId
from bot.domain.kind import Kind
from bot.domain.request import Request, State, Verb
from bot.slack.cards import wording
from bot.slack.cards.grounds import who_may, why_you
from bot.slack.cards.life import undo_row
from bot.slack.cards.particulars import particulars, what
from bot.slack.cards.pieces import (
    Button,
    Card,
    Confirm,
    Json,
    Known,
    actions,
    button,
    context,
    header,
    overflow,
    section,
    voters_line,
)
from bot.slack.cards.sentences import next_step, outcome, plain_outcome, title
from bot.slack.ids import Action, Choice, RequestMark, pack_choice
from bot.slack.text import closed, escape, in_channel, mention, span, when


def approval(request: Request, known: Known, subject: Credential | None = None) -> Card:
    """The card in the estate's approval channel."""
    blocks = [header(title(request, subject)), *particulars(request, known, subject)]
    if request.state is State.PENDING:
        blocks += [_may_approve(request, known), *_progress(request, known), _decide(request, known)]
    else:
        blocks += [section(outcome(request, subject)), *_progress(request, known)]
        if request.can(Verb.REVOKE):
            blocks.append(actions(_menu(request, Choice.DETAILS, Choice.DENY, Choice.WITHDRAW)))
        if _deletion(request) and subject is not None:
            blocks += undo_row(subject)
    return Card(_fallback(request, known, subject), tuple(blocks))


def asked(request: Request, known: Known, person: UserId | None, subject: Credential | None = None) -> Card:
    """The message to somebody who may approve: why them, and the same buttons as in the channel."""
    channel = in_channel(known.policy.channel_of(request.asked.estate))
    why = (
        f"{mention(request.asked.requester)} {wording.of(request).asks}, and {why_you(request, known, person)}. "
        f"The card is in {channel}."
    )
    blocks = [header(title(request, subject)), section(why), *particulars(request, known, subject)]
    if request.state is not State.PENDING:
        blocks += [section(outcome(request, subject)), *_progress(request, known)]
    elif person in request.heard:
        blocks += [section(_thanks(request, person)), *_progress(request, known)]
    elif person is not None and person not in request.eligible(known.policy, known.roster):
        blocks += [section("It is no longer yours to decide."), *_progress(request, known)]
    else:
        blocks += [*_progress(request, known), _decide(request, known)]
    return Card(_fallback(request, known, subject), tuple(blocks))


def _thanks(request: Request, person: UserId | None) -> str:
    vote = next(vote for vote in request.votes if person in vote.people)
    if vote.voter == person:
        return "You have approved this. Thank you."
    return f"{mention(vote.voter)} has approved this in your stead, and it counts as yours."


def told(request: Request, known: Known, subject: Credential | None = None) -> Card:
    """The message to whoever asked, on what became of it."""
    words, asked_for = wording.of(request), request.asked
    asked_to = f"asked to {words.verb.lower()}" if words.noun else "asked for"
    blocks = [
        header(title(request, subject)),
        section(f"{outcome(request, subject)}\n{next_step(request)}".rstrip()),
        context(f"You {asked_to} `{asked_for.name}`: {what(request, known)}.", f"Request {request.code}"),
    ]
    return Card(f"{closed(title(request, subject))} {escape(plain_outcome(request, subject))}", tuple(blocks))


def pressable(request: Request) -> list[Json]:
    """Approve and Deny, for a list of what waits."""
    return [_approve_button(request, None), _deny_button(request)]


def _deletion(request: Request) -> bool:
    return request.asked.kind is Kind.DELETE and request.state is State.FULFILLED


def _decide(request: Request, known: Known) -> Json:
    return actions(
        _approve_button(request, known), _deny_button(request), _menu(request, Choice.DETAILS, Choice.WITHDRAW)
    )


def _approve_button(request: Request, known: Known | None) -> Json:
    question = Confirm(
        title="Approve this request?",
        text=_question(request, known),
        yes="Approve",
    )
    return button(
        Button(
            action=Action.APPROVE,
            label="Approve",
            value=RequestMark.of(request).pack(),
            style="primary",
            confirm=question,
            hint=f"Approve {request.asked.name}",
        )
    )


def _question(request: Request, known: Known | None) -> str:
    asked_for, words = request.asked, wording.of(request)
    role = None if known is None else known.policy.roles.get(asked_for.role)
    subject = f"`{asked_for.name}` for {mention(asked_for.owner)}"
    told = f"{words.verb} {subject}" if words.noun else subject
    told += "." if known is None else f": {what(request, known)}."
    if words.noun:
        return f"{told}\n{_happens(request, known)}"
    return told + (f"\n⚠️ {escape(role.warning)}" if role is not None and role.warning else "")


_ELSEWHERE = {
    Kind.DELETE: "Its owner then deletes it where it lives.",
    Kind.EXTEND: "Its owner then extends it where it lives, and says so; until then I warn of the day that it has.",
}


def _happens(request: Request, known: Known | None) -> str:
    happens = "Its owner can put its new key to use." if request.asked.key else wording.of(request).happens
    if request.asked.authority != BUILTIN:
        happens = _ELSEWHERE.get(request.asked.kind, happens)
    if request.asked.kind is not Kind.DELETE or request.asked.authority != BUILTIN:
        return happens
    return happens if known is None else f"{happens} For {span(known.policy.windows.undo)} that can be undone."


def _deny_button(request: Request) -> Json:
    return button(
        Button(
            action=Action.DENY,
            label="Deny…",
            value=RequestMark.of(request).pack(),
            style="danger",
            hint=f"Deny {request.asked.name}",
        )
    )


_CHOICES = {
    Choice.DETAILS: "Show details",
    Choice.WITHDRAW: "Withdraw my request…",
    Choice.DENY: "Take the approval back…",
}


def _menu(request: Request, *choices: Choice) -> Json:
    mark = RequestMark.of(request)
    return overflow(Action.MORE, [(_CHOICES[choice], pack_choice(choice, mark)) for choice in choices])


def _progress(request: Request, known: Known) -> list[Json]:
    if request.state is not State.PENDING:
        return [context(_code(request))]
    counted = request.approvals(known.policy, known.roster)
    return [
        context(
            voters_line(counted, request.needed(known.policy)),
            f"Decide by {when(request.lapses_at)}",
            _code(request),
        )
    ]


def _may_approve(request: Request, known: Known) -> Json:
    return context(f"Who may approve: {who_may(request, known) or 'nobody at the moment'}")


def _code(request: Request) -> str:
    return f"Request {request.code}"


def _fallback(request: Request, known: Known, subject: Credential | None) -> str:
    return f"{title(request, subject)} ({what(request, known)}), asked by {mention(request.asked.requester)}."
