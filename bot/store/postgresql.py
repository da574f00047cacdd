"""What only PostgreSQL says. Writers of all processes come one at a time, as on SQLite: whoever writes holds an
advisory lock to the end of the transaction, so a use case that reads, decides and writes never decides on what another
is changing. Readers see one state and wait for nobody.

The locks go by the schema that the tables are in, so that two programs in one database do not wait for each other.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, Select, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from bot.domain.errors import CredError
from bot.store.writing import writes

DRIVER = "postgresql+psycopg"
_SPACE = 0x63726564
"""The first half of every advisory lock of ours: "cred" in ASCII."""
TURN, SERVING, CLOCK = range(3)
"""Which lock: the writer's turn; that somebody serves; who does what happens by the clock."""
_SETTINGS = {
    "lock_timeout": "5s",  # whoever waits for a turn is told to try again
    "idle_in_transaction_session_timeout": "60s",  # a process that hangs gives its turn up
}
_CONNECT_SECONDS = 10
_SHUT_DOWN = frozenset({"57P01", "57P02", "57P03"})
"""SQLSTATEs with which a server ends a connection."""


class MissingDriverError(CredError):
    """PostgreSQL needs its driver: pip install --require-hashes -r requirements-postgres.txt"""

    code = "missing-driver"


def open_engine(url: str) -> Engine:
    """For a `postgresql://` URL. No connection is made yet. Raises `MissingDriverError`."""
    parsed = make_url(url).set(drivername=DRIVER)
    given = parsed.query.get("options", "")
    options = " ".join(
        [*([given] if isinstance(given, str) else given), *(f"-c {k}={v}" for k, v in _SETTINGS.items())]
    )
    try:
        engine = create_engine(
            parsed,
            hide_parameters=True,  # an error's text goes to the log, and parameters hold what people typed
            pool_size=8,
            max_overflow=24,
            pool_timeout=10,
            pool_pre_ping=True,  # a server that was restarted has closed what lies in the pool
            connect_args={"connect_timeout": _CONNECT_SECONDS, "options": options},
        )
    except ImportError:
        raise MissingDriverError(MissingDriverError.__doc__) from None
    event.listen(engine, "begin", _begin)
    event.listen(engine, "handle_error", _without_values, retval=True)
    return engine


def lock_of(which: int, function: str) -> str:
    """The statement that calls one of PostgreSQL's functions of advisory locks for a lock of ours."""
    return f"SELECT {function}({_SPACE}, hashtext(current_schema()) # {which})"


def wrote(connection: Connection) -> bool:
    """Whether its transaction has changed anything: a turn that wrote nothing proves nothing."""
    return bool(connection.exec_driver_sql("SELECT pg_current_xact_id_if_assigned() IS NOT NULL").scalar_one())


def try_to_write(connection: Connection) -> None:
    """Write something that changes nothing: a transaction with a number is in the write-ahead log."""
    connection.exec_driver_sql("SELECT pg_current_xact_id()")


@contextmanager
def migrating(connection: Connection) -> Iterator[None]:
    """A transaction in which tables are changed, whole or not at all."""
    with connection.begin():
        yield


def dangling(_connection: Connection) -> str | None:
    """None: foreign keys hold during a migration, too."""
    return None


class PostgresReader:
    """`bot.store.engine.HotReader`: prepared by the server after a few uses, outside of any transaction."""

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        """Connects."""
        made = statement.compile(dialect=engine.dialect, compile_kwargs={"render_postcompile": True})
        self._engine = engine
        self._statement = str(made)
        self._parameters = dict(made.params)
        self._closed = False
        self.connection = self._connected()

    def rows(self, values: Mapping[str, str]) -> list[tuple[Any, ...]]:
        """Raises `psycopg.Error` where the database cannot be read. A connection that was lost is replaced first."""
        if self.connection.closed and not self._closed:
            self.connection = self._connected()
        try:
            return self._read(values)
        except self._engine.dialect.loaded_dbapi.OperationalError:
            if self._closed:
                raise
            self.connection.close()
        self.connection = self._connected()  # the server was restarted since the last time
        return self._read(values)

    def close(self) -> None:
        """Give the connection up."""
        self._closed = True
        self.connection.close()

    def _read(self, values: Mapping[str, str]) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.connection.execute(
            self._statement, {**self._parameters, **values}
        ).fetchall()
        return found

    def _connected(self) -> Any:
        held = self._engine.raw_connection()
        connection: Any = held.driver_connection
        held.detach()
        connection.autocommit = True
        connection.execute("SET default_transaction_read_only = on")
        return connection


hot_reader = PostgresReader


def _without_values(context: ExceptionContext) -> BaseException | None:
    """The server's error has a DETAIL with the row in it, and what people typed is in the row: it is left out."""
    error: Any = context.original_exception
    said = getattr(getattr(error, "diag", None), "message_primary", None)
    if said is None or context.sqlalchemy_exception is None:
        return None
    error.args = (said,)
    if error.sqlstate in _SHUT_DOWN:  # the driver may not have seen the end of the connection yet
        context.is_disconnect = True
    cleaned: BaseException = DBAPIError.instance(
        context.statement,
        None,
        error,
        context.dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=context.is_disconnect,
        dialect=context.dialect,
    )
    return cleaned


def _begin(connection: Connection) -> None:
    from psycopg import IsolationLevel  # noqa: PLC0415 - on SQLite it need not be installed

    driver: Any = connection.connection.driver_connection
    driver.read_only = not writes(connection)
    if not writes(connection):
        driver.isolation_level = IsolationLevel.REPEATABLE_READ
        return
    driver.isolation_level = IsolationLevel.READ_COMMITTED  # what is read after the lock is what its last holder left
    connection.exec_driver_sql(lock_of(TURN, "pg_advisory_xact_lock"))
