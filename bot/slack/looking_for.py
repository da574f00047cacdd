"""What somebody types after `/cred list`: words and filters, or one sentence on what is wrong with them.

    /cred list pay role:read-only estate:"Harbour Retail" owner:@olga expiring:30d unused:90d

Whoever sees nothing of an estate is not told that it exists: its name is as unknown as one that nobody ever gave.
"""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.domain.errors import Denied, Reason
from bot.domain.ids import EstateKey, RoleKey, UserId
from bot.domain.naming import NAME_MAX, name_key
from bot.domain.policy import Policy
from bot.service.reading.listing import Wanted

_QUOTES = '"“”„'
_TERM = re.compile(rf"(?:([A-Za-z_]+):\s*)?(?:[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]|(<[^<>]*>)|(\S+))")
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,23})(?:\|[^<>]*)?>")
_SPAN = re.compile(r"(\d{1,4})(d|day|days|w|week|weeks)?")
_LONGEST = 3650
"""Days of `expiring:` and `unused:`."""
_SHOWN = 12
"""Names in a sentence."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who looks, under which policy, and the estates of which they see anything."""

    user: UserId
    policy: Policy
    estates: Callable[[], frozenset[EstateKey]]
    """Asked only where an estate is named."""


class _WrongError(Exception):
    """What was typed says nothing: the message is the sentence."""


def read(typed: str, asker: Asker) -> Wanted | Denied:
    """What is looked for."""
    try:
        return _read(typed, asker)
    except _WrongError as wrong:
        return Denied(Reason.INVALID, str(wrong))


def _read(typed: str, asker: Asker) -> Wanted:
    words: list[str] = []
    named: dict[str, str] = {}
    for match in _TERM.finditer(typed):
        filter_, quoted, mentioned, bare = match.groups()
        value = quoted if quoted is not None else mentioned or bare
        if quoted is None and any(quote in value for quote in _QUOTES):
            raise _WrongError('A quotation mark is not closed. Write it as "two words".')
        if filter_ is None and quoted is None and mentioned is None and ":" in value:
            filter_, _, value = value.partition(":")
        if filter_ is None:
            words.append(value)
        elif filter_.casefold() in named:
            raise _WrongError(f"Say `{filter_.casefold()}:` once. Only one of each can be looked for.")
        else:
            named[_known(filter_)] = value.strip()
    wanted = Wanted(words=_beginning(words))
    for name, value in named.items():
        wanted = _FILTERS[name](wanted, value, asker)
    return wanted


def _known(name: str) -> str:
    if name.casefold() in _FILTERS:
        return name.casefold()
    near = difflib.get_close_matches(name.casefold(), _FILTERS, n=1)
    meant = f"Did you mean `{near[0]}:`?" if near else f"There are {_listed(f'`{each}:`' for each in _FILTERS)}."
    raise _WrongError(f"I know no filter “{name}:”. {meant}")


def _beginning(words: list[str]) -> str:
    words_key = name_key(" ".join(words).strip())
    if len(words_key) > NAME_MAX:
        raise _WrongError(f"No name is that long: {NAME_MAX} characters are the most.")
    return words_key


def _role(wanted: Wanted, value: str, asker: Asker) -> Wanted:
    names = {str(key): role.name for key, role in asker.policy.roles.items()}
    return replace(wanted, role=RoleKey(_one_of(names, value, "role")))


def _estate(wanted: Wanted, value: str, asker: Asker) -> Wanted:
    seen = asker.estates()
    names = {str(key): estate.name for key, estate in asker.policy.estates.items() if key in seen}
    return replace(wanted, estate=EstateKey(_one_of(names, value, "estate")))


def _owner(wanted: Wanted, value: str, asker: Asker) -> Wanted:
    if value.casefold() == "me":
        return replace(wanted, owner=asker.user)
    found = _MENTION.fullmatch(value)
    if found is None:
        raise _WrongError(
            "Say whose they are as `owner:@somebody`, chosen from the names that Slack offers, or `owner:me`."
        )
    return replace(wanted, owner=UserId(found[1]))


def _expiring(wanted: Wanted, value: str, _asker: Asker) -> Wanted:
    return replace(wanted, expiring=_days(value, "expiring:30d"))


def _unused(wanted: Wanted, value: str, _asker: Asker) -> Wanted:
    return replace(wanted, unused=_days(value, "unused:90d"))


_FILTERS: Mapping[str, Callable[[Wanted, str, Asker], Wanted]] = {
    "role": _role,
    "estate": _estate,
    "owner": _owner,
    "expiring": _expiring,
    "unused": _unused,
}


def _one_of(names: Mapping[str, str], value: str, what: str) -> str:
    """The key of the one that goes by this key or name."""
    spelled = {" ".join(other.casefold().split()): key for key, name in names.items() for other in (name, key)}
    wanted = " ".join(value.casefold().split())
    if wanted in spelled:
        return spelled[wanted]
    if not names:
        raise _WrongError(f"You see no {what} here, so there is none to look for.")
    near = difflib.get_close_matches(wanted, spelled, n=1)
    tried = [f"`{what}:{key}`" for key in names]
    meant = f"Did you mean `{what}:{spelled[near[0]]}`?" if near else f"Try {_listed(tried, joint='or')}."
    raise _WrongError(f"I know no {what} “{value}”. {meant}" if value else f"Say which {what}. {meant}")


def _days(value: str, example: str) -> int:
    found = _SPAN.fullmatch(value.casefold())
    days = 0 if found is None else int(found[1]) * (7 if (found[2] or "d").startswith("w") else 1)
    if not 1 <= days <= _LONGEST:
        raise _WrongError(f"Say for how many days, from 1 to {_LONGEST}: `{example}`.")
    return days


def _listed(names: Iterable[str], joint: str = "and") -> str:
    all_names = list(names)
    shown = all_names[:_SHOWN]
    if len(all_names) > _SHOWN:
        shown.append(f"{len(all_names) - _SHOWN} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {joint} {shown[-1]}"
