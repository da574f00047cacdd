"""`GET /healthz`: whether the database can be read and written. Needs nothing but the store.

A write that failed stays failed here until one succeeds, be it somebody's or the check's own.

The check takes the writer's turn for a moment, so callers share one check at a time and its answer for a second:
asking often costs nothing, and a stuck writer does not gather a crowd of waiting threads.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import monotonic
from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.domain.ids import CredentialId
from bot.ports import Store, StoreBusyError

PATIENCE = 2.0
"""Seconds after which a check that has not come back counts as a stuck writer."""
_SHARED = 1.0
"""Seconds that an answer is good for."""
_NOBODY = CredentialId(UUID(int=0))

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What was found of each: `ok`, `failing`, or `stuck` where the check has not come back."""

    database: str
    writer: str

    @property
    def good(self) -> bool:
        """Whether requests should be sent here."""
        return self.database == self.writer == "ok"


class HealthEndpoint:
    """Answers 200 while all is well, else 503; the body says what is not."""

    def __init__(self, store: Store, *, patience: float = PATIENCE, now: Callable[[], float] = monotonic) -> None:
        self._store = store
        self._patience = patience
        self._now = now
        self._checks: tuple[asyncio.Task[str], ...] = ()
        self._checked_at = 0.0

    async def answer(self, _request: Request) -> JSONResponse:
        """The state of things now."""
        health = await self._health()
        content = {"status": "ok" if health.good else "failing", **asdict(health)}
        return JSONResponse(content, 200 if health.good else 503, headers={"Cache-Control": "no-store"})

    async def _health(self) -> Health:
        under_way = any(not check.done() for check in self._checks)
        if not under_way and (not self._checks or self._now() - self._checked_at > _SHARED):
            self._checked_at = self._now()
            self._checks = (self._start("read", _read), self._start("written", _turn))
        await asyncio.wait(self._checks, timeout=self._patience)
        database, writer = (check.result() if check.done() else "stuck" for check in self._checks)
        return Health(database=database, writer=writer)

    def _start(self, verb: str, attempt: Callable[[Store], None]) -> asyncio.Task[str]:
        """Try it in a thread: it blocks as long as the store's own patience."""
        return asyncio.create_task(asyncio.to_thread(_tried, verb, lambda: attempt(self._store)))


def _read(store: Store) -> None:
    with store.read() as reader:
        reader.credentials.get(_NOBODY)


def _turn(store: Store) -> None:
    store.prove_writable()


def _tried(verb: str, attempt: Callable[[], None]) -> str:
    try:
        attempt()
    except StoreBusyError:  # the store has told the log
        return "failing"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is not health
        _log.warning("The database could not be %s: %s.", verb, type(error).__name__)
        return "failing"
    return "ok"
