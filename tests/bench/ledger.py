"""What an entry costs: one durable append beside the bare insert of the same bytes, and many threads beside one.

Both sides write to the same disk, WAL and synchronous FULL, one transaction an entry, in turns, so that whatever else
the machine does weighs on both alike; a figure is the best round of each side.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from threading import Barrier, Thread
from time import perf_counter

from sqlalchemy import Engine

from bot.store.turn import Turn
from ledger import Event, KeyEncryptionKey, Ledger, LogKey
from tests.bench import Figure
from tests.support.ledger_room import NOON, ORIGIN, Chance, open_engine, schemas

_ROUNDS = 15
_APPENDS = 100
_THREADS = 128
_EACH = 4
_PERSON = "0123456789abcdef" * 2
_REQUEST = "6f1c2b1e-7b52-4d8e-9c55-2f3f0a6f5a11"
_EVENT = Event(
    kind="request:opened",
    actor=_PERSON,
    via="slack",
    body={"request": _REQUEST, "reason": "x" * 160, "quorum": 2, "roles": ["reader"]},
    index=(("person", _PERSON), ("request", _REQUEST)),
)


def figures() -> Iterator[Figure]:
    """Appends a second beside inserts a second; then the same for 128 threads beside one, and their longest waits."""
    with TemporaryDirectory(prefix="cred-bench-") as name:
        folder = Path(name)
        engine, ledger = _ledger(folder)
        append = _appender(engine, ledger)
        append()
        with closing(_Floor(folder, _size_of_entry(engine))) as floor:
            ours, bare = _in_turns(append, floor.insert)
        yield _at_least("ledger: durable appends a second", 1 / min(ours), 1 / min(bare), 0.6)
        yield from _crowd(append)
        engine.dispose()


def _appender(engine: Engine, ledger: Ledger) -> Callable[[], None]:
    """As the program appends: writers queue, and one connection is kept for whoever's turn it is."""
    turn, connection = Turn(), engine.connect().execution_options(writing=True)

    def append() -> None:
        turn.acquire()
        try:
            with connection.begin():
                ledger.append(connection, _EVENT, at=NOON)
        finally:
            turn.release()

    return append


def _ledger(folder: Path) -> tuple[Engine, Ledger]:
    engine = open_engine(folder / "ledger.db", synchronous="FULL")
    kek, log_key = KeyEncryptionKey.generate(Chance()), LogKey.generate(ORIGIN, Chance())
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        return engine, Ledger.create(connection, kek=kek, log_key=log_key, schemas=schemas(), now=NOON)


class _Floor:
    """The least that keeps these bytes: the bare driver, one table, one insert, one commit."""

    def __init__(self, folder: Path, size: int) -> None:
        self._connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "foreign_keys = ON"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.execute(
            "CREATE TABLE entry (log INTEGER, place INTEGER, entry BLOB, PRIMARY KEY (log, place))"
        )
        self._place = 0
        self._bytes = bytes(size)

    def insert(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("INSERT INTO entry VALUES (1, ?, ?)", (self._place, self._bytes))
        self._connection.execute("COMMIT")
        self._place += 1

    def close(self) -> None:
        self._connection.close()


def _size_of_entry(engine: Engine) -> int:
    with engine.connect() as connection, connection.begin():
        newest = 'SELECT length(entry) FROM ledger_entry ORDER BY "index" DESC LIMIT 1'
        return int(connection.exec_driver_sql(newest).scalar_one())


def _in_turns(ours: Callable[[], None], floor: Callable[[], None]) -> tuple[list[float], list[float]]:
    """Seconds an operation, of each round."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        for work, kept in zip((ours, floor), taken, strict=True):
            start = perf_counter()
            for _ in range(_APPENDS):
                work()
            kept.append((perf_counter() - start) / _APPENDS)
    return taken


def _crowd(append: Callable[[], None]) -> Iterator[Figure]:
    """128 threads that append a few entries each, all at once, beside one that appends as many."""
    waits: list[float] = []
    alone = [_timed(append) for _ in range(_THREADS * _EACH)]
    gate = Barrier(_THREADS + 1)

    def one() -> None:
        gate.wait()
        for _ in range(_EACH):
            waits.append(_timed(append))  # noqa: PERF401 - each as soon as it is known: others append meanwhile

    threads = [Thread(target=one) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    gate.wait()
    start = perf_counter()
    for thread in threads:
        thread.join()
    rate = len(waits) / (perf_counter() - start)
    yield _at_least("ledger: appends a second of 128 threads, beside one", rate, len(alone) / sum(alone), 0.9)
    p99, typical = quantiles(waits, n=100)[-1], median(alone)
    fair = typical * _THREADS
    name = "ledger: p99 of 128 threads in ms, beside 128 turns of one"
    yield Figure(name=name, ours=p99 * 1e3, floor=fair * 1e3, ratio=p99 / fair, aim="<= 2", ok=p99 <= 2 * fair)


def _timed(work: Callable[[], None]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _at_least(name: str, ours: float, floor: float, aim: float) -> Figure:
    return Figure(name=name, ours=ours, floor=floor, ratio=ours / floor, aim=f">= {aim:g}", ok=ours >= aim * floor)
