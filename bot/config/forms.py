"""The forms that single values of the policy file take. Each refuses with what is wrong and what to write instead."""

import re
from collections import Counter
from collections.abc import Callable, Hashable
from datetime import time, timedelta
from typing import Annotated, Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from bot.config.mistakes import did_you_mean
from bot.domain.role import Permission
from bot.domain.route import METHODS, ONE, REST, segments_of

WRONG = "cred"
"""The type of our own refusals, to tell them from the library's."""

_DURATION = re.compile(r"(\d{1,5}) ?([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_LINK = re.compile(r"https?://[^\s<>|]+")
_AUDIENCE = re.compile(r"[a-z][a-z0-9+.-]*:[^\s<>|#\"\\\\]+", re.ASCII | re.IGNORECASE)
_ORIGIN = re.compile(r"https://[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?(?::[1-9][0-9]{0,4})?", re.ASCII)
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?", re.ASCII)
_LINK_MOST = 500
_STEPS_MOST = 2000
_MOST_DAYS = 3650
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

T = TypeVar("T", bound=Hashable)


def wrong(problem: str, remedy: str) -> PydanticCustomError:
    """A refusal in our own words."""
    return PydanticCustomError(WRONG, "{problem}", {"problem": problem, "remedy": remedy})


def _slack_id(prefixes: str, what: str, where: str) -> Callable[[str], str]:
    form = re.compile(rf"[{prefixes}][A-Z0-9]{{7,20}}")
    starts = " or ".join(f"{letter}…" for letter in prefixes)

    def check(value: str) -> str:
        if form.fullmatch(value):
            return value
        raise wrong(f'"{value}" is not the ID of a {what}.', f"Write its ID ({starts}), not its name: {where}.")

    return check


def _line(most: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not value.strip():
            raise wrong("This is empty.", "Write something that people will recognize.")
        if not value.isprintable():
            raise wrong("This is more than one line, or has characters that cannot be seen.", "Write one plain line.")
        if len(value) > most:
            raise wrong(f"This has {len(value)} characters.", f"Write {most} at most, so that it fits into a form.")
        return value

    return check


def _text(value: str) -> str:
    if not value.strip():
        raise wrong("This is empty.", "Write the text that people are to read and accept.")
    return value.strip()


def _key(value: str) -> str:
    if _KEY.fullmatch(value):
        return value
    raise wrong(
        f'"{value}" cannot be a key.',
        'Write 1 to 40 small letters, digits and dashes, such as "retail" or "north-2".',
    )


def _uuid(value: Any) -> UUID:
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise wrong(
            f'"{value}" is not a UUID.', "Make one with: python3 -c 'import uuid; print(uuid.uuid4())'"
        ) from None


def _duration(value: Any) -> timedelta:
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong(
            f'"{value}" is not a length of time.', 'Write a number and s, m, h, d or w, such as "24h" or "90d".'
        )
    length = timedelta(**{_UNITS[found[2]]: int(found[1])})
    if not length:
        raise wrong(f'"{value}" is no time at all.', "Write a length greater than zero.")
    if length > timedelta(days=_MOST_DAYS):
        raise wrong(f'"{value}" is too long.', f'Write "{_MOST_DAYS}d" at most.')
    return length


def _clock(value: Any) -> time:
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise wrong(f'"{value}" is not a time of day.', 'Write hours and minutes, such as "09:00".')
    return time(int(found[1]), int(found[2]))


def _weekday(value: str) -> str:
    if value in WEEKDAYS:
        return value
    raise wrong(f'There is no weekday "{value}".', did_you_mean(value, WEEKDAYS))


def _link(value: str) -> str:
    if _LINK.fullmatch(value) and len(value) <= _LINK_MOST:
        return value
    raise wrong(f'"{value}" is not the address of a page.', 'Write it whole, such as "https://central.sophos.com".')


def _audience(value: str) -> str:
    """RFC 8707, section 2: an absolute URI without a fragment."""
    if _AUDIENCE.fullmatch(value) and len(value) <= _LINK_MOST:
        return value
    raise wrong(f'"{value}" is not an address that a token can be for.', 'Write it whole: "https://api.example.com".')


def _host(value: str) -> str:
    """A host by its name, or an IPv4 address, as it stands in an address."""
    if _HOST.fullmatch(value):
        return value
    raise wrong(f'"{value}" is not the name of a host.', 'Write it alone, in small letters: "login.example.com".')


def _method(value: str) -> str:
    if value in METHODS:
        return value
    raise wrong(f'"{value}" is not a method.', did_you_mean(value, METHODS))


def _pattern(value: str) -> str:
    """A path as it is read once, of segments, in which `*` and `**` stand for others."""
    segments = segments_of(value)
    if "%" in value or segments is None:
        raise wrong(f'"{value}" is not a path that a call can have.', 'Write it plainly: "/v1/users/*".')
    if REST in segments[:-1] or any(ONE in segment and segment not in {ONE, REST} for segment in segments):
        remedy = 'Write * in place of one whole segment, and ** only at the end: "/v1/users/*", "/v1/**".'
        raise wrong(f'"{value}" has a star out of place.', remedy)
    return value


def _origin(value: str) -> str:
    """A host as clients are told to call it: HTTPS, on any port, and nothing after it."""
    if _ORIGIN.fullmatch(value):
        return value
    raise wrong(f'"{value}" is not an address of a host.', 'Write https:// and a name: "https://api.example.com:8443".')


def _quantity(value: int) -> int:
    if value < 1:
        raise wrong(f"{value} would let nothing through.", "Write 1 or more.")
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        remedy = 'Write a name of the IANA database, such as "Europe/Berlin" or "UTC".'
        raise wrong(f'There is no time zone "{value}".', remedy) from None
    return value


def _permission(value: str) -> str:
    if value in set(Permission):
        return value
    raise wrong(f'There is no permission "{value}".', did_you_mean(value, Permission))


def _quorum(value: int) -> int:
    if value < 1:
        raise wrong(f"A quorum of {value} would let requests through unseen.", "Write 1 or more.")
    return value


def _day(value: int) -> int:
    if value < 0:
        raise wrong(f"{value} is after the expiry.", "Write days before it: 0 or more.")
    return value


def _not_empty(values: list[T]) -> list[T]:
    if not values:
        raise wrong("This list is empty.", "Name at least one.")
    return values


def _distinct(values: list[T]) -> list[T]:
    twice = [value for value, count in Counter(values).items() if count > 1]
    if twice:
        raise wrong(f"{twice[0]} is in this list twice.", "Leave one of them out.")
    return values


def _fits(steps: list[str]) -> list[str]:
    length = sum(map(len, steps))
    if length > _STEPS_MOST:
        raise wrong(
            f"These steps have {length} characters.", f"Write {_STEPS_MOST} at most: one message holds them all."
        )
    return steps


_IN_CHANNEL = "it is at the foot of the channel's details in Slack"
_IN_PROFILE = "in Slack, a profile's ⋮ menu has Copy member ID, a user group's ⋮ menu Copy group ID"

Identifier = Annotated[UUID, BeforeValidator(_uuid)]
Key = Annotated[str, AfterValidator(_key)]
NAME_MOST = 75
Name = Annotated[str, AfterValidator(_line(NAME_MOST))]
Line = Annotated[str, AfterValidator(_line(75))]  # beside a radio button Slack shows no more
Sentence = Annotated[str, AfterValidator(_line(300))]
Text = Annotated[str, AfterValidator(_text)]
Zone = Annotated[str, AfterValidator(_zone)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Clock = Annotated[time, BeforeValidator(_clock)]
Weekdays = Annotated[
    list[Annotated[str, AfterValidator(_weekday)]], AfterValidator(_distinct), AfterValidator(_not_empty)
]
Link = Annotated[str, AfterValidator(_link)]
Audience = Annotated[str, AfterValidator(_audience)]
Audiences = Annotated[list[Audience], AfterValidator(_distinct)]
Hosts = Annotated[list[Annotated[str, AfterValidator(_host)]], AfterValidator(_distinct)]
Methods = Annotated[
    list[Annotated[str, AfterValidator(_method)]], AfterValidator(_distinct), AfterValidator(_not_empty)
]
Origin = Annotated[str, AfterValidator(_origin)]
Quantity = Annotated[int, AfterValidator(_quantity)]
Pattern = Annotated[str, AfterValidator(_pattern)]
OnePermission = Annotated[str, AfterValidator(_permission)]
Quorum = Annotated[int, AfterValidator(_quorum)]

Channel = Annotated[str, AfterValidator(_slack_id("CG", "channel", _IN_CHANNEL))]
Team = Annotated[
    str, AfterValidator(_slack_id("TE", "workspace", "it is in the workspace's web address, after /client/"))
]
Someone = Annotated[str, AfterValidator(_slack_id("UWS", "person or user group", _IN_PROFILE))]
"""A person or a user group."""

Teams = Annotated[list[Team], AfterValidator(_distinct), AfterValidator(_not_empty)]
Some = Annotated[list[Someone], AfterValidator(_distinct), AfterValidator(_not_empty)]
Anyone = Annotated[list[Someone], AfterValidator(_distinct)]
"""People and user groups; nobody is all right too."""
Keys = Annotated[list[str], AfterValidator(_distinct), AfterValidator(_not_empty)]
RoleKeys = Annotated[list[str], AfterValidator(_distinct)]
SomeRoles = Annotated[list[str], AfterValidator(_distinct), AfterValidator(_not_empty)]
Steps = Annotated[list[Sentence], AfterValidator(_not_empty), AfterValidator(_fits)]
"""What somebody does, one step after the other."""
Permissions = Annotated[list[OnePermission], AfterValidator(_distinct), AfterValidator(_not_empty)]
Days = Annotated[list[Annotated[int, AfterValidator(_day)]], AfterValidator(_distinct), AfterValidator(_not_empty)]
