"""A payload as nobody's client sends it: something is missing, of another type, too long, forged or hard to read.

Everything is drawn from the random numbers that are given, so that a seed repeats it.
"""

import copy
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.support.payloads import Payload

CANARY = "made-up-words-that-nobody-may-log"
_ODD: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    2**63,
    2**70,
    1.5,
    float("inf"),
    "",
    [],
    {},
    [None],
    {"id": []},
    [[]],
)
_TEXTS = (
    CANARY,
    f"{CANARY} <!channel> <https://evil.example|click> <@U0MAYA>",
    "\u202e\u2066gnitsil\u2069",
    "pay\u200broll\u200d\ufeff",
    "раураl",
    "\x00",
    "\ud800",
    "🦄" * 200,
    "'; DROP TABLE credential; --",
    "%s%n{0}{__class__}$(id)`id`",
    "x" * 5_000,
    "\n" * 300,
    "/cred show " + CANARY,
    "../../etc/passwd",
    "T0FOREIGN",
    "U0OTTO",
    "11111111-1111-4111-8111-111111111111",
    "11111111-1111-4111-8111-111111111111/" + "0" * 64,
    "delete:11111111-1111-4111-8111-111111111111",
    "details:11111111-1111-4111-8111-111111111111/" + "f" * 64,
)
Path = tuple[Any, ...]


def mutated(payload: Payload, others: list[Payload], random: Random) -> Payload:
    """The payload after one to three changes. `others`: from which ids and values may be borrowed."""
    made = copy.deepcopy(payload)
    for _ in range(random.randint(1, 3)):
        places = list(_places(made))
        if places:
            _change(made, random.choice(places), others, random)
    return made


def _change(made: Payload, place: Path, others: list[Payload], random: Random) -> None:
    holder = _at(made, place[:-1])
    key = place[-1]
    match random.randrange(6):
        case 0:
            del holder[key]
        case 1:
            holder[key] = copy.deepcopy(random.choice(_ODD))
        case 2:
            holder[key] = random.choice(_TEXTS)
        case 3:
            holder[key] = _borrowed(random.choice(others), random)
        case 4 if isinstance(holder[key], str):
            holder[key] = _spoilt(holder[key], random)
        case _:
            holder[random.choice(_TEXTS[:6]) if isinstance(holder, dict) else key] = random.choice(_TEXTS)


def _spoilt(text: str, random: Random) -> str:
    """The same with a letter changed, one added or one gone: an id or a mark that was never written."""
    where = random.randint(0, len(text))
    return (
        text[:where]
        + random.choice(("", "0", "f", "/", ":", "\u200b", "\n", "é"))
        + text[where + random.randint(0, 1) :]
    )


def _borrowed(payload: Payload, random: Random) -> Any:
    return copy.deepcopy(_at(payload, random.choice(list(_places(payload)))))


def _at(made: Any, path: Path) -> Any:
    for key in path:
        made = made[key]
    return made


def _places(made: Any, path: Path = ()) -> Iterator[Path]:
    """Where something stands, however deep."""
    keys = made.items() if isinstance(made, dict) else enumerate(made) if isinstance(made, list) else ()
    for key, part in keys:
        yield (*path, key)
        yield from _places(part, (*path, key))
