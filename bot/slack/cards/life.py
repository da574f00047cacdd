"""What a credential's owner is told of its life: handed on, deleted. Edited in place as things move."""

from bot.domain.credential import Credential, State
from bot.slack.cards.pieces import Card, Json, context, header, section
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


def _about(credential: Credential, title: str, text: str) -> Card:
    blocks: list[Json] = [header(title), section(text), context(f"Client ID `{credential.client_id}`")]
    return Card(f"{title}\n{text}", tuple(blocks))
