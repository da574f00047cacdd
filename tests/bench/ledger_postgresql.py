"""What an entry costs on PostgreSQL: one durable append beside the bare insert of the same bytes, on one server.

In turns and one transaction each, as on SQLite; the server waits for the disk at each commit. An append asks it more
often than an insert does: it holds the head, reads it, and moves it.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests.bench import Figure
from tests.bench.ledger import _appender, _at_least, _in_turns, _size_of_entry
from tests.support.ledger_room import Room
from tests.support.postgres import binaries, running

_NAME = "ledger on PostgreSQL: durable appends a second"
_AIM = 0.25
"""An insert is one question to the server beside its begin and commit; an append is five."""


def figures() -> Iterator[Figure | str]:
    """Appends a second beside inserts a second."""
    if binaries() is None:
        yield f"{_NAME} | left out: there is no PostgreSQL on this machine"
        return
    with running(fsync="on") as server, TemporaryDirectory(prefix="cred-bench-") as folder, server.schema() as url:
        room = Room.build(Path(folder), url)
        append = _appender(room.engine, room.ledger)
        append()
        with psycopg.connect(url) as floor:
            floor.execute("CREATE TABLE floor_entry (log integer, place bigint, entry bytea, PRIMARY KEY (log, place))")
            floor.commit()
            ours, bare = _in_turns(append, _Floor(floor, _size_of_entry(room.engine)).insert)
        yield _at_least(_NAME, 1 / min(ours), 1 / min(bare), _AIM)
        room.close()


class _Floor:
    """The least that keeps these bytes there: the bare driver, one table, one insert, one commit."""

    def __init__(self, connection: psycopg.Connection, size: int) -> None:
        self._connection = connection
        self._bytes = bytes(size)
        self._place = 0

    def insert(self) -> None:
        self._connection.execute("INSERT INTO floor_entry VALUES (1, %s, %s)", (self._place, self._bytes))
        self._connection.commit()
        self._place += 1
