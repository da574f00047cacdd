"""A spreadsheet of credentials that live elsewhere is taken over: all of its rows, or none.

Nobody here has asked for them, and nobody has approved them: they exist already, and from now on they have an owner who
is warned. One transaction for all, one entry for each; what of their expiry was due before is told at once.

It may be done beside a running `cred serve` (see `bot.main.beside`), whose writers wait as long as the transaction
takes, and give up after five seconds. So everything that can be looked at is looked at before it, and inside it is only
written: where somebody else took a name meanwhile the database itself refuses, and nothing was done. Ten thousand rows,
as many as a spreadsheet may have, take about two seconds of one core there (a test holds a fifth of them to half of a
writer's patience).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.credential import Credential
from bot.domain.events import CredentialImported, Via
from bot.domain.ids import ClientId
from bot.domain.naming import name_shape
from bot.domain.policy import Policy
from bot.ports import Clock, Entropy, Reader, Store
from bot.service.vendors.imported import People, RowReader
from bot.service.vendors.spreadsheet import Fault, Sheet, in_order

Progress = Callable[[int], None]
"""Told how many rows are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What is needed to take a spreadsheet over."""

    policy: Policy
    people: People
    store: Store
    clock: Clock
    entropy: Entropy


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a spreadsheet says: the credentials, each with its line, and everything that is wrong with it."""

    credentials: tuple[tuple[int, Credential], ...]
    faults: tuple[Fault, ...]
    outlives: frozenset[int]
    """The lines whose credentials live longer than their role lets a new one live. They are taken over as they are."""


def look(desk: Desk, sheet: Sheet, progress: Progress) -> Found:
    """Everything that would be taken over, and every fault of every row. Changes nothing."""
    now = desk.clock.now()
    reader, taken = RowReader(desk.policy, desk.people, desk.entropy, now), _Taken()
    credentials: list[tuple[int, Credential]] = []
    faults = list(sheet.faults)
    with desk.store.read() as store:
        for done, row in enumerate(sheet.rows, start=1):
            made = reader.read(row)
            if isinstance(made, Credential):
                credentials.append((row.line, made))
                faults += _held(store, desk.policy, row.line, made)
                faults += taken.faults(row.line, made)
            else:
                faults += made
            progress(done)
    outlives = frozenset(line for line, made in credentials if _outlives(desk.policy, made, now))
    return Found(credentials=tuple(credentials), faults=in_order(faults), outlives=outlives)


def take_over(desk: Desk, found: Found) -> int:
    """Take all of them over, or none; how many. Raises `Conflict` where a name or a client ID was taken meanwhile."""
    if found.faults:
        raise AssertionError("What is wrong is not taken over.")
    credentials = [credential for _, credential in found.credentials]
    names = [(each.estate, name_shape(each.name), each.id) for each in credentials]
    entries = [_entry(each) for each in credentials]
    with desk.store.work() as work:
        work.names.take_all(names)
        work.credentials.add_all(credentials)
        for entry in entries:
            work.record(entry)
    return len(credentials)


class _Taken:
    """Names and client IDs of the rows before, by the lines on which they stand."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], int] = {}
        self._clients: dict[tuple[str, str], int] = {}

    def faults(self, line: int, made: Credential) -> list[Fault]:
        """What a row repeats; from now on it is one of those before."""
        name = self._names.setdefault((made.estate, name_shape(made.name)), line)
        client = self._clients.setdefault((made.authority, made.client_id), line)
        found = []
        if name != line:
            problem = f"Line {name} has this name in the same estate, or one that looks like it."
            found.append(Fault(line, "name", problem, "Give one of them another name."))
        if client != line:
            found.append(Fault(line, "client_id", f"Line {client} has this client ID.", "Remove one of the two rows."))
        return found


def _held(store: Reader, policy: Policy, line: int, made: Credential) -> list[Fault]:
    """What the row wants to take is another one's already."""
    found = []
    if store.names.holder(made.estate, name_shape(made.name)) is not None:
        estate = policy.estates[made.estate].name
        found.append(
            Fault(line, "name", f"This name is taken in {estate}, or looks like one that is.", "Choose another name.")
        )
    holder = store.credentials.of_client(ClientId(made.client_id), made.authority)
    if holder is not None and holder.ended_at is None:
        remedy = "Remove the row: that one is tracked already."
        found.append(Fault(line, "client_id", f"This is the client ID of {holder.estate}/{holder.name}.", remedy))
    return found


def _outlives(policy: Policy, made: Credential, now: datetime) -> bool:
    return policy.last_day(made.expires_at) - policy.today(now) > policy.roles[made.role].max_life


def _entry(made: Credential) -> CredentialImported:
    return CredentialImported(
        actor=None,
        via=Via.CLI,
        credential=made.id,
        client_id=made.client_id,
        authority=made.authority,
        owner=made.owner,
        estate=made.estate,
        role=made.role,
        name=made.name,
        description=made.description,
        permissions=tuple(sorted(made.permissions)),
        expires_at=made.expires_at,
    )
