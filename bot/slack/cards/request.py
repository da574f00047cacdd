"""An approval request, as each of those who have to do with it sees it: the channel, approvers, requester, owner.

One request is one set of sentences, whatever the state; a card is edited in place when the state changes. Once it is
decided the buttons are gone and the outcome stays, with who and when.
"""

from bot.domain.ids import BUILTIN, UserId
from bot.domain.request import Request, State, Verb
from bot.slack.cards import tracked
from bot.slack.cards.pieces import (
    Button,
    Card,
    Confirm,
    Json,
    Known,
    actions,
    button,
    context,
    fields,
    header,
    overflow,
    section,
    voters_line,
)
from bot.slack.cards.sentences import let_through, next_step, outcome, plain_outcome, title
from bot.slack.ids import Action, Choice, RequestMark, pack_choice
from bot.slack.text import escape, in_channel, mention, people, quote, when

_QUOTE_MAX = 2900


def approval(request: Request, known: Known) -> Card:
    """The card in the estate's approval channel."""
    blocks = [header(title(request)), *particulars(request, known)]
    if request.state is State.PENDING:
        blocks += [_may_approve(request, known), *_progress(request, known), _decide(request, known)]
    else:
        blocks += [section(outcome(request)), *_progress(request, known)]
        if request.can(Verb.REVOKE):
            blocks.append(actions(_menu(request, Choice.DETAILS, Choice.DENY, Choice.WITHDRAW)))
    return Card(_fallback(request, known), tuple(blocks))


def asked(request: Request, known: Known, person: UserId | None) -> Card:
    """The message to somebody who may approve: why them, and the same buttons as in the channel."""
    channel = in_channel(known.policy.channel_of(request.asked.estate))
    why = (
        f"{mention(request.asked.requester)} asks for a credential, and you are one of those who approve for "
        f"*{known.estate(request.asked.estate)}*. The card is in {channel}."
    )
    blocks = [header(title(request)), section(why), *particulars(request, known)]
    if request.state is not State.PENDING:
        blocks += [section(outcome(request)), *_progress(request, known)]
    elif any(vote.voter == person for vote in request.votes):
        blocks += [section("You have approved this. Thank you."), *_progress(request, known)]
    else:
        blocks += [*_progress(request, known), _decide(request, known)]
    return Card(_fallback(request, known), tuple(blocks))


def told(request: Request, known: Known) -> Card:
    """The message to whoever asked, on what became of it."""
    asked_for = f"You asked for `{request.asked.name}`: {_what(request, known)}."
    blocks = [
        header(title(request)),
        section(f"{outcome(request)}\n{next_step(request)}".rstrip()),
        context(asked_for, f"Request {request.code}"),
    ]
    return Card(f"{title(request)}. {escape(plain_outcome(request))}", tuple(blocks))


def reveal(request: Request, known: Known) -> Card:
    """The message to the owner, with the button that mints the secret; or with what to do where it is to live."""
    if request.asked.made_elsewhere:
        return tracked.to_make(request, known)
    blocks = [header(title(request)), section(_to_owner(request)), _at_a_glance(request, known)]
    if request.state is State.APPROVED:
        blocks += [
            actions(_reveal_button(request)),
            context(f"Reveal it by {when(request.lapses_at)}.", _code(request)),
        ]
    else:
        blocks.append(context(_code(request)))
    return Card(f"{title(request)}. {escape(plain_outcome(request))}", tuple(blocks))


def pressable(request: Request) -> list[Json]:
    """Approve and Deny, for a list of what waits."""
    return [_approve_button(request, None), _deny_button(request)]


def particulars(request: Request, known: Known) -> list[Json]:
    """What was asked: the same for everybody who looks at it."""
    asked_for, role = request.asked, known.policy.roles.get(request.asked.role)
    summary = "" if role is None else f"\n{escape(role.summary)}"
    blocks = [
        section(f"*{known.role(asked_for.role)}* in *{known.estate(asked_for.estate)}*{summary}"),
        fields(
            ("Asked by", mention(asked_for.requester)),
            ("Owner", mention(asked_for.owner)),
            ("Name", f"`{asked_for.name}`"),
            ("Works until", _end(request, known)),
            *([("Lives in", known.place(asked_for.authority))] if asked_for.authority != BUILTIN else []),
        ),
        section(f"*Reason*\n{quote(asked_for.reason, _QUOTE_MAX)}"),
    ]
    if asked_for.description:
        blocks.append(section(f"*What it is*\n{quote(asked_for.description, _QUOTE_MAX)}"))
    if role is not None and role.warning and request.state in (State.PENDING, State.APPROVED):
        blocks.append(section(f"⚠️ *{escape(role.warning)}*"))
    return blocks


def _to_owner(request: Request) -> str:
    match request.state:
        case State.APPROVED:
            return (
                f"{let_through(request)}. *Reveal* shows the client ID and the secret once, to you alone. "
                "Have the place ready where you will keep the secret: I keep no copy."
            )
        case State.FULFILLED:
            return (
                "You have revealed this secret. It was shown once, and I keep no copy. "
                f"`/cred show {request.asked.name}` says when it was last used."
            )
        case State.EXECUTING:
            return "Your secret is being made. Look below in a moment."
        case State.UNRESOLVED:
            return "The answer was lost while your secret was being made. I am looking it up; the button comes back."
        case State.PENDING | State.DENIED | State.WITHDRAWN | State.LAPSED | State.REFUSED:
            return outcome(request)


def _decide(request: Request, known: Known) -> Json:
    return actions(
        _approve_button(request, known), _deny_button(request), _menu(request, Choice.DETAILS, Choice.WITHDRAW)
    )


def _approve_button(request: Request, known: Known | None) -> Json:
    asked_for = request.asked
    role = None if known is None else known.policy.roles.get(asked_for.role)
    question = Confirm(
        title="Approve this request?",
        text=f"`{asked_for.name}` for {mention(asked_for.owner)}"
        + ("." if known is None else f": {_what(request, known)}.")
        + (f"\n⚠️ {escape(role.warning)}" if role is not None and role.warning else ""),
        yes="Approve",
    )
    return button(
        Button(
            action=Action.APPROVE,
            label="Approve",
            value=RequestMark.of(request).pack(),
            style="primary",
            confirm=question,
            hint=f"Approve {asked_for.name}",
        )
    )


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


def _reveal_button(request: Request) -> Json:
    question = Confirm(
        title="Reveal it now?",
        text="The secret is shown once. Have the place ready where you will keep it.",
        yes="Reveal",
    )
    return button(
        Button(
            action=Action.REVEAL,
            label="Reveal",
            value=RequestMark.of(request).pack(),
            style="primary",
            confirm=question,
            hint=f"Reveal the secret of {request.asked.name}",
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
    could = sorted(request.eligible(known.policy, known.roster))
    return context(f"Who may approve: {people(could, 'or') or 'nobody at the moment'}")


def _at_a_glance(request: Request, known: Known) -> Json:
    asked_for = request.asked
    return fields(
        ("Role", known.role(asked_for.role)),
        ("Estate", known.estate(asked_for.estate)),
        ("Works until", _end(request, known)),
        ("Asked by", mention(asked_for.requester)),
    )


def _what(request: Request, known: Known) -> str:
    return f"{known.role(request.asked.role)} in {known.estate(request.asked.estate)}"


def _end(request: Request, known: Known) -> str:
    return known.end(request.asked.expires_at)


def _code(request: Request) -> str:
    return f"Request {request.code}"


def _fallback(request: Request, known: Known) -> str:
    return f"{title(request)} ({_what(request, known)}), asked by {mention(request.asked.requester)}."
