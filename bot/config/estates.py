"""Sub-estates that another program knows, taken into the policy file: new ones behind the last, changed names in place.

An estate goes by its ID. Its key was given here and stays: it stands in commands and in the ledger. What stands only in
the file stays there, too: credentials may be living in it.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.config.editing import ArrayOfTables, NoTablesError
from bot.config.forms import NAME_MOST
from bot.domain.errors import CredError
from bot.domain.estate import Estate
from bot.domain.naming import clean, name_shape, says_something
from bot.domain.policy import Policy

_KEY_MOST = 40
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
"""Whose letters are taken for one another."""


class EstatesError(CredError):
    """The file cannot take them; the message says why."""

    code = "estates"


@dataclass(frozen=True, slots=True)
class Tenant:
    """A row of the list: `number` counts from 1; ID and name as they were told."""

    number: int
    id: str
    name: str
    organization: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What would become of the file."""

    content: bytes
    added: tuple[str, ...] = ()
    """Names."""
    renamed: tuple[tuple[str, str], ...] = ()
    """Old names and new ones."""
    only_here: tuple[str, ...] = ()
    """Keys of what the list does not have."""
    faults: tuple[str, ...] = ()
    """A sentence for each row that cannot be taken. Where there are any, nothing is."""


def merge(content: bytes, policy: Policy, tenants: Sequence[Tenant], channel: str) -> Merged:
    """The file with these tenants. `channel` is where new ones have their cards. Raises `EstatesError`.

    `policy` is what the file says now.
    """
    faults = [*_malformed(tenants, policy.organization.id), *_repeated(tenants)]
    if faults:
        return Merged(content=content, faults=tuple(faults))
    estates = list(policy.estates.values())
    known = {estate.id: (place, estate) for place, estate in enumerate(estates)}
    rows = {UUID(tenant.id): tenant for tenant in tenants}
    renamed = {
        known[each][0]: (known[each][1].name, tenant.name)
        for each, tenant in rows.items()
        if each in known and known[each][1].name != tenant.name
    }
    new = [tenant for each, tenant in rows.items() if each not in known]
    keys = {tenant.number: _key(tenant) for tenant in new}
    faults = [*_alike(tenants, [each for each in estates if each.id not in rows]), *_taken(new, keys, estates)]
    if faults:
        return Merged(content=content, faults=tuple(faults))
    written = [
        {"key": keys[each.number], "id": str(UUID(each.id)), "name": each.name, "channel": channel} for each in new
    ]
    values = {(place, "name"): name for place, (_, name) in renamed.items()}
    apart = [each for each in estates if each.id not in rows and each.id != policy.organization.id]
    return Merged(
        content=_edited(content, values, written),
        added=tuple(tenant.name for tenant in new),
        renamed=tuple(renamed.values()),
        only_here=tuple(str(estate.key) for estate in apart),
    )


def _edited(content: bytes, values: Mapping[tuple[int, str], str], written: Sequence[Mapping[str, str]]) -> bytes:
    text = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content[: len(content) - len(text)] + ArrayOfTables(text, "estates").changed(values, written)
    except NoTablesError:
        raise EstatesError(
            "Write each estate under a line [[estates]] of its own, so that others can follow."
        ) from None


def _malformed(tenants: Iterable[Tenant], organization: UUID) -> Iterator[str]:
    for tenant in tenants:
        if _uuid(tenant.id) is None:
            yield f"Row {tenant.number}: its ID is no UUID."
        elif _uuid(tenant.organization) != organization:
            yield f"Row {tenant.number} ({tenant.id}): it is of another organization."
        elif (problem := _unsafe(tenant.name)) is not None:
            yield f"Row {tenant.number} ({tenant.id}): {problem}"


def _unsafe(name: str) -> str | None:
    """Why people could not tell what they approve by it, or None. It is not repeated: it may mislead here, too."""
    if not says_something(name):
        return "its name has no letter or digit."
    if clean(name) != name or not name.isprintable():
        return "its name begins or ends with a space, or has characters that cannot be seen."
    if set(name) & set("<>"):
        return "its name has < or > in it."
    if len(name) > NAME_MOST:
        return f"its name has {len(name)} characters, and {NAME_MOST} are the most."
    words = {unicodedata.name(letter, "").partition(" ")[0] for letter in name if letter.isalpha()}
    if len(words & set(_SCRIPTS)) > 1:
        return "its name mixes letters of several scripts that look alike."
    return None


def _repeated(tenants: Iterable[Tenant]) -> Iterator[str]:
    counted = Counter(_uuid(tenant.id) for tenant in tenants)
    for each, times in counted.items():
        if times > 1 and each is not None:
            yield f"The ID {each} is in {times} rows."


def _alike(tenants: Iterable[Tenant], others: Iterable[Estate]) -> Iterator[str]:
    """Names that a hurried eye takes for another, among all that there would be."""
    seen = {name_shape(estate.name): f"the estate {estate.key} of the file" for estate in others}
    for tenant in tenants:
        shape = name_shape(tenant.name)
        if shape in seen:
            yield f'Row {tenant.number} ({tenant.id}): "{tenant.name}" looks like the name of {seen[shape]}.'
        seen.setdefault(shape, f"row {tenant.number}")


def _taken(new: Iterable[Tenant], keys: Mapping[int, str], estates: Iterable[Estate]) -> Iterator[str]:
    seen = {str(estate.key): f"{estate.id} in the file" for estate in estates}
    for tenant in new:
        key = keys[tenant.number]
        if key in seen:
            remedy = "Write it into the file yourself first, with its ID and a key of your own."
            yield f'Row {tenant.number} ({tenant.id}): its key would be "{key}", which {seen[key]} has. {remedy}'
        seen.setdefault(key, f"row {tenant.number}")


def _key(tenant: Tenant) -> str:
    """What commands call it: made of its name, or of its ID where no letter of the name can stand in a key."""
    plain = unicodedata.normalize("NFKD", tenant.name.casefold()).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_KEY_MOST].strip("-")
    return key or f"tenant-{UUID(tenant.id).hex[:8]}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
