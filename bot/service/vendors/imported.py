"""One row of a spreadsheet as a credential, or everything that is wrong with it, column by column.

Estates, vendors and roles go by their keys or their names, people by their member IDs or, where only one is called so,
their names. Local reads only: who is in the workspace is asked by `cred serve`, once a day.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, Protocol, TypeVar

from bot.domain import reminder
from bot.domain.credential import Credential, State
from bot.domain.errors import Denied
from bot.domain.estate import Estate, Vendor
from bot.domain.ids import ClientId, CredentialId, UserId, Words
from bot.domain.naming import DESCRIPTION_MAX, clean, name_problem
from bot.domain.person import Member, Roster, standing
from bot.domain.policy import Policy
from bot.domain.role import Role
from bot.domain.secrecy import looks_secret
from bot.domain.tracking import client_id_problem
from bot.ports import Entropy
from bot.service.vendors.spreadsheet import Fault, Row

Value = TypeVar("Value")
Kept = TypeVar("Kept", Estate, Vendor, Role)
_SHOWN = 30
"""Characters of a cell that are said again where it is refused."""


class People(Roster, Protocol):
    """The local copy of the workspace, in which somebody can be found by name."""

    def named(self, name: str) -> tuple[Member, ...]:
        """The active members who go by a name, whatever its capitals."""


_NEVER = 9000
"""Years from here on are how spreadsheets say that something does not end."""


class FaultyError(Exception):
    """A cell cannot be taken: what is wrong with it, and what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


class RowReader:
    """Reads rows under one policy, at one instant."""

    def __init__(self, policy: Policy, people: People, entropy: Entropy, now: datetime) -> None:
        self._policy = policy
        self._people = people
        self._entropy = entropy
        self._now = now
        self._today = policy.today(now)
        self._estates = _by_word(policy.estates)
        self._vendors = _by_word(policy.vendors)
        self._roles = _by_word(policy.roles)
        self._owners: dict[str, UserId] = {}

    def read(self, row: Row) -> Credential | tuple[Fault, ...]:
        """The credential of a row; else all that is wrong with it."""
        faults: list[Fault] = []

        def cell(column: str, read: Callable[[str], Value]) -> Value | None:
            try:
                return read(_harmless(row.cells.get(column, ""), column))
            except FaultyError as fault:
                faults.append(Fault(row.line, column, fault.problem, fault.remedy))
                return None

        name = cell("name", _name)
        estate = cell("estate", lambda text: _chosen(text, self._estates, "estate"))
        vendor = cell("vendor", lambda text: _chosen(text, self._vendors, "vendor"))
        client_id = cell("client_id", _client)
        role = cell("role", lambda text: _chosen(text, self._roles, "role"))
        owner = cell("owner", self._owner)
        expires_on = cell("expires", self._expires)
        description = cell("description", _description)
        if not (name and estate and vendor and client_id and role and owner and expires_on) or description is None:
            return tuple(faults)
        expires_at = self._policy.end_of(expires_on)
        schedule = self._policy.schedule(role.key, estate.key, expires_at)
        return Credential(
            id=CredentialId(self._entropy.uuid()),
            client_id=client_id,
            request=None,
            authority=vendor.key,
            name=name,
            description=description,
            estate=estate.key,
            role=role.key,
            permissions=role.permissions,
            owner=owner,
            requester=owner,
            state=State.ACTIVE,
            created_at=self._now,
            expires_at=expires_at,
            plan=reminder.plan(schedule, self._now, overdue=True),
        )

    def _owner(self, text: str) -> UserId:
        if not text:
            raise FaultyError("Nobody is named.", "Name who answers for it: a member ID (U…), or a name.")
        known = self._owners.get(text)
        if known is not None:
            return known
        member = self._people.member(UserId(text)) or self._one_named(text.removeprefix("@").strip())
        decision = standing(member.user, self._policy.organization.teams, self._people)
        if isinstance(decision, Denied):
            raise FaultyError(f"{_said(text)} is no active full member of your workspace.", "Name somebody who is.")
        return self._owners.setdefault(text, member.user)

    def _one_named(self, name: str) -> Member:
        named = self._people.named(name)
        if len(named) == 1:
            return named[0]
        by_id = "Write the member ID: in Slack, the profile's ⋮ menu has Copy member ID."
        if named:
            raise FaultyError(f"{len(named)} people are called {_said(name)}.", by_id)
        if "@" in name:
            raise FaultyError("People are known here by name or member ID, not by address.", by_id)
        raise FaultyError(f"Nobody whom Cred knows in your workspace is called {_said(name)}.", by_id)

    def _expires(self, text: str) -> date:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            told = f"{_said(text)} is no day." if text else "There is no day."
            raise FaultyError(told, "Write year, month and day, such as 2027-03-31.") from None
        if day.year >= _NEVER:
            raise FaultyError(
                f"{day.isoformat()} means never.", "Write the day on which it is to be rotated at the latest."
            )
        if day < self._today:
            raise FaultyError(f"{day.isoformat()} has passed.", "Remove the row, or correct the day.")
        return day


def _by_word(kept: Mapping[Any, Kept]) -> dict[str, Kept]:
    """By key and by name, whatever their capitals; a key comes first."""
    by_name = {each.name.casefold(): each for each in kept.values()}
    return by_name | {each.key.casefold(): each for each in kept.values()}


def _chosen(text: str, kept: Mapping[str, Kept], what: str) -> Kept:
    found = kept.get(text.casefold())
    if found is not None:
        return found
    keys = sorted({str(each.key) for each in kept.values()})
    there = f"There are: {', '.join(keys[:12])}." if keys else f"The policy has no {what}: write one into cred.toml."
    near = get_close_matches(text.casefold(), kept, n=1)
    remedy = f"Did you mean {kept[near[0]].key}?" if near else there
    raise FaultyError(f"There is no {what} {_said(text)}." if text else f"No {what} is named.", remedy)


def _harmless(text: str, column: str) -> str:
    """A cell in which no secret seems to stand."""
    if column != "client_id" and looks_secret(text):
        raise FaultyError("This looks like a secret.", "Remove it: no secret may stand in the file.")
    return text


def _name(text: str) -> str:
    sentence = name_problem(text)
    if sentence is not None:
        raise FaultyError(*_two(sentence))
    return text


def _client(text: str) -> ClientId:
    sentence = client_id_problem(text)
    if sentence is not None:
        raise FaultyError(*_two(sentence))
    return ClientId(text)


def _description(text: str) -> Words:
    words = clean(text)
    if len(words) > DESCRIPTION_MAX:
        raise FaultyError(f"This has {len(words)} characters.", f"Shorten it to {DESCRIPTION_MAX} at most.")
    return Words(words)


def _two(sentence: str) -> tuple[str, str]:
    """A sentence for people, and what follows it."""
    first, _, rest = sentence.partition(". ")
    return (f"{first}.", rest) if rest else (sentence, "Correct it in the file.")


def _said(text: str) -> str:
    return f"“{text[:_SHOWN]}{'…' if len(text) > _SHOWN else ''}”"
