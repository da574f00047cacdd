"""What a screen reader hears of every card there is: all that stands in it, and never a secret."""

import json
from itertools import pairwise

import pytest

from bot.slack.cards.pieces import FALLBACK_MAX, Card, context, header, section
from bot.slack.cards.spoken import spoken
from bot.slack.text import escape
from tests.slack import specimens
from tests.slack.snapshots import FOLDER, slack_takes

SNAPSHOTS = {file.stem: json.loads(file.read_text()) for file in FOLDER.glob("*.json")}
MESSAGES = {
    name: Card(made["text"], tuple(made["blocks"]), carries_secret=name.startswith("secret-shown"))
    for name, made in SNAPSHOTS.items()
    if "type" not in made and "text" in made
}


def read_by_eye(card):
    """Every piece of text that is seen in a card, but for what is on its buttons."""
    for block in card.blocks:
        texts = [block.get("text"), *block.get("fields", [])]
        texts += block["elements"] if block["type"] == "context" else []
        yield from (escape(t["text"]) if t["type"] == "plain_text" else t["text"] for t in texts if t)


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_everything_that_is_seen_is_said(name):
    card = MESSAGES[name]
    message = spoken(card)
    slack_takes(message)
    assert message["text"].startswith(card.text[:40])
    if card.carries_secret:
        assert specimens.SECRET in json.dumps(message["blocks"])
        assert specimens.SECRET not in message["text"]
        return
    missing = [words for words in read_by_eye(card) if words not in message["text"]]
    assert missing == [] or len(message["text"]) > FALLBACK_MAX - 50


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_nothing_is_said_twice_in_a_row(name):
    lines = spoken(MESSAGES[name])["text"].split("\n")
    assert [line for line, following in pairwise(lines) if line and line == following] == []


def test_a_title_in_plain_text_is_no_markup_when_it_is_said():
    card = Card("Something", (header("<!channel> & co"), section("What it is"), context("small", "print")))
    assert spoken(card)["text"] == "Something\n&lt;!channel&gt; &amp; co\nWhat it is\nsmall\nprint"


def test_every_button_without_a_word_that_tells_it_apart_says_what_it_is_about():
    """Labels such as *Details* stand many times on a card: what is heard names the thing."""
    repeated = []
    for name, made in SNAPSHOTS.items():
        heard = [each.get("accessibility_label", each["text"]["text"]) for each in _buttons(made)]
        if len(set(heard)) < len(heard) and "Details" in [each["text"]["text"] for each in _buttons(made)]:
            repeated.append((name, [each for each in heard if each in ("Details", "Show", "Proof")]))
    assert [name for name, bare in repeated if bare] == []


def _buttons(made):
    if isinstance(made, dict):
        if made.get("type") == "button":
            yield made
        made = list(made.values())
    if isinstance(made, list):
        for part in made:
            yield from _buttons(part)
