"""Text as Slack reads it. Nothing that a person typed can mention a channel, fake a link or hide a character."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta

from bot.domain.ids import ChannelId, GroupId, UserId
from bot.domain.naming import clean

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_NO_CAPITAL = "\u200b"
"""Slack makes the first letter of a date a capital (`Today`); a space without width is a first letter, too."""
_UNITS = ((timedelta(days=1), "day", "days"), (timedelta(hours=1), "hour", "hours"))
_MANY = 12
"""People named before the rest are counted."""
_LINES = 30
"""Lines of a quotation; what follows stands in the last one."""


def escape(text: str) -> str:
    """The three characters that Slack's mrkdwn gives a meaning to, made harmless."""
    return "".join(_ESCAPES.get(character, character) for character in text)


def unescape(text: str) -> str:
    """What a person typed, from what Slack sends of a command: the inverse of `escape`."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def plain(text: str, limit: int) -> str:
    """For a plain text element: without what cannot be seen, at most `limit` characters."""
    visible = clean(text)
    return visible if len(visible) <= limit else f"{visible[: limit - 1]}…"


def typed(text: str, limit: int) -> str:
    """For mrkdwn: escaped, and at most `limit` characters after the escaping. An escape is never cut in two."""
    visible = clean(text)
    if len(escape(visible)) <= limit:
        return escape(visible)
    kept, room = "", limit - 1
    for character in visible:
        piece = _ESCAPES.get(character, character)
        if len(kept) + len(piece) > room:
            break
        kept += piece
    return f"{kept}…"


def quote(text: str, limit: int) -> str:
    """What somebody typed, as a quotation: every line of it, so that none of it can pass for the card's own words."""
    lines = [line for line in clean(text).split("\n") if line.strip()]
    told = [*lines[: _LINES - 1], " ".join(lines[_LINES - 1 :])] if len(lines) > _LINES else lines
    kept = typed("\n".join(told), limit - len("> ") * _LINES)
    return "\n".join(f"> {line}" for line in kept.split("\n"))


def mention(user: UserId) -> str:
    """A person; Slack shows the name that each reader knows."""
    return f"<@{user}>"


def user_group(group: GroupId) -> str:
    """A user group; Slack shows its handle."""
    return f"<!subteam^{group}>"


def in_channel(channel: ChannelId) -> str:
    """A channel."""
    return f"<#{channel}>"


def people(users: Iterable[UserId], joint: str = "and") -> str:
    """Some people: `@ana, @ben and @cho`; a crowd is counted."""
    return listed([mention(user) for user in users], joint)


def listed(names: list[str], joint: str = "and") -> str:
    """Names, the same way."""
    if len(names) > _MANY:
        names = [*names[:_MANY], f"{len(names) - _MANY} more"]
    if len(names) <= 1:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"


def when(moment: datetime) -> str:
    """An instant, in each reader's own time zone, for the middle of a sentence; the fallback says UTC."""
    utc = moment.astimezone(UTC)
    fallback = f"{day(utc.date())}, {utc:%H:%M} UTC"
    return f"<!date^{int(moment.timestamp())}^{_NO_CAPITAL}{{date_short_pretty}} at {{time}}|{fallback}>"


def day(value: date) -> str:
    """A calendar day, the same for everybody, written as Slack writes its own (`{date_short}`)."""
    return f"{value:%b} {value.day}, {value.year}"


def closed(sentence: str) -> str:
    """With a mark at its end."""
    return sentence if sentence.endswith(("?", ".", "!")) else f"{sentence}."


def counted(number: int, one: str, many: str) -> str:
    """`1 person`, `3,000 people`."""
    return f"{number:,} {one if number == 1 else many}"


def span(length: timedelta) -> str:
    """A length of time, in the largest unit that tells it whole: `7 days`, `1 hour`, `90 minutes`."""
    for unit, one, many in _UNITS:
        if length >= unit and length % unit == timedelta():
            return counted(length // unit, one, many)
    return counted(-(-length // timedelta(minutes=1)), "minute", "minutes")
