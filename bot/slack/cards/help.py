"""What can be typed, from the table of commands: all of it, one of them, and the nearest to a wrong word."""

from bot.slack.cards.pieces import Card, context, header, section
from bot.slack.ids import COMMAND
from bot.slack.manual import MANUAL, nearest, told_of
from bot.slack.text import typed

_TITLE = "Credentials, asked for and handed over by chat"
_RULE = "Other people approve each request, and a secret is shown once, to its owner alone."


def help_card(*, few: bool = False) -> Card:
    """All commands. `few`: for one of those who may do what few may."""
    lines = _lines(few=few)
    return Card(f"{_TITLE}\n{lines}", (header(_TITLE), section(lines), context(_RULE)))


def page(name: str) -> Card:
    """One command: how it is typed, what it does, what else it is called."""
    topic = MANUAL[name]
    lines = [f"*`{COMMAND} {name}`*  {topic.does}"]
    lines += [f"• `{COMMAND} {example}`" for example in topic.typed if example != name]
    lines.append(topic.more)
    also = [f"`{COMMAND} {other}`" for other in topic.also]
    small = [context(f"Also: {', '.join(also)}")] if also else []
    return Card(
        "\n".join([*lines, *(["Also: " + ", ".join(also)] if also else [])]), (section("\n".join(lines)), *small)
    )


def unknown_command(word: str, *, few: bool = False) -> Card:
    """A wrong word, and the nearest right one."""
    near = nearest(word, few=few)
    text = f"I do not know “{typed(word, 40)}”." + (f" Did you mean `{COMMAND} {near}`?" if near else "")
    return Card(
        f"{text} `{COMMAND} help` lists all commands.", (section(text), section(_lines(few=few)), context(_RULE))
    )


def _lines(*, few: bool) -> str:
    lines = []
    for name, topic in told_of(few=few):
        also = f" (also {', '.join(f'`{other}`' for other in topic.also)})" if topic.also else ""
        lines.append(f"`{COMMAND} {name}`  {topic.does}{also}")
    return "\n".join(lines)
