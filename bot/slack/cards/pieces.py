"""The pieces that cards are made of, each within Slack's limits whatever is put into it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.domain.ids import BUILTIN, AuthorityKey, EstateKey, RoleKey
from bot.domain.person import Roster
from bot.domain.policy import Policy
from bot.domain.request import Vote
from bot.slack.ids import Action
from bot.slack.text import day, escape, mention, plain, typed, when

Json = dict[str, Any]

HEADER_MAX = 150
SECTION_MAX = 3000
FIELD_MAX = 2000
FIELDS_MAX = 10
BUTTON_MAX = 75
OPTION_MAX = 75
CONFIRM_TITLE_MAX = 100
CONFIRM_TEXT_MAX = 300
CONTEXT_MAX = 10
VIEW_TITLE_MAX = 24
MESSAGE_BLOCKS_MAX = 50
VIEW_BLOCKS_MAX = 100
FALLBACK_MAX = 3000
"""Of a message's own text, which screen readers read instead of the blocks: all of it; a notification shows less."""


@dataclass(frozen=True, slots=True)
class Known:
    """What names and progress are read from: the policy and the roster of this moment."""

    policy: Policy
    roster: Roster

    def estate(self, key: EstateKey) -> str:
        """An estate's name; its key if it has left the policy."""
        found = self.policy.estates.get(key)
        return typed(key if found is None else found.name, OPTION_MAX)

    def role(self, key: RoleKey) -> str:
        """A role's name; its key if it has left the policy."""
        found = self.policy.roles.get(key)
        return typed(key if found is None else found.name, OPTION_MAX)

    def end(self, moment: datetime) -> str:
        """Until when something works: the end of a day, as people pick it, or an instant of its own."""
        last = self.policy.last_day(moment)
        return f"the end of {day(last)}" if self.policy.end_of(last) == moment else when(moment)

    def start(self, moment: datetime) -> str:
        """From when something holds: the beginning of a day, as people pick it, or an instant of its own."""
        first = self.policy.last_day(moment) + timedelta(days=1)
        begins = self.policy.end_of(first - timedelta(days=1)) == moment
        return f"the beginning of {day(first)}" if begins else when(moment)

    def place(self, key: AuthorityKey) -> str:
        """Where a credential lives, with a link to its vendor's page; its key if that has left the policy."""
        if key == BUILTIN:
            return "Cred itself"
        found = self.policy.vendors.get(key)
        return typed(key, OPTION_MAX) if found is None else f"<{escape(found.url)}|{typed(found.name, OPTION_MAX)}>"


@dataclass(frozen=True, slots=True)
class Card:
    """A message: its blocks, and the text for notifications and screen readers."""

    text: str
    blocks: tuple[Json, ...]
    carries_secret: bool = False
    """A secret stands in its blocks, and must stand nowhere else."""

    def message(self) -> Json:
        """The fields of a message in Slack's API, or of an answer to a command."""
        return {"text": typed_through(self.text, FALLBACK_MAX), "blocks": list(self.blocks)}


@dataclass(frozen=True, slots=True)
class Confirm:
    """The question before a button takes effect. Its text is mrkdwn."""

    title: str
    text: str
    yes: str
    no: str = "Not now"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button. `style` is Slack's: primary or danger."""

    action: Action
    label: str
    value: str
    style: str | None = None
    confirm: Confirm | None = None
    hint: str = ""
    """What a screen reader says in place of the label."""
    part: str = ""
    """Tells buttons of one action in one row apart: Slack wants every ID in a row to be another."""


def typed_through(text: str, limit: int) -> str:
    """Text that is mrkdwn already, cut at a limit, never inside of a mention, a date or an escape."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    for opening, closing in (("<", ">"), ("&", ";")):
        opened = cut.rfind(opening)
        if opened > cut.rfind(closing):
            cut = cut[:opened]
    return f"{cut}…"


def header(text: str) -> Json:
    """The first line of a card."""
    return {"type": "header", "text": _plain(text, HEADER_MAX)}


def section(text: str, *, accessory: Json | None = None) -> Json:
    """A paragraph of mrkdwn."""
    block: Json = {"type": "section", "text": _mrkdwn(text, SECTION_MAX)}
    return block if accessory is None else {**block, "accessory": accessory}


def paragraphs(text: str, *, most: int) -> list[Json]:
    """A long text that somebody wrote, cut between words so that each part fits; so many parts at most."""
    parts, length = [""], 0
    for word in re.findall(r"\S+\s*", text):
        length += len(escape(word))
        if length > SECTION_MAX:
            parts, length = [*parts, ""], len(escape(word))
        parts[-1] += word
    return [section(escape(part.rstrip())) for part in parts[:most] if part.strip()]


def fields(*pairs: tuple[str, str]) -> Json:
    """Names and values, in two columns."""
    return {
        "type": "section",
        "fields": [_mrkdwn(f"*{name}*\n{value}", FIELD_MAX) for name, value in pairs[:FIELDS_MAX]],
    }


def context(*texts: str) -> Json:
    """The small print."""
    return {"type": "context", "elements": [_mrkdwn(text, SECTION_MAX) for text in texts if text][:CONTEXT_MAX]}


def divider() -> Json:
    """A line."""
    return {"type": "divider"}


def actions(*elements: Json) -> Json:
    """A row of buttons and menus."""
    return {"type": "actions", "elements": list(elements)}


def button(what: Button) -> Json:
    """A button as Slack takes it."""
    made: Json = {
        "type": "button",
        "action_id": f"{what.action.value}.{what.part}" if what.part else what.action.value,
        "text": _plain(what.label, BUTTON_MAX),
        "value": what.value,
    }
    if what.style is not None:
        made["style"] = what.style
    if what.hint:
        made["accessibility_label"] = plain(what.hint, BUTTON_MAX)
    if what.confirm is not None:
        made["confirm"] = confirmation(what.confirm, style=what.style)
    return made


def confirmation(what: Confirm, *, style: str | None) -> Json:
    """The question before something takes effect."""
    made: Json = {
        "title": _plain(what.title, CONFIRM_TITLE_MAX),
        "text": _mrkdwn(what.text, CONFIRM_TEXT_MAX),
        "confirm": _plain(what.yes, 30),
        "deny": _plain(what.no, 30),
    }
    return made if style is None else {**made, "style": style}


def overflow(action: Action, choices: Sequence[tuple[str, str]]) -> Json:
    """A menu behind three dots: labels and values, five at most."""
    return {
        "type": "overflow",
        "action_id": action.value,
        "options": [{"text": _plain(label, OPTION_MAX), "value": value} for label, value in choices[:5]],
    }


def view(title: str, blocks: Sequence[Json], *, callback: str, close: str = "Close") -> Json:
    """A modal that is read, not sent."""
    return {
        "type": "modal",
        "callback_id": callback,
        "title": _plain(title, VIEW_TITLE_MAX),
        "close": _plain(close, VIEW_TITLE_MAX),
        "blocks": list(blocks[:VIEW_BLOCKS_MAX]),
    }


def form(title: str, blocks: Sequence[Json], *, callback: str, submit: str, metadata: str = "") -> Json:
    """A modal that is filled and sent."""
    made = view(title, blocks, callback=callback, close="Cancel")
    return {**made, "submit": _plain(submit, VIEW_TITLE_MAX), "private_metadata": metadata}


def entry(label: str, element: Json, *, block: str, hint: str = "", optional: bool = False) -> Json:
    """A labelled field of a form."""
    made: Json = {"type": "input", "block_id": block, "label": _plain(label, FIELD_MAX), "element": element}
    if hint:
        made["hint"] = _plain(hint, FIELD_MAX)
    if optional:
        made["optional"] = True
    return made


def option(label: str, value: str, description: str = "") -> Json:
    """One thing to choose."""
    made: Json = {"text": _plain(label, OPTION_MAX), "value": value}
    return {**made, "description": _plain(description, OPTION_MAX)} if description else made


def placeholder(text: str) -> Json:
    """What an empty field shows."""
    return _plain(text, 150)


def voters_line(counted: Sequence[Vote], needed: int) -> str:
    """`1 of 2 · @ana ✓`; `@sam for @ana ✓` where somebody stood in."""
    ticks = "".join(f" · {voter(vote)} ✓" for vote in counted)
    return f"*{len(counted)} of {needed}*{' approved' if not ticks else ''}{ticks}"


def voter(vote: Vote) -> str:
    """Who voted, and for whom."""
    return mention(vote.voter) + (f" for {mention(vote.stands_in_for)}" if vote.stands_in_for else "")


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": plain(text, limit), "emoji": True}


def _mrkdwn(text: str, limit: int) -> Json:
    """Verbatim: a bare `#general`, `@here` or address that somebody typed stays what it looks like.

    Slack would else make channels, mentions and links of them. What is written out, such as `<@U…>`, works as ever.
    """
    return {"type": "mrkdwn", "text": typed_through(text, limit), "verbatim": True}
