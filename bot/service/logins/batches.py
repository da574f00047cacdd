"""One batch of logins, and how it is told: as entries, as totals, as episodes of refusals, as networks.

All of it is one transaction. Of an address an entry holds only a keyed commitment.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from bot.domain.events import ClientUnknown, CredentialRefused, CredentialUsed, Event, Outcome, Via
from bot.domain.ids import CredentialId, SecretId
from bot.domain.refusals import Met, Refusals
from bot.ports import UnitOfWork, World
from bot.service.logins import guesses, networks

ADDRESSES = 20
"""That one entry names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A client came. `what`: the secret that was right, or the cause of the refusal.

    `credential` is None where no client of that ID exists.
    """

    credential: CredentialId | None
    what: SecretId | str
    at: datetime
    address: str
    agent: str = ""
    mistyped: bool = False
    """Whether what was shown looks like a secret of ours, and is none."""


@dataclass(slots=True)
class Tally:
    """Logins of one kind, from the first to the last."""

    first: Login
    last_at: datetime
    count: int = 1
    addresses: set[str] = field(default_factory=set)
    others: int = 0

    def add(self, login: Login) -> None:
        self.count += 1
        self.last_at = max(self.last_at, login.at)
        self.note(login.address)

    def note(self, address: str) -> None:
        if address in self.addresses:
            return
        if len(self.addresses) < ADDRESSES:
            self.addresses.add(address)
        else:
            self.others += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one transaction tells."""

    id: UUID
    tallies: tuple[Tally, ...]
    refusals: tuple[Refusals, ...]
    networks: tuple[Met, ...]


def write(world: World, process: UUID, batch: Batch) -> None:
    """Tell it, once. Raises `StoreBusyError`: then it was told or not, and may be given to this again."""
    with world.store.work() as work:
        if not work.logins.claim(process, batch.id, work.now):
            return
        for tally in batch.tallies:
            _record(world, work, tally)
        news = [guesses.note(world, work, each) for each in batch.refusals]
        news += [networks.note(world, work, each) for each in batch.networks]
    if any(news):
        world.wake()


def _record(world: World, work: UnitOfWork, tally: Tally) -> None:
    login = tally.first
    if login.credential is not None:
        work.logins.add(login.credential, str(login.what), tally.count, tally.last_at)
    work.record(
        _event_of(login)(
            actor=None,
            via=Via.WEB,
            count=tally.count,
            since=login.at,
            until=tally.last_at,
            addresses=tuple(sorted(networks.commitment(world, each) for each in tally.addresses if each)),
            others=tally.others,
        )
    )


def _event_of(login: Login) -> Callable[..., Event]:
    """What such logins are called, and of what."""
    if login.credential is None:
        return partial(ClientUnknown, outcome=Outcome.REFUSED)
    if isinstance(login.what, UUID):
        return partial(CredentialUsed, credential=login.credential, secret=SecretId(login.what))
    return partial(CredentialRefused, outcome=Outcome.REFUSED, credential=login.credential, cause=login.what)
