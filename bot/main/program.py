"""A program that is put together: it starts, works, and stops so that nothing is left half done."""

import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from starlette.types import ASGIApp

from bot.main.face import SlackFace
from bot.ports import DirectoryUnavailableError, StoreBusyError, World
from bot.scheduler import Guard, Job, Outbox, Scheduler, Threads
from bot.service.delivery.outbox import Sending
from bot.service.starting import announce
from bot.service.sweep import sweep
from bot.store import SqlStore
from bot.store.holding import Duty
from ledger import LedgerError

_SWEEP_EVERY = timedelta(seconds=15)
_CHECKPOINT_EVERY = timedelta(minutes=1)
_PEOPLE_EVERY = timedelta(minutes=10)
_PEOPLE_GOOD_FOR = timedelta(days=1)
_CONNECT_EVERY = timedelta(seconds=10)
_DRAW_EVERY = timedelta(seconds=3)
"""How long a Home tab that is open may show what has changed."""
_LOOK_AGAIN = timedelta(seconds=1)
"""Where several processes serve one database, none hears what another has written for the outbox: it is looked for."""
_SENDERS = 4
"""Messages that are on their way at once: a destination that hangs does not hold up the others."""
_OUTBOX_PATIENCE = 12.0
"""Seconds: a little more than a call to Slack may take."""

_log = logging.getLogger(__name__)


class Part(StrEnum):
    """What a process does. Over PostgreSQL there may be many of each; what happens by the clock, one of them does."""

    ALL = "all"
    WEB = "web"
    """Slack and access tokens, and nothing by the clock."""
    WORKER = "worker"
    """What happens by the clock, and nothing else."""


class Program:
    """`start` it, serve `web`, `stop` it. It is started once."""

    def __init__(
        self,
        *,
        world: World,
        store: SqlStore,
        web: ASGIApp,
        face: SlackFace,
        bell: threading.Event,
        version: str,
        part: Part,
        duty: Duty,
        ask_witnesses: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        """`bell` wakes the outbox; `duty` says who does what happens by the clock; `close` gives up what was opened."""
        self.world: Final = world
        self.store: Final = store
        self.web: Final = web
        self.face: Final = face
        self.version: Final = version
        self.part: Final = part
        self._duty: Final = duty
        self._ask_witnesses: Final = ask_witnesses
        self._close: Final = close
        self._people_read: datetime | None = None
        guard = Guard(world.entropy)
        self._guard: Final = guard
        self._senders: Final = Threads(_SENDERS, "outbox", guard)
        self._sending: Final = Sending(world, face.notifier, submit=self._senders.submit, freed=bell.set)
        self._outbox: Final = Outbox(self._send, bell, world.clock, guard)
        self._scheduler: Final = Scheduler(tuple(self._jobs()), guard)

    def start(self) -> None:
        """Say in the ledger that it starts, finish what a crash left, then begin. Raises `NotReadyError`."""
        announce(self.world, self.version)
        if self.part is not Part.WEB and self._duty.mine():
            sweep(self.world, starting=self.store.alone)
        if self.part is not Part.WORKER:
            self.face.connect()
        self._scheduler.start()
        if self.part is not Part.WEB:
            self._senders.start()
            self._outbox.start()

    def stop(self) -> None:
        """Finish what is being answered, sign what was written, and let the database go."""
        self._guard.run("parting from Slack", self.face.close)
        self._scheduler.stop()
        self._sending.stop()
        self._outbox.stop(_OUTBOX_PATIENCE)
        self._senders.stop(_OUTBOX_PATIENCE)
        self._guard.run("last checkpoint", self.checkpoint)
        self._close()
        _log.info("Stopped.")

    def checkpoint(self) -> None:
        """Sign the ledger as it stands, if it moved."""
        sign(self.store)

    def _jobs(self) -> Iterator[Job]:
        yield Job(name="checkpoint", run=self.checkpoint, every=_CHECKPOINT_EVERY)
        if self.part is not Part.WEB:
            yield Job(name="sweep", run=self._sweep, every=_SWEEP_EVERY)
            yield Job(name="asking of the witnesses", run=self._witness, every=_CHECKPOINT_EVERY, at_once=True)
            yield Job(name="reading of the workspace", run=self._read_people, every=_PEOPLE_EVERY, at_once=True)
        if self.part is not Part.WORKER:
            yield Job(name="connection to Slack", run=self.face.connect, every=_CONNECT_EVERY)
            yield Job(name="drawing of Home tabs", run=self.face.refresh_homes, every=_DRAW_EVERY)

    def _sweep(self) -> None:
        if self._duty.mine():
            sweep(self.world)

    def _witness(self) -> None:
        if self._duty.mine():
            self._ask_witnesses()

    def _send(self) -> datetime | None:
        """Send what is due, if that is this process's to do; when to look again."""
        due = self._sending.round() if self._duty.mine() else None
        if self.store.alone:
            return due
        soon = self.world.clock.now() + _LOOK_AGAIN
        return soon if due is None else min(due, soon)

    def _read_people(self) -> None:
        """Once a day who is in the workspace; sooner again where it could not be asked."""
        now = self.world.clock.now()
        if self._people_read is not None and now - self._people_read < _PEOPLE_GOOD_FOR:
            return
        try:
            self.face.directory.read_everybody(self.world.policy)
            self._people_read = now
        except DirectoryUnavailableError as reason:
            _log.warning("Slack could not be asked who is there (%s); I ask again in ten minutes.", reason)


def sign(store: SqlStore) -> None:
    """Sign the ledger as it stands, if it moved. What hinders it is told in a sentence, and tried again in a minute."""
    try:
        with store.write() as connection:
            store.ledger.checkpoint(connection)
    except (LedgerError, StoreBusyError) as reason:
        _log.error("The ledger was not signed: %s", reason)
