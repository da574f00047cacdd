"""What a credential's owner is told of its life: handed on, unused, deleted. Edited in place as things move."""

from bot.domain.credential import Credential, State
from bot.domain.kind import Kind
from bot.slack.cards.pieces import Button, Card, Json, Known, actions, button, context, header, section
from bot.slack.ids import Action, ChangeMark
from bot.slack.text import mention, when


def transferred(credential: Credential) -> Card:
    """To the owner of before."""
    text = (
        f"{mention(credential.owner)} has accepted this credential and answers for it from now on. "
        "Its secret is the same: whoever still has it can rotate it with them."
    )
    return _about(credential, f"🤝 Handed on: {credential.name}", text)


def deleted(credential: Credential) -> Card:
    """It is being deleted, or gone, or came back."""
    if credential.state is State.DELETING and credential.undo_until is not None:
        text = (
            "It no longer authenticates. Until "
            f"{when(credential.undo_until)} that can be undone; then what could check its secret is destroyed."
        )
        return _about(credential, f"🗑️ Being deleted: {credential.name}", text)
    if credential.state is State.DELETED:
        return _about(credential, f"🗑️ Deleted: {credential.name}", "It is gone, and its name is free.")
    text = "The deletion was undone. It is suspended: to work again it needs to be resumed, and that an approval."
    return _about(credential, f"↩️ Restored: {credential.name}", text)


def unused(credential: Credential, known: Known) -> Card:
    """Nobody uses it: what becomes of that, and when."""
    patience = known.policy.unused.suspend_after
    if credential.unused_told_at is None or patience is None:
        text = "It has been used since, or no longer counts as unused. There is nothing left to do."
        return _about(credential, f"✅ Settled: {credential.name}", text)
    if credential.state is not State.ACTIVE:
        text = f"This credential is {credential.state}, so it no longer matters that nobody used it."
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
    return _about(credential, f"💤 Nobody uses {credential.name}", text, [button(delete)])


def _about(credential: Credential, title: str, text: str, row: list[Json] | None = None) -> Card:
    blocks: list[Json] = [header(title), section(text)]
    if row:
        blocks.append(actions(*row))
    return Card(f"{title}\n{text}", (*blocks, context(f"Client ID `{credential.client_id}`")))
