"""The message to whoever takes what was approved: the owner who reveals a secret, or the new owner who accepts."""

from bot.domain.credential import Credential, SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.ids import BUILTIN
from bot.domain.kind import Kind
from bot.domain.request import Request, State
from bot.slack.cards import tracked
from bot.slack.cards.life import resume_button
from bot.slack.cards.particulars import at_a_glance
from bot.slack.cards.pieces import Button, Card, Confirm, Json, Known, actions, button, context, header, section
from bot.slack.cards.sentences import let_through, outcome, plain_outcome, title
from bot.slack.cards.wording import by_key
from bot.slack.ids import Action, ChangeMark, RequestMark
from bot.slack.text import closed, escape, in_channel, mention, quote, span, when

_QUOTE_MAX = 2900


def offer(request: Request, known: Known, subject: Credential | None = None) -> Card:
    """The message with the button, and what became of it after. `subject`: the credential, where it exists already."""
    if request.asked.made_elsewhere:
        return tracked.to_make(request, known)
    if request.asked.extended_elsewhere:
        return tracked.to_extend(request, known)
    transfer = request.asked.kind is Kind.TRANSFER
    heading = _title(request) if transfer else title(request)
    tell = _to_new_owner if transfer else _to_owner_of_key if request.asked.key else _to_owner
    told = tell(request, known, subject)
    blocks = [header(heading), section(told), at_a_glance(request, known)]
    if transfer and request.asked.reason and request.state is State.APPROVED:
        blocks.append(section(f"*Reason*\n{quote(request.asked.reason, _QUOTE_MAX)}"))
    if request.state is State.APPROVED:
        row = [_accept_button(request), _decline_button(request)] if transfer else [_reveal_button(request)]
        by = f"{'Accept' if transfer else 'Reveal'} it by {when(request.lapses_at)}."
        blocks += [actions(*row), context(by, f"Request {request.code}")]
    else:
        if transfer and request.state is State.FULFILLED and request.asked.authority == BUILTIN:
            blocks.append(
                actions(
                    resume_button(request.credential, request.asked.name)
                    if _stopped(subject)
                    else _rotate_button(request)
                )
            )
        blocks.append(context(f"Request {request.code}"))
    return Card(f"{closed(heading)} {escape(plain_outcome(request))}", tuple(blocks))


def _title(request: Request) -> str:
    match request.state:
        case State.APPROVED:
            return f"🤝 Offered to you: {request.asked.name}"
        case State.FULFILLED:
            return f"🤝 Yours: {request.asked.name}"
        case _:
            return title(request)


def _to_owner(request: Request, known: Known, subject: Credential | None) -> str:
    rotation = request.asked.kind is Kind.ROTATE
    match request.state:
        case State.APPROVED if rotation:
            return (
                f"{let_through(request)}. *Reveal* shows the new secret once, to you alone. {_old(known, subject)} "
                "Have the place ready where you will keep the new one: I keep no copy."
            )
        case State.APPROVED:
            return (
                f"{let_through(request)}. *Reveal* shows the client ID and the secret once, to you alone. "
                "Have the place ready where you will keep the secret: I keep no copy."
            )
        case State.FULFILLED:
            return (
                f"You have revealed this {'new ' if rotation else ''}secret. It was shown once, and I keep no copy. "
                f"`/cred show {request.asked.name}` says when it was last used."
            )
        case State.EXECUTING:
            return "Your secret is being made. Look below in a moment."
        case State.UNRESOLVED:
            return "The answer was lost while your secret was being made. I am looking it up; the button comes back."
        case State.PENDING | State.DENIED | State.WITHDRAWN | State.LAPSED | State.REFUSED:
            return outcome(request)


def _to_owner_of_key(request: Request, known: Known, subject: Credential | None) -> str:
    """The same where there is no secret to deliver."""
    match request.state:
        case State.APPROVED:
            what = f"There is no secret to deliver: it authenticates by {by_key(request.asked.key)}."
            if request.asked.kind is Kind.ROTATE:
                told = f"{let_through(request)}. *Reveal* puts the new key to use and shows how."
                return f"{told} {what} {_old(known, subject)}"
            return f"{let_through(request)}. *Reveal* shows the client ID to you alone, and how it is used. {what}"
        case State.FULFILLED:
            return (
                f"You have revealed this client ID. It authenticates by {by_key(request.asked.key)}. "
                f"`/cred show {request.asked.name}` says when it was last used."
            )
        case State.EXECUTING:
            return "It is being made. Look below in a moment."
        case State.UNRESOLVED:
            return "The answer was lost while it was being made. I am looking it up; the button comes back."
        case State.PENDING | State.DENIED | State.WITHDRAWN | State.LAPSED | State.REFUSED:
            return outcome(request)


def _old(known: Known, subject: Credential | None) -> str:
    """What becomes of the secret that works now."""
    if subject is not None and all(secret.state is SecretState.RETIRED for secret in subject.secrets):
        return "The old one was ended, so nothing authenticates until this one is in place."
    return f"The old one works for {span(known.policy.rotation.overlap)} after that, so that nothing breaks on the way."


def _to_new_owner(request: Request, known: Known, subject: Credential | None) -> str:
    at_the_moment = "\n⏸️ It is suspended at the moment: nothing authenticates with it." if _stopped(subject) else ""
    match request.state:
        case State.APPROVED:
            channel = known.policy.channel_of(request.asked.estate)
            return (
                f"{mention(request.asked.requester)} asked to transfer this credential to you. "
                f"{let_through(request)}.\n"
                "Whoever accepts it answers for it: you are warned before it expires, you alone are shown its new "
                f"secrets, and your name stands at it in {in_channel(channel)}. Whoever has its secret still knows "
                f"it then: {_change_it(request)}.{at_the_moment}"
            )
        case State.FULFILLED:
            told = "You have accepted this credential and answer for it now. Whoever had its secret still knows it"
            return f"{told}: {_change_it(request)}.{at_the_moment}"
        case _:
            return outcome(request)


def _stopped(subject: Credential | None) -> bool:
    return subject is not None and subject.state is CredentialState.SUSPENDED


def _change_it(request: Request) -> str:
    here = request.asked.authority == BUILTIN
    return "rotate it, so that nobody else does" if here else "change it where it lives, so that nobody else does"


def _reveal_button(request: Request) -> Json:
    question = Confirm(
        title="Reveal it now?",
        text="It authenticates by its key from then on."
        if request.asked.key
        else "The secret is shown once. Have the place ready where you will keep it.",
        yes="Reveal",
    )
    return button(
        Button(
            action=Action.REVEAL,
            label="Reveal",
            value=RequestMark.of(request).pack(),
            style="primary",
            confirm=question,
            hint=f"Reveal the {'client ID' if request.asked.key else 'secret'} of {request.asked.name}",
        )
    )


def _accept_button(request: Request) -> Json:
    question = Confirm(
        title="Accept this credential?",
        text=f"You answer for `{request.asked.name}` from now on.",
        yes="Accept",
    )
    return button(
        Button(
            action=Action.ACCEPT,
            label="Accept",
            value=RequestMark.of(request).pack(),
            style="primary",
            confirm=question,
            hint=f"Accept {request.asked.name}",
        )
    )


def _decline_button(request: Request) -> Json:
    question = Confirm(
        title="Decline this credential?",
        text=f"`{request.asked.name}` stays with its owner, and the request ends.",
        yes="Decline",
    )
    return button(
        Button(
            action=Action.DECLINE,
            label="Decline",
            value=RequestMark.of(request).pack(),
            style="danger",
            confirm=question,
            hint=f"Decline {request.asked.name}",
        )
    )


def _rotate_button(request: Request) -> Json:
    return button(
        Button(
            action=Action.CHANGE,
            label="Rotate…",
            value=ChangeMark(Kind.ROTATE, request.credential).pack(),
            hint=f"Rotate {request.asked.name}",
        )
    )
