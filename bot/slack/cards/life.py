"""What is told of a credential's life: suspended, transferred, unused, deleted."""

from bot.domain.credential import Credential, State
from bot.domain.ids import CredentialId
from bot.domain.kind import Kind
from bot.domain.suspension import ASKED, Suspension
from bot.slack.cards.pieces import Button, Card, Confirm, Json, Known, actions, button, context, header, section
from bot.slack.ids import Action, ChangeMark
from bot.slack.text import escape, mention, when


def suspended(credential: Credential, known: Known) -> Card:
    """It was stopped: to its owner, and to the estate's channel."""
    title = f"⏸️ Suspended: {credential.name}"
    where = f"{known.role(credential.role)} in {known.estate(credential.estate)}, owner {mention(credential.owner)}."
    if credential.suspension is None:
        return _about(credential, title, f"{where}\nIt was suspended, and is {credential.state.told} now.")
    text = (
        f"{where}\n{by_whom(credential.suspension)} It no longer authenticates. If it is still needed, *Resume* asks "
        "for an approval; whoever then misses its secret can rotate it."
    )
    return _about(credential, title, text, [actions(resume_button(credential.id, credential.name))])


def by_whom(suspension: Suspension) -> str:
    """Who suspended it, or why, as a sentence."""
    if suspension.by is None:
        return f"I have suspended it, because {escape(suspension.why)}."
    if suspension.why == ASKED:
        return f"{mention(suspension.by)} has suspended it."
    return f"It is suspended because {escape(suspension.why)}, by {mention(suspension.by)}."


def transferred(credential: Credential) -> Card:
    """To the owner of before."""
    text = (
        f"{mention(credential.owner)} has accepted this credential and answers for it from now on. "
        "Its secret is the same: whoever still has it can rotate it with them."
    )
    return _about(credential, f"🤝 Transferred: {credential.name}", text)


def deleted(credential: Credential) -> Card:
    """It is being deleted, or gone, or came back."""
    if credential.state is State.DELETING and credential.undo_until is not None:
        text = (
            "It no longer authenticates. Until "
            f"{when(credential.undo_until)} that can be undone; then what could check its secret is destroyed."
        )
        return _about(credential, f"🗑️ Being deleted: {credential.name}", text, undo_row(credential))
    if credential.state is State.DELETED:
        return _about(credential, f"🗑️ Deleted: {credential.name}", "It is gone, and its name is free.")
    text = "The deletion was undone. It is suspended: to work again it must be resumed, which takes an approval."
    return _about(credential, f"↩️ Restored: {credential.name}", text)


def unused(credential: Credential, known: Known) -> Card:
    """Nobody uses it: what becomes of that, and when."""
    patience = known.policy.unused.suspend_after
    if credential.unused_told_at is None or patience is None:
        text = "It has been used since, or no longer counts as unused. There is nothing left to do."
        return _about(credential, f"✅ Settled: {credential.name}", text)
    if credential.state is not State.ACTIVE:
        text = f"This credential is {credential.state.told}, so it no longer matters that nobody used it."
        return _about(credential, f"✅ Settled: {credential.name}", text)
    used = credential.last_used_at
    since = (
        f"never used, and it was issued {when(credential.created_at)}" if used is None else f"last used {when(used)}"
    )
    text = (
        f"It was {since}. If that stays so, I suspend it {when(credential.unused_told_at + patience)}: nobody would "
        "notice if somebody else used it. If it is needed, use it once before then."
    )
    mark = ChangeMark(Kind.DELETE, credential.id).pack()
    delete = Button(action=Action.CHANGE, label="Delete…", value=mark, hint=f"Delete {credential.name}")
    return _about(credential, f"💤 Nobody uses {credential.name}", text, [actions(button(delete))])


def resume_button(credential: CredentialId, name: str) -> Json:
    """Opens the form that asks for it to work again."""
    mark = ChangeMark(Kind.RESUME, credential).pack()
    resume = Button(action=Action.CHANGE, label="Resume…", value=mark, hint=f"Resume {name}")
    return button(resume)


def undo_row(credential: Credential) -> list[Json]:
    """The button that takes a deletion back, while there is time."""
    return [actions(undo_button(credential))] if credential.state is State.DELETING else []


def undo_button(credential: Credential) -> Json:
    """Takes a deletion back."""
    question = Confirm(
        title="Undo the deletion?",
        text="It is kept, as it is where it lives."
        if credential.tracked
        else "It comes back suspended: to work again it has to be resumed, and that takes an approval.",
        yes="Undo it",
    )
    undo = Button(
        action=Action.UNDO,
        label="Undo",
        value=str(credential.id),
        confirm=question,
        hint=f"Undo the deletion of {credential.name}",
    )
    return button(undo)


def _about(credential: Credential, title: str, text: str, row: list[Json] | None = None) -> Card:
    blocks: list[Json] = [header(title), section(text), *(row or []), context(f"Client ID `{credential.client_id}`")]
    return Card(f"{title}\n{text}", tuple(blocks))
