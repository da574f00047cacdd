"""Logins, gathered in memory and told by batches: nothing is written on the way of an answer.

What holds here, whatever dies when:

- No login is counted twice. A batch has an ID that is written with it, so that one whose commit was not answered is
  looked up before it is written again.
- A process that is killed loses what it had gathered: of a secret or a cause of refusal at most what came within the
  policy's `logins.batch` (five minutes), or `MOST` logins; of wrong secrets that are to be told, ten seconds. A process
  that is stopped loses nothing.
- Processes count for themselves, and the totals in the table are the sums of all their entries: `cred verify` adds up.
- What was shown is not kept, and neither is an address beyond the first few of each batch.
"""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from threading import Lock
from typing import TypeVar
from uuid import UUID

from bot.domain import origin
from bot.domain.clauses import Logins as Rules
from bot.domain.ids import CredentialId, SecretId
from bot.domain.refusals import Met, Refusals
from bot.ports import Conflict, StoreBusyError, World
from bot.service.logins.batches import Batch, Login, Tally, write

MOST = 10_000
"""Logins of one secret, or refusals of one cause, after which an entry tells of them before its time."""
BATCH = 50
"""Told in one transaction: so that it never holds the writer for long."""
PAUSE = timedelta(seconds=10)
"""Between two writes about what one client is refused for."""
_KNOWN = 50_000
"""Networks that are not looked up again."""

Key = tuple[CredentialId | None, SecretId | str]
K = TypeVar("K")
V = TypeVar("V")


class Logins:
    """Collects them from any thread; one at a time flushes."""

    def __init__(self, rules: Rules = Rules()) -> None:
        self._rules = rules
        self._lock = Lock()
        self._flushing = Lock()
        self._process = UUID(int=0)
        self._pending: Batch | None = None
        self._tallies: dict[Key, Tally] = {}
        self._full: list[Key] = []
        self._refusals: dict[tuple[CredentialId | None, str], Refusals] = {}
        self._written: dict[tuple[CredentialId | None, str], datetime] = {}
        self._networks: dict[tuple[CredentialId, str], Met] = {}
        self._known: OrderedDict[tuple[CredentialId, str], None] = OrderedDict()

    def accepted(self, login: Login) -> None:
        """A secret was right. Does no I/O."""
        with self._lock:
            self._count(login)
            if self._rules.new_networks and login.credential is not None:
                self._look_at_network(login, login.credential)

    def refused(self, login: Login) -> None:
        """No token was given. Does no I/O, and the same work whether there is such a client or not."""
        with self._lock:
            self._count(login)
            key = (login.credential, str(login.what))
            more = Refusals(
                credential=login.credential,
                cause=key[1],
                count=1,
                since=login.at,
                last_at=login.at,
                addresses=(login.address,),
                mistyped=int(login.mistyped),
            )
            before = self._refusals.get(key)
            self._refusals[key] = more if before is None else before.joined(more)

    def flush(self, world: World, *, final: bool = False) -> int:
        """Write what is due, and say how many logins entries tell of. `final`: everything, due or not.

        What a busy store kept from being written stays for the next flush.
        """
        told = 0
        with self._flushing:
            if not self._process.int:
                self._process = world.entropy.uuid()
            while batch := self._pending or self._take(world, final=final):
                self._pending = batch
                try:
                    write(world, self._process, batch)
                except (StoreBusyError, Conflict):
                    break
                except BaseException:
                    self._pending = None  # it would fail again, and everything behind it wait
                    raise
                self._pending = None
                told += sum(tally.count for tally in batch.tallies)
        return told

    def _count(self, login: Login) -> None:
        key = (login.credential, login.what)
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = Tally(first=login, last_at=login.at)
            tally.note(login.address)
            return
        tally.add(login)
        if tally.count == MOST:
            self._full.append(key)

    def _look_at_network(self, login: Login, credential: CredentialId) -> None:
        network = origin.network_of(login.address, self._rules.ipv4, self._rules.ipv6)
        key = (credential, network)
        if not network or key in self._known:
            return
        self._known[key] = None
        if len(self._known) > _KNOWN:
            self._known.popitem(last=False)
        met = Met(credential=credential, network=network, address=login.address, agent=login.agent, at=login.at)
        self._networks[key] = met

    def _take(self, world: World, *, final: bool) -> Batch | None:
        now = world.clock.now()
        with self._lock:
            self._written = {key: at for key, at in self._written.items() if now - at < PAUSE}
            tallies = _pop(self._tallies, self._due(now, final=final))
            refusals = _pop(self._refusals, (key for key in self._refusals if final or key not in self._written))
            networks = _pop(self._networks, iter(self._networks))
            self._written |= {(each.credential, each.cause): now for each in refusals}
        if not (tallies or refusals or networks):
            return None
        return Batch(id=world.entropy.uuid(), tallies=tallies, refusals=refusals, networks=networks)

    def _due(self, now: datetime, *, final: bool) -> Iterator[Key]:
        """The full ones, then the oldest: they stand in the order in which they began."""
        while self._full:
            yield self._full.pop()
        for key, tally in self._tallies.items():
            if not (final or now - tally.first.at >= self._rules.batch or now < tally.first.at):
                return
            yield key


def _pop(held: dict[K, V], due: Iterator[K]) -> tuple[V, ...]:
    """Take as many of them as one batch tells of."""
    keys = dict.fromkeys(islice(due, BATCH))
    return tuple(held.pop(key) for key in keys if key in held)
