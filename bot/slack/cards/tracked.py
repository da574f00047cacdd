"""Credentials that live elsewhere, to their owners: what to do on the vendor's page, and a button that says it is done.

Of a vendor that has left the policy there is neither link nor steps; the buttons stay.
"""

from bot.domain.credential import Credential
from bot.domain.credential import State as CredentialState
from bot.domain.ids import AuthorityKey
from bot.domain.kind import Kind
from bot.domain.notice import Group
from bot.domain.request import Request, State
from bot.slack.cards.life import undo_button
from bot.slack.cards.pieces import Button, Card, Confirm, Json, Known, actions, button, context, fields, header, section
from bot.slack.cards.sentences import let_through, outcome, plain_outcome, title
from bot.slack.ids import Action, ChangeMark, RequestMark
from bot.slack.text import closed, counted, day, escape, mention, when


def to_make(request: Request, known: Known) -> Card:
    """Approved: the steps there, and the button that asks what it is called now."""
    asked = request.asked
    return _errand(
        request,
        known,
        to_do="where you make it yourself.",
        done="and you have made it. I watch its expiry, and never see its secret. "
        f"`/cred show {asked.name}` says what I know.",
        details=(("Role", known.role(asked.role)), ("Works until", f"the end of {_last_day(request, known)}")),
    )


def to_extend(request: Request, known: Known) -> Card:
    """An extension was approved: the steps there, and the button that asks until when it works now."""
    ends = _last_day(request, known)
    return _errand(
        request,
        known,
        to_do=f"where you extend it yourself, no further than {ends}. "
        "Until you say that it is done, I go on warning of the day that I know.",
        done="and you have extended it. I warn of the day that you wrote. "
        f"`/cred show {request.asked.name}` says which that is.",
        details=(("Approved until", f"the end of {ends}"),),
    )


def _errand(request: Request, known: Known, *, to_do: str, done: str, details: tuple[tuple[str, str], ...]) -> Card:
    """What was approved and is done elsewhere; with *It is done there*, while somebody is to say it."""
    asked = request.asked
    lives = f"It lives in {known.place(asked.authority)},"
    blocks = [header(title(request))]
    match request.state:
        case State.APPROVED:
            blocks.append(section(f"{let_through(request)}. {lives} {to_do}"))
            blocks += _steps(known, asked.authority, asked.kind)
        case State.FULFILLED:
            blocks.append(section(f"{lives} {done}"))
        case _:
            blocks.append(section(outcome(request)))
    blocks.append(fields(("Name", f"`{asked.name}`"), *details, ("Asked by", mention(asked.requester))))
    if request.state is State.APPROVED:
        blocks.append(actions(_done_button(request)))
        blocks.append(context(f"Say it by {when(request.lapses_at)}.", f"Request {request.code}"))
    else:
        blocks.append(context(f"Request {request.code}"))
    return Card(f"{closed(title(request))} {escape(plain_outcome(request))}", tuple(blocks))


def _last_day(request: Request, known: Known) -> str:
    return day(known.policy.last_day(request.asked.expires_at))


def to_delete(credential: Credential, known: Known) -> Card:
    """Its deletion was approved: the steps there, and the buttons that say it is done, or that it is kept."""
    place, name = known.place(credential.authority), credential.name
    match credential.state:
        case CredentialState.DELETING:
            text = f"Its deletion was approved. You delete it yourself, in {place}; I remind you until it is done."
            steps = _steps(known, credential.authority, Kind.DELETE)
            row = [actions(gone_button(credential), undo_button(credential))]
            return _about(credential, f"🗑️ To be deleted: {name}", text, *steps, *row)
        case CredentialState.DELETED:
            text = f"It lived in {place}. Here its name is free, and what happened to it stays in the ledger."
            return _about(credential, f"🗑️ Deleted: {name}", text)
        case _:
            text = f"The deletion was undone. It lives in {place} as before, and I go on watching its expiry."
            return _about(credential, f"↩️ Kept: {name}", text)


def waiting(group: Group, known: Known, *, to_owner: bool) -> Card:
    """What is still to be deleted elsewhere: to its owner every day, after a week to the estate's channel."""
    left = [credential for credential in group.items if credential.state is CredentialState.DELETING]
    if not left:
        text = "What was to be deleted where it lives has been deleted, or is kept."
        return Card(text, (section(f"✅ {text}"),))
    title = f"🗑️ Still to be deleted: {counted(group.needing, 'credential', 'credentials')}"
    ask = "Delete each where it lives, then say so." if to_owner else "They are their owners' to delete, or an admin's."
    blocks = [header(title), section(f"The deletion was approved, and nobody has said that it is done. {ask}")]
    for credential in left:
        of = "" if to_owner else f" · owner {mention(credential.owner)}"
        line = f"*`{credential.name}`* · lives in {known.place(credential.authority)}{of}"
        blocks.append(section(f"{line}\nClient ID `{escape(credential.client_id)}`", accessory=gone_button(credential)))
    more = group.needing - len(left)
    return Card(title, (*blocks, *([context(f"… and {more} more.")] if more else [])))


def _about(credential: Credential, title: str, text: str, *more: Json) -> Card:
    small = context(f"Client ID `{escape(credential.client_id)}`")
    return Card(f"{title}\n{text}", (header(title), section(text), *more, small))


def gone_button(credential: Credential) -> Json:
    """Says that it is deleted where it lived."""
    question = Confirm(
        title="Is it deleted there?",
        text="Then its name is free here, and that cannot be undone.",
        yes="It is deleted",
    )
    return button(
        Button(
            action=Action.GONE,
            label="It is deleted there",
            value=ChangeMark(Kind.DELETE, credential.id).pack(),
            style="primary",
            confirm=question,
            hint=f"Say that {credential.name} is deleted",
        )
    )


def _steps(known: Known, authority: AuthorityKey, kind: Kind) -> list[Json]:
    vendor = known.policy.vendors.get(authority)
    if vendor is None:
        return [context("Its vendor is no longer in the policy: ask whoever keeps it for the page and the steps.")]
    steps = {Kind.ADD: vendor.to_add, Kind.EXTEND: vendor.to_extend, Kind.DELETE: vendor.to_delete}[kind]
    if not steps:
        return []
    listed = "\n".join(f"{number}. {escape(step)}" for number, step in enumerate(steps, start=1))
    return [section(f"*What to do there*\n{listed}")]


def _done_button(request: Request) -> Json:
    made = "extended" if request.asked.extended_elsewhere else "made"
    return button(
        Button(
            action=Action.MADE,
            label="It is done there…",
            value=RequestMark.of(request).pack(),
            style="primary",
            hint=f"Say that {request.asked.name} is {made}",
        )
    )
