"""A page of the ledger's entries about one credential, at ten million entries: through the blind index, opened.

Beside it the bare query for the same rows. The other entries are random bytes, as sealed ones are to whoever searches.
`CRED_BENCH_ENTRIES` for another length.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from tests.bench import Figure
from tests.bench.long_log import LongLog, begin
from tests.support.ledger_room import NOON, note

_ENTRIES = int(os.environ.get("CRED_BENCH_ENTRIES", "10000000"))
_PAGE = 50
_ABOUT = 60
"""Entries about the credential that is looked for, spread over the log."""
_ROUNDS = 100
_MOST_MS = 10.0
_STRANGERS = "WITH RECURSIVE n(i) AS (SELECT :start UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :stop) "
_ENTRY = _STRANGERS + "INSERT INTO ledger_entry SELECT 1, i, randomblob(300) FROM n"
_TERM = _STRANGERS + (
    "INSERT INTO ledger_term SELECT 1, term, i FROM (SELECT randomblob(16) AS term, i FROM n "
    "UNION ALL SELECT randomblob(16), i FROM n) ORDER BY term"
)
_BARE = (
    'SELECT e."index", e.entry FROM ledger_term t JOIN ledger_entry e ON e.log = t.log AND e."index" = t."index" '
    'WHERE t.log = 1 AND t.term = ? ORDER BY t."index" DESC LIMIT ?'
)


def figures() -> Iterator[Figure]:
    """Milliseconds of a page, the median of its rounds."""
    with TemporaryDirectory(prefix="cred-bench-") as name:
        log = begin(Path(name))
        _fill(log)
        term = log.ledger._appender.term("credential", "the one")
        with closing(sqlite3.connect(log.database)) as bare, log.engine.connect() as connection, connection.begin():
            ours = _taken(lambda: len(log.ledger.about(connection, "credential", "the one", limit=_PAGE)))
            floor = _taken(lambda: len(bare.execute(_BARE, (term, _PAGE)).fetchall()))
        yield Figure(
            name=f"search: ms for a page of {_PAGE} about one credential, {_ENTRIES:,} entries",
            ours=ours,
            floor=floor,
            ratio=ours / floor,
            aim="<= 10 ms",
            ok=ours <= _MOST_MS,
        )
        log.engine.dispose()


def _fill(log: LongLog) -> None:
    """What is looked for comes every so often; between are strangers."""
    part = _ENTRIES // _ABOUT
    with closing(sqlite3.connect(log.database, isolation_level=None)) as connection:
        connection.executescript("PRAGMA synchronous = OFF; DROP TRIGGER ledger_entry_insert;")
        connection.execute(_TERM, {"start": 10 * _ENTRIES, "stop": 11 * _ENTRIES})
    event = note("the one", index=(("credential", "the one"),))
    for _ in range(_ABOUT):
        with log.engine.connect().execution_options(writing=True) as connection, connection.begin():
            size = log.ledger.append(connection, event, at=NOON).index + 1
            connection.exec_driver_sql(_ENTRY, {"start": size, "stop": size + part})
            nodes = bytes(32 * (size + part).bit_count())  # the tree is not what is measured
            connection.exec_driver_sql("UPDATE ledger_log SET size = ?, nodes = ?", (size + part, nodes))


def _taken(page: Callable[[], int]) -> float:
    rounds = []
    for _ in range(_ROUNDS):
        began = perf_counter()
        found = page()
        rounds.append((perf_counter() - began) * 1e3)
        assert found == _PAGE
    return median(rounds)
