"""A card as it is sent: its own text says all that its blocks say, since a screen reader reads that and not the blocks.

It begins with the card's short text, which is what a notification shows. What Slack would show as a plain title is
escaped here, where it would else be markup. A secret stays in its one block: the text of its card says nothing of it.
"""

from collections.abc import Iterator

from bot.slack.cards.pieces import FALLBACK_MAX, Card, Json, typed_through
from bot.slack.text import escape


def spoken(card: Card) -> Json:
    """The fields of a message in Slack's API, or of an answer to a command."""
    message = card.message()
    if card.carries_secret:
        return message
    told = card.text
    for words in (words for block in card.blocks for words in _words(block)):
        if words not in told:
            told += f"\n{words}"
    return {**message, "text": typed_through(told, FALLBACK_MAX)}


def _words(block: Json) -> Iterator[str]:
    """What somebody reads in a block; its buttons are read as buttons."""
    texts = [block.get("text"), *block.get("fields", []), *(block.get("elements", []) if _small(block) else [])]
    for text in texts:
        if text:
            yield escape(text["text"]) if text["type"] == "plain_text" else text["text"]


def _small(block: Json) -> bool:
    return bool(block["type"] == "context")
