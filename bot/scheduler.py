"""What happens without anybody's doing: jobs at intervals, and a thread that sends what the outbox holds.

Every job is idempotent, runs one at a time, and is made up for once after a pause, not once per missed turn. A job
that fails is logged under a reference and tried again at its next turn; it never ends the program.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Any, Final

from bot.domain.ids import short_code
from bot.ports import Clock, Entropy

LONGEST_WAIT = 15.0
"""Seconds after which the outbox is looked at even if nobody rang: a bell can be missed, a row cannot."""
_SHORTEST_WAIT = 0.05
_AFTER_FAILURE = 5.0
_SLOW = 5.0

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


class Scheduler:
    """The jobs, each in a thread of a small pool."""

    def __init__(self, jobs: Iterable[Job], guard: Guard) -> None:
        self._jobs: Final = tuple(jobs)
        self._guard: Final = guard
        self._running: Any = None
        self._starter: Final = threading.Thread(target=self._begin, name="scheduler-start", daemon=True)

    def start(self) -> None:
        """Run every job from now on. Returns at once: loading the library need not keep the first request waiting."""
        self._starter.start()

    def _begin(self) -> None:
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
        self._running = scheduler

    def stop(self) -> None:
        """Start nothing more, and wait for what runs."""
        if self._starter.ident is not None:
            self._starter.join()
        if self._running is not None:
            self._running.shutdown(wait=True)
            self._running = None

    def _do(self, job: Job) -> None:
        self._guard.run(job.name, job.run)
