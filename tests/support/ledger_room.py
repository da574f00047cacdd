"""A ledger in a database of its own, with a clock and a chance that a test can hold in its hand."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import Lock

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url

from ledger import Appended, Event, KeyEncryptionKey, Ledger, LogKey, OpenEntry, Schemas

ORIGIN = "ledger.example.com/cred"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA busy_timeout = 5000",
)


class Chance:
    """Randomness that comes out the same each time."""

    def __init__(self, seed: str = "chance") -> None:
        self._seed = seed
        self._drawn = 0

    def __call__(self, size: int) -> bytes:
        drawn = b""
        while len(drawn) < size:
            drawn += sha256(f"{self._seed} {self._drawn}".encode()).digest()
            self._drawn += 1
        return drawn[:size]


def open_engine(path: Path, *, synchronous: str = "OFF") -> Engine:
    """As the program opens it: transactions begun by us. No test cuts the power; the bench measures FULL."""
    engine = create_engine(f"sqlite:///{path}", pool_size=8, max_overflow=200)

    def set_up(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (*_PRAGMAS, f"PRAGMA synchronous = {synchronous}"):
            connection.execute(pragma)

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(_begin(connection)))
    return engine


def open_postgres(url: str) -> Engine:
    """The same on PostgreSQL: who writes sees what the one before left, who reads sees one state."""
    made = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(made, pool_size=8, max_overflow=64, hide_parameters=True)

    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("writing")
        level = psycopg.IsolationLevel.READ_COMMITTED if writing else psycopg.IsolationLevel.REPEATABLE_READ
        connection.connection.driver_connection.isolation_level = level

    event.listen(engine, "begin", begin)
    return engine


def _begin(connection: Connection) -> str:
    return "BEGIN IMMEDIATE" if connection.get_execution_options().get("writing") else "BEGIN"


def schemas() -> Schemas:
    """What a program with credentials might say."""
    known = Schemas()
    known.register("request:opened", {"request": str, "reason": str, "quorum": int, "roles": list[str]})
    known.register("note:made", {"text": str, "more": str | None}, optional=frozenset({"more"}))
    return known


def note(text: str = "a note", *, actor: str | None = None, index: tuple[tuple[str, str], ...] = ()) -> Event:
    """Some event."""
    return Event(kind="note:made", actor=actor, via="cli", body={"text": text}, index=index)


def texts(entries: Iterable[OpenEntry]) -> list[object]:
    """What notes say; None for entries of other kinds."""
    return [entry.event.body.get("text") for entry in entries]


@dataclass(slots=True)
class Room:
    """A ledger, its keys, its database, its clock."""

    folder: Path
    kek: KeyEncryptionKey
    log_key: LogKey
    engine: Engine
    ledger: Ledger
    url: str
    now: datetime = NOON
    turn: Lock = field(default_factory=Lock)

    @classmethod
    def build(cls, folder: Path, url: str = "") -> "Room":
        chance = Chance()
        kek, log_key = KeyEncryptionKey.generate(chance), LogKey.generate(ORIGIN, chance)
        on_postgres = url.startswith("postgresql:")
        engine = open_postgres(url) if on_postgres else open_engine(folder / "cred.db")
        with engine.connect().execution_options(writing=True) as connection, connection.begin():
            ledger = Ledger.create(
                connection, kek=kek, log_key=log_key, schemas=schemas(), now=NOON, checkpoints=folder / "checkpoints"
            )
        where = url or f"sqlite:///{folder / 'cred.db'}"
        return cls(folder=folder, kek=kek, log_key=log_key, engine=engine, ledger=ledger, url=where)

    @property
    def database(self) -> Path:
        return self.folder / "cred.db"

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits, one at a time."""
        with self.turn, self.engine.connect().execution_options(writing=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def undone(self) -> Iterator[Connection]:
        """A transaction that is rolled back."""
        with self.turn, self.engine.connect().execution_options(writing=True) as connection:
            transaction = connection.begin()
            yield connection
            transaction.rollback()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self.engine.connect() as connection, connection.begin():
            yield connection

    def later(self, by: timedelta) -> datetime:
        self.now += by
        return self.now

    def append(self, event: Event | None = None) -> Appended:
        with self.write() as connection:
            return self.ledger.append(connection, event or note(), at=self.now)

    def open(self, **changed: object) -> Ledger:
        """Opened anew, as another start of the program would."""
        given = {
            "kek": self.kek,
            "log_key": self.log_key,
            "schemas": schemas(),
            "checkpoints": self.folder / "checkpoints",
        }
        with self.read() as connection:
            return Ledger.open(connection, **(given | changed))

    def kinds(self) -> list[str]:
        with self.read() as connection:
            return [entry.event.kind for entry in self.ledger.entries(connection)]

    def close(self) -> None:
        self.engine.dispose()
