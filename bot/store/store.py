"""The unit of work: one writer at a time, one timestamp a transaction, and no effect without its entry."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError

from bot.domain.events import Event
from bot.domain.ids import TeamId, UserId
from bot.ports import Clock, StoreBusyError
from bot.store.assertions import SqlAssertions
from bot.store.credentials import SqlCredentials
from bot.store.delegations import SqlDelegations
from bot.store.engine import WRITING, speech_of
from bot.store.errands import SqlErrands
from bot.store.figures import SqlFigures
from bot.store.glasses import SqlGlasses
from bot.store.groups import SqlGroups
from bot.store.history import SqlHistory
from bot.store.leavers import SqlLeavers
from bot.store.logins import SqlLogins
from bot.store.notices import SqlNotices
from bot.store.recording import Recorder
from bot.store.registers import SqlAcceptances, SqlChores, SqlNames, SqlPolicies
from bot.store.requests import SqlRequests
from bot.store.revocations import SqlRevocations
from bot.store.rows import METADATA
from bot.store.telling import line
from bot.store.trouble import Trouble
from bot.store.turn import Turn
from bot.store.warnings import SqlWarnings
from ledger import Ledger

_PATIENCE = 5.0
"""Seconds that a writer waits for its turn before the person is told to try again."""
_REFUSED = (OperationalError, InternalError)
"""How a database says that it cannot be written now: locked, full, read-only, gone."""
_log = logging.getLogger(__name__)
_MEMBER = METADATA.tables["member"]


class SqlReader:
    """`bot.ports.Reader`: a consistent view, as of its first read."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.requests = SqlRequests(connection, now)
        self.delegations = SqlDelegations(connection)
        self.credentials = SqlCredentials(connection)
        self.glasses = SqlGlasses(connection, now)
        self.names = SqlNames(connection)
        self.notices = SqlNotices(connection)
        self.acceptances = SqlAcceptances(connection)
        self.policies = SqlPolicies(connection)
        self.errands = SqlErrands(connection)
        self.leavers = SqlLeavers(connection)
        self.chores = SqlChores(connection)
        self.warnings = SqlWarnings(connection)
        self.groups = SqlGroups(connection)
        self.revocations = SqlRevocations(connection)
        self.assertions = SqlAssertions(connection)
        self.logins = SqlLogins(connection)
        self.figures = SqlFigures(connection)


class SqlWork(SqlReader):
    """`bot.ports.UnitOfWork`: what is recorded is appended last, and commits with its effect or not at all."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        super().__init__(connection, now)
        self.now = now
        self.recorded: list[Event] = []

    def record(self, event: Event) -> None:
        self.recorded.append(event)


class SqlStore:
    """`bot.ports.Store` over one database. The ledger and the tables of the present share its transactions."""

    def __init__(self, engine: Engine, ledger: Ledger, clock: Clock, home: TeamId) -> None:
        """`home`: the team of people whom the local copy of the workspace does not know."""
        self.ledger = ledger
        self._engine = engine
        self._speech = speech_of(engine)
        self._clock = clock
        self._home = home
        self._turn = Turn()
        self._trouble = Trouble()
        self._writer: Connection | None = None

    @property
    def alone(self) -> bool:
        """Whether no other process serves the same database: on SQLite one does everything."""
        return self._engine.dialect.name == "sqlite"

    @property
    def history(self) -> SqlHistory:
        """What the ledger tells."""
        return SqlHistory(self.ledger, self.connect)

    @contextmanager
    def work(self) -> Iterator[SqlWork]:
        """One transaction. Raises `StoreBusyError`; and `Conflict`, where somebody else was first."""
        with self.write() as connection:
            work = SqlWork(connection, self._clock.now())
            yield work
            recorder = Recorder(self.ledger, connection, work.now, lambda user: self._team(connection, user))
            recorder.append_all(work.recorded)
        if _log.isEnabledFor(logging.INFO):
            for told in filter(None, map(line, work.recorded)):
                _log.info(told)

    @contextmanager
    def read(self) -> Iterator[SqlReader]:
        """A consistent view for the time of the block."""
        with self.connect() as connection:
            yield SqlReader(connection, self._clock.now())

    def prove_writable(self) -> None:
        """Take a turn; where the last write failed, also write something. Raises `StoreBusyError`."""
        with self.write() as connection:
            if self._trouble.writing is None:
                return
            try:
                self._speech.try_to_write(connection)
            except OSError as error:
                self._trouble.failed(str(error.strerror))
                raise StoreBusyError(f"There is no room beside the database ({error.strerror}).") from None
        self._trouble.wrote()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection that holds the write lock; it commits when the block ends, and rolls back if that raises."""
        if not self._turn.acquire(timeout=_PATIENCE):
            self._trouble.waited()
            raise StoreBusyError("The database is busy, so nothing was changed. Try again in a minute.")
        try:
            with self._begun() as connection:
                yield connection
                wrote = self._trouble.writing is not None and self._speech.wrote(connection)
            if wrote:
                self._trouble.wrote()
        except _REFUSED as error:
            why = " ".join(str(error.orig).split())
            self._trouble.failed(why)
            raise StoreBusyError(
                f"The database could not be written ({why}), so nothing was changed. "
                "Try again in a minute, and tell the operator if it stays so."
            ) from error
        finally:
            self._turn.release()

    def close(self) -> None:
        """Give the writer's connection up. A later write opens another."""
        self._turn.acquire()
        try:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
        finally:
            self._turn.release()

    def _writing(self) -> Connection:
        """The one connection that writes, kept from turn to turn: taking it from the pool costs as much as an entry."""
        if self._writer is None or self._writer.closed or self._writer.invalidated:
            self._writer = self._engine.connect().execution_options(**WRITING)
        return self._writer

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """The writer's connection in a new transaction. One that was lost since the last turn is replaced."""
        connection = self._writing()
        try:
            transaction = connection.begin()
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            connection = self._writing()
            transaction = connection.begin()
        with transaction:
            yield connection

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection for reading."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def _team(self, connection: Connection, user: UserId) -> TeamId:
        found = connection.execute(select(_MEMBER.c.team).where(_MEMBER.c.user == user)).scalar()
        return self._home if found is None else TeamId(found)
