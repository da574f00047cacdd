"""A short piece of work beside a running `cred serve`: one transaction, from a process of its own.

Why that is safe, though on SQLite one process does everything else. SQLite itself lets writers of several processes in
one at a time. Whatever an entry of the ledger depends on is read in the transaction that appends it, and nothing of it
is remembered by the process that serves. And nothing here holds a lease, or changes what that process remembers: the
people of the workspace and the policy. So the file's lock, which keeps a second one from serving, is not asked for.

While the transaction lasts the one that serves cannot write: it waits for five seconds, then says that it is busy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.config import Places
from bot.domain.policy import Policy
from bot.main.databases import check_there
from bot.main.opening import Keys, NotReadyError, check_standing, told_of
from bot.ports import Clock
from bot.store import SCHEMAS, RosterStore, SqlStore, open_engine
from bot.store.engine import WRITING
from ledger import Ledger, LedgerError

_ANOTHER_POLICY = (
    "{file} has changed since `cred serve` was started. Restart it first: what is written must fit the policy in "
    "force, and a change of policy stands in the ledger before anything that rests on it."
)
_NEVER_SERVED = (
    "`cred serve` has not run with this database yet, so nobody in your workspace is known to it. Start it once first."
)


@dataclass(frozen=True, slots=True)
class Beside:
    """The store and the local copy of the workspace."""

    store: SqlStore
    people: RosterStore


@contextmanager
def beside(places: Places, keys: Keys, policy: Policy, clock: Clock) -> Iterator[Beside]:
    """Open for a block. Raises `NotReadyError`, also where the policy is not the one that is in force."""
    check_there(places)
    engine = open_engine(places.database_url)
    try:
        with told_of(places):
            check_standing(engine, places.shown)
            # With the write lock: no checkpoint can be newer than what this transaction sees.
            with engine.connect().execution_options(**WRITING) as connection, connection.begin():
                ledger = Ledger.open(
                    connection, kek=keys.kek, log_key=keys.log_key, schemas=SCHEMAS, checkpoints=places.checkpoints
                )
        store = SqlStore(engine, ledger, clock, min(policy.organization.teams))
        try:
            _check_in_force(store, policy, places)
            yield Beside(store, RosterStore(store))
        finally:
            store.close()
    except LedgerError as error:
        raise NotReadyError(str(error)) from None
    finally:
        engine.dispose()


def _check_in_force(store: SqlStore, policy: Policy, places: Places) -> None:
    with store.read() as reader:
        latest = reader.policies.latest()
    if latest is None:
        raise NotReadyError(_NEVER_SERVED)
    if latest[0] != policy.digest:
        raise NotReadyError(_ANOTHER_POLICY.format(file=places.policy))
