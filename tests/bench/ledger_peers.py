"""One durable append beside what others append, to the same disk, in turns, WAL and synchronous FULL on both sides.

eventsourcing keeps the events of an aggregate; it seals nothing and proves nothing. pymerkle, which keeps a Merkle
tree, is under the GPL, and so no part of this.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from time import perf_counter

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from tests.bench import Figure
from tests.bench.ledger import _EVENT, _ledger
from tests.support.ledger_room import NOON, schemas

_ROUNDS = 10
_APPENDS = 100


class Asked(Aggregate):
    """An event of the same words."""

    @event("Opened")
    def __init__(self, said: str) -> None:
        self.said = said


def figures() -> Iterator[Figure]:
    """Appends a second: ours beside each peer's."""
    with TemporaryDirectory(prefix="cred-bench-") as name:
        folder, payload = Path(name), schemas().encode(_EVENT)
        engine, ledger = _ledger(folder)
        turn = Lock()

        def append() -> None:
            with turn, engine.connect().execution_options(writing=True) as connection, connection.begin():
                ledger.append(connection, _EVENT, at=NOON)

        settings = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(folder / "eventsourcing.db")}
        application = Application[Aggregate](env=settings)
        yield _beside("eventsourcing", append, lambda: application.save(Asked(payload.decode())), 1.0)
        application.close()
        engine.dispose()


def _beside(peer: str, ours: Callable[[], object], theirs: Callable[[], object], aim: float) -> Figure:
    taken: dict[Callable[[], object], list[float]] = {ours: [], theirs: []}
    for _ in range(_ROUNDS):
        for work, kept in taken.items():
            start = perf_counter()
            for _ in range(_APPENDS):
                work()
            kept.append((perf_counter() - start) / _APPENDS)
    mine, peers = 1 / min(taken[ours]), 1 / min(taken[theirs])
    name = f"ledger: durable appends a second, beside {peer}"
    return Figure(name=name, ours=mine, floor=peers, ratio=mine / peers, aim=f">= {aim:g}", ok=mine >= aim * peers)
