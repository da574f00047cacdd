"""PostgreSQL's advisory locks of a session: the server gives one up when the process that holds it dies, however it
dies. Nobody here elects anybody.

- Who serves shares one; who changes tables or keys needs it alone.
- What happens by the clock (the sweep, the outbox) is done by the one process that holds another; the rest stand by.
"""

from contextlib import suppress
from threading import Lock
from typing import Any, Final

from sqlalchemy import Engine

from bot.store.exclusive import InUseError
from bot.store.postgresql import CLOCK, SERVING, lock_of


class SessionLock:
    """One lock, on a connection of its own. Safe to use from any thread."""

    def __init__(self, engine: Engine, which: int, *, shared: bool = False) -> None:
        """Takes nothing yet."""
        self._engine: Final = engine
        kind = "_shared" if shared else ""
        self._statement: Final = lock_of(which, f"pg_try_advisory_lock{kind}")
        self._giving_up: Final = lock_of(which, f"pg_advisory_unlock{kind}")
        self._turn: Final = Lock()
        self._driver: Any = None
        self._held = False

    def hold(self) -> bool:
        """Take it, or see that it is still held; whether it is. A connection that was lost took the lock with it.

        Raises `DatabaseError` where the server is not there.
        """
        with self._turn:
            try:
                return self._look()
            except self._engine.dialect.loaded_dbapi.Error:
                self._drop()
                return self._look()

    def release(self) -> None:
        """Let another process have it. Once this returns it can: the server sees the end of a connection later."""
        with self._turn:
            if self._held:
                with suppress(self._engine.dialect.loaded_dbapi.Error):  # lost with its connection
                    self._driver.execute(self._giving_up)
            self._drop()

    def _look(self) -> bool:
        if self._driver is None:
            self._engine.connect().close()  # a server that is not there is told of in SQLAlchemy's words
            held = self._engine.raw_connection()
            self._driver = held.driver_connection
            held.detach()
            self._driver.autocommit = True
        asked = "SELECT true" if self._held else self._statement
        self._held = bool(self._driver.execute(asked).fetchone()[0])
        return self._held

    def _drop(self) -> None:
        if self._driver is not None:
            self._driver.close()
        self._driver, self._held = None, False


class Duty:
    """Whether this process does what happens by the clock. On SQLite there is no other."""

    def __init__(self, engine: Engine) -> None:
        """Takes nothing yet."""
        self._lock: Final = None if engine.dialect.name == "sqlite" else SessionLock(engine, CLOCK)

    def mine(self) -> bool:
        """Take it if nobody has it; whether it is this process's now."""
        return self._lock is None or self._lock.hold()

    def release(self) -> None:
        """Let another process have it."""
        if self._lock is not None:
            self._lock.release()


def serving(engine: Engine, database: str) -> SessionLock:
    """For one of the processes that serve. Raises `InUseError`."""
    return _taken(
        SessionLock(engine, SERVING, shared=True),
        f"The tables or keys of {database} are being changed. Try again when that is done.",
    )


def alone(engine: Engine, database: str) -> SessionLock:
    """For whoever changes tables or keys. Raises `InUseError`."""
    return _taken(
        SessionLock(engine, SERVING),
        f"Another process works with {database}. Stop every `cred serve` that does, on every machine.",
    )


def _taken(lock: SessionLock, sentence: str) -> SessionLock:
    if not lock.hold():
        lock.release()
        raise InUseError(sentence)
    return lock
