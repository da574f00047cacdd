"""What happens without anybody's doing: jobs at intervals, and a thread that sends what the outbox holds.

Every job is idempotent, runs one at a time, and is made up for once after a pause, not once per missed turn. A job
that fails is logged under a reference and tried again at its next turn; it never ends the program. A clock that is set
back stops no job: none is ever planned further ahead than its interval.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import SimpleQueue
from time import monotonic, perf_counter
from typing import Any, Final

from bot.domain.ids import short_code
from bot.ports import Clock, Entropy

LONGEST_WAIT = 15.0
"""Seconds after which the outbox is looked at even if nobody rang: a bell can be missed, a row cannot."""
_SHORTEST_WAIT = 0.05
_AFTER_FAILURE = 5.0
_SLOW = 5.0
_STEP = timedelta(seconds=1)
"""Smaller corrections of the clock only move a turn a little."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something to do every so often."""

    name: str
    run: Callable[[], object]
    every: timedelta
    at_once: bool = False
    """Also right at the start."""


class Guard:
    """Runs something so that whatever fails is logged under a reference and goes no further."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

    def run(self, name: str, task: Callable[[], object]) -> bool:
        """Whether it went well."""
        began = perf_counter()
        try:
            task()
        except Exception:  # noqa: BLE001 - whatever it is, the next turn comes
            _log.exception("The %s failed, reference %s; it is tried again.", name, short_code(self._entropy.uuid()))
            return False
        if perf_counter() - began > _SLOW:
            _log.warning("The %s took %.0f seconds.", name, perf_counter() - began)
        return True


class Outbox:
    """The thread that sends notices: when the bell rings, when the next is due, and every quarter of a minute."""

    def __init__(self, send: Callable[[], datetime | None], bell: threading.Event, clock: Clock, guard: Guard) -> None:
        """`send` sends what is due and says when the next is."""
        self._send: Final = send
        self._bell: Final = bell
        self._clock: Final = clock
        self._guard: Final = guard
        self._stopping = False
        self._next: datetime | None = None
        self._thread: Final = threading.Thread(target=self._work, name="outbox", daemon=True)

    def start(self) -> None:
        """Begin with what was left from before."""
        self._bell.set()
        self._thread.start()

    def stop(self, timeout: float) -> None:
        """Let the message that is being sent be finished, for so many seconds. The rest waits for the next start."""
        self._stopping = True
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _work(self) -> None:
        pause = 0.0
        while not self._stopping:
            self._bell.wait(pause)
            self._bell.clear()
            if self._stopping:
                return
            well = self._guard.run("outbox", self._round)
            pause = self._pause() if well else _AFTER_FAILURE

    def _round(self) -> None:
        self._next = self._send()

    def _pause(self) -> float:
        if self._next is None:
            return LONGEST_WAIT
        return min(max((self._next - self._clock.now()).total_seconds(), _SHORTEST_WAIT), LONGEST_WAIT)


class Threads:
    """A few threads that take tasks in the order in which they come."""

    def __init__(self, count: int, name: str, guard: Guard) -> None:
        self._name: Final = name
        self._guard: Final = guard
        self._tasks: Final[SimpleQueue[Callable[[], None] | None]] = SimpleQueue()
        self._stopping = False
        self._threads: Final = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True) for number in range(count)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def submit(self, task: Callable[[], None]) -> None:
        """Run a task as soon as a thread is free."""
        self._tasks.put(task)

    def stop(self, timeout: float) -> None:
        """Begin no further task, and give those that run so many seconds to end."""
        self._stopping = True
        end = monotonic() + timeout
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(end - monotonic(), 0.0))

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            if not self._stopping:
                self._guard.run(self._name, task)


class Scheduler:
    """The jobs, each in a thread of a small pool."""

    def __init__(self, jobs: Iterable[Job], guard: Guard) -> None:
        self._jobs: Final = tuple(jobs)
        self._guard: Final = guard
        self._stopping: Final = threading.Event()
        self._thread: Final = threading.Thread(target=self._work, name="scheduler-watch", daemon=True)

    def start(self) -> None:
        """Run every job from now on. Returns at once: loading the library need not keep the first request waiting."""
        self._thread.start()

    def stop(self) -> None:
        """Start nothing more, and wait for what runs."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _work(self) -> None:
        running = self._begin()
        shortest = min((job.every for job in self._jobs), default=_STEP).total_seconds()
        while not self._stopping.wait(shortest):
            self._guard.run("watch of the clock", lambda: self._plan_anew(running))
        running.shutdown(wait=True)

    def _begin(self) -> Any:
        from apscheduler.executors.pool import ThreadPoolExecutor  # noqa: PLC0415 - commands that do not serve never pay
        from apscheduler.schedulers.background import BackgroundScheduler  # noqa: PLC0415 - the same

        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(self._jobs) or 1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in self._jobs:
            first = {"next_run_time": datetime.now(UTC)} if job.at_once else {}
            scheduler.add_job(self._do, "interval", args=[job], seconds=job.every.total_seconds(), id=job.name, **first)
        scheduler.start()
        return scheduler

    def _plan_anew(self, running: Any) -> None:
        """The library plans by the clock on the wall: set back by an hour, it would do nothing for that hour."""
        now = datetime.now(UTC)
        for job in self._jobs:
            if running.get_job(job.name).next_run_time - now > job.every + _STEP:
                _log.warning("The clock was set back; the %s runs now instead of waiting for it.", job.name)
                running.modify_job(job.name, next_run_time=now)

    def _do(self, job: Job) -> None:
        self._guard.run(job.name, job.run)
