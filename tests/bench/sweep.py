"""What is due is found by an index: as fast as the bare query, however many credentials there are besides.

Both sides read the same rows of the same file, in turns; a figure is the best round of each side.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter

from sqlalchemy.dialects import sqlite

from bot.domain.notice import NoticeKind
from bot.service.expiry.warnings import raise_due
from bot.store.columns import micros
from bot.store.warnings import DUE as STATEMENT
from tests.bench import Figure
from tests.bench.million import DUE, house_of
from tests.support.house import House

_ROUNDS = 7
_BATCH = 200
_MILLION = 1_000_000
_MOST_MB = 16.0


def figures() -> Iterator[Figure]:
    """Finding ten thousand of a million beside the bare query, beside a tenth of it; then telling them, and memory."""
    with house_of(_MILLION // 10) as small:
        of_a_tenth, _ = _found(small)
    with house_of(_MILLION) as house:
        ours, bare = _found(house)
        yield _at_most("sweep: ms to find 10,000 due of a million", ours * 1e3, bare * 1e3, 1.5)
        yield _at_most("sweep: ms to find 10,000 of a million, beside of a tenth", ours * 1e3, of_a_tenth * 1e3, 1.5)
        yield from _told(house)


def _found(house: House) -> tuple[float, float]:
    """Seconds of the best round: ours, and the bare query's."""
    statement = STATEMENT.limit(DUE).params(now=micros(house.clock.now()))
    written = str(statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with closing(sqlite3.connect(house.engine.url.database or "")) as connection, house.store.read() as reader:

        def bare() -> int:
            return len(connection.execute(written).fetchall())

        def ours() -> int:
            return len(reader.warnings.due(house.clock.now(), limit=DUE))

        best = [min(_timed(work) for _ in range(_ROUNDS)) for work in (ours, bare)]
    return best[0], best[1]


def _told(house: House) -> Iterator[Figure]:
    """The sweep's own step, batch by batch, to the one card in which they all stand."""
    raise_due(house.world, limit=0)
    before = _peak(anew=True)
    began, told = perf_counter(), 0
    while count := raise_due(house.world, limit=_BATCH):
        told += count
    seconds = perf_counter() - began
    grown = _peak() - before
    with house.store.read() as reader:
        waiting = reader.notices.due(house.clock.now().replace(year=2999), limit=99)
        (card,) = [notice for notice in waiting if notice.kind is NoticeKind.WARNING_CARD]
        group = reader.groups.read(card.id, house.clock.now(), limit=10)
    together = 0 if group is None else group.total
    yield Figure(
        name="sweep: MB more while 10,000 are told", ours=grown, floor=0, ratio=0, aim="<= 16 MB", ok=grown <= _MOST_MB
    )
    yield Figure(
        name="sweep: warnings in one card of the channel",
        ours=together,
        floor=DUE,
        ratio=together / DUE,
        aim="1",
        ok=together == told == DUE,
    )
    yield Figure(
        name="sweep: warnings told a second, with entries", ours=told / seconds, floor=0, ratio=0, aim="-", ok=True
    )


def _peak(*, anew: bool = False) -> float:
    """The most memory that this process has held, in MB, since it was asked `anew` (Linux, proc(5))."""
    if anew:
        Path("/proc/self/clear_refs").write_text("5")
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def _timed(work: Callable[[], int]) -> float:
    began = perf_counter()
    assert work() == DUE
    return perf_counter() - began


def _at_most(name: str, ours: float, floor: float, aim: float) -> Figure:
    return Figure(name=name, ours=ours, floor=floor, ratio=ours / floor, aim=f"<= {aim:g}", ok=ours <= aim * floor)
