"""Who reads the slices of a log: this process alone, or one process for each core beside it.

Guarantees: results come in the order of the tasks, each the same whoever did it. This process works, too, so that
nobody waits for the others to start; what was to be done by a process that died, or could not open the database, is
done here. Keys go to the others through a pipe and stay in their memory; they end when this process ends, even if it is
killed.
"""

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from threading import Thread
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine

from ledger.opener import Opener, ReadyOpener
from ledger.tables import open_to_read

Found = TypeVar("Found")
_Given_co = TypeVar("_Given_co", covariant=True)

SLICE = 4096
"""Entries that are read at once: a power of two."""
_WORTH = 100_000
"""Entries from which on another process is worth its start, half a second."""
_AHEAD = 128
"""Tasks that may wait to be done, or their small results to be taken: enough work until the others have started."""


class Task(Protocol[_Given_co]):
    """Something to read. It can be pickled, and so can what it gives."""

    def do(self, connection: Connection, opener: ReadyOpener | None) -> _Given_co:
        """In the transaction that the connection has, or begins."""


class Reading(Protocol):
    """A crew at work."""

    def each(self, tasks: Iterable[Task[Found]]) -> Iterator[Found]:
        """What each task gives, in their order."""


class Crew(Protocol):
    """Who is there to read."""

    @property
    def length(self) -> int:
        """Of the slices that it reads."""

    def at_work(self, connection: Connection, opener: Opener | None, entries: int) -> AbstractContextManager[Reading]:
        """For one verification of about so many entries."""


@dataclass(frozen=True, slots=True)
class Alone:
    """This process, with the connection at hand."""

    length: int = SLICE

    @contextmanager
    def at_work(self, connection: Connection, opener: Opener | None, entries: int) -> Iterator[Reading]:  # noqa: ARG002 - many or few
        """For one verification."""
        yield _Here(connection, None if opener is None else opener.ready())


@dataclass(frozen=True, slots=True)
class Processes:
    """This process and others beside it, `count` in all, where there is enough to read."""

    database: str = field(repr=False)
    """What `open_to_read` takes."""
    count: int
    length: int = SLICE
    worth: int = _WORTH

    @contextmanager
    def at_work(self, connection: Connection, opener: Opener | None, entries: int) -> Iterator[Reading]:
        """For one verification."""
        here = _Here(connection, None if opener is None else opener.ready())
        if self.count == 1 or entries < self.worth:
            yield here
            return
        import multiprocessing  # noqa: PLC0415 - most processes never have others beside them: half a megabyte
        from concurrent.futures import ProcessPoolExecutor  # noqa: PLC0415 - the same

        others = ProcessPoolExecutor(
            self.count - 1,
            mp_context=multiprocessing.get_context("spawn"),  # nothing of this process's connections goes along
            initializer=_sit_down,
            initargs=(self.database, opener),
        )
        try:
            yield _Beside(here, others, self.count - 1)
        finally:
            others.shutdown(cancel_futures=True)


def processes(database: str, cores: int | None = None) -> Processes:
    """One for each core that this process may use, or as many as are asked for."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Processes(database, cores or allowed or 1)


@dataclass(frozen=True, slots=True)
class _Here:
    connection: Connection
    opener: ReadyOpener | None

    def each(self, tasks: Iterable[Task[Found]]) -> Iterator[Found]:
        return map(self.do, tasks)

    def do(self, task: Task[Found]) -> Found:
        return task.do(self.connection, self.opener)


@dataclass(slots=True)
class _Job(Generic[Found]):
    task: Task[Found]
    future: Future[Found] | None = None
    """None as long as nobody has begun with it."""

    def do(self, here: _Here) -> None:
        self.future = Future()
        self.future.set_result(here.do(self.task))

    def result(self, here: _Here) -> Found:
        try:
            return here.do(self.task) if self.future is None else self.future.result()
        except Exception:  # noqa: BLE001 - a process that died is no finding; what is one, is found here again
            return here.do(self.task)


class _Beside:
    """Hands out little more than the others can hold, so that there is always something left to do here."""

    def __init__(self, here: _Here, others: Executor, hands: int) -> None:
        self._here = here
        self._others = others
        self._hands = hands

    def each(self, tasks: Iterable[Task[Found]]) -> Iterator[Found]:
        coming, waiting = iter(tasks), deque[_Job[Found]]()
        while True:
            waiting.extend(map(_Job, islice(coming, _AHEAD - len(waiting))))
            if not waiting:
                return
            self._hand_out(waiting)
            first = waiting[0]
            left = next((job for job in waiting if job.future is None), None)
            if left is None or first.future is None or first.future.done():
                yield waiting.popleft().result(self._here)
            else:
                left.do(self._here)

    def _hand_out(self, waiting: Iterable[_Job[Found]]) -> None:
        under_way = sum(1 for job in waiting if job.future is not None and not job.future.done())
        for job in islice((job for job in waiting if job.future is None), max(0, 2 * self._hands - under_way)):
            try:
                job.future = self._others.submit(_do, job.task)
            except BrokenExecutor:
                return


@dataclass(slots=True)
class _Desk:
    """What another process has before it."""

    engine: Engine
    opener: ReadyOpener | None


_DESKS: list[_Desk] = []
"""One, in another process; none in this."""


def _sit_down(database: str, opener: Opener | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever presses it means the process that shows the bar
    Thread(target=_end_with_parent, daemon=True).start()
    _DESKS.append(_Desk(open_to_read(database), None if opener is None else opener.ready()))


def _do(task: Task[Found]) -> Found:
    (desk,) = _DESKS
    with desk.engine.connect() as connection, connection.begin():
        return task.do(connection, desk.opener)


def _end_with_parent() -> None:
    import multiprocessing  # noqa: PLC0415 - the same

    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)  # a killed parent leaves nobody behind who holds its keys
