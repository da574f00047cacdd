"""Long logs, made in bulk: sealed as the ledger seals, written past its triggers, which stand again afterwards."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from ledger import Event, KeyEncryptionKey, Ledger, LogKey
from ledger.appending import Head
from ledger.entry import Header, micros
from ledger.keyring import ENTRIES, INDEX
from ledger.merkle import leaf_hash
from ledger.sealing import SealingKey, blind
from ledger.sqlite import TRIGGERS
from tests.support.ledger_room import NOON, ORIGIN, Chance, open_engine, schemas

_OF_ONE_REQUEST = 5
"""Entries about each request."""
_SLOT = "000000000000"
_REQUEST = f"6f1c2b1e-7b52-4d8e-9c55-{_SLOT}"
_GUARD = "ledger_entry_insert"


@dataclass(frozen=True)
class LongLog:
    """A log in a file, and its keys."""

    database: Path
    engine: Engine
    ledger: Ledger
    kek: KeyEncryptionKey
    log_key: LogKey


def begin(folder: Path) -> LongLog:
    """A new log, with a person in it."""
    database = folder / "long.db"
    engine, kek, log_key = open_engine(database), KeyEncryptionKey.generate(Chance()), LogKey.generate(ORIGIN, Chance())
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        ledger = Ledger.create(connection, kek=kek, log_key=log_key, schemas=schemas(), now=NOON)
    return LongLog(database, engine, ledger, kek, log_key)


def fill(log: LongLog, count: int) -> bytes:
    """So many sealed entries more, with what they are found by, under a checkpoint. Gives one of them."""
    with log.engine.connect().execution_options(writing=True) as connection, connection.begin():
        person = log.ledger.person(connection, team="T1", user="U1", at=NOON)
        keyring = log.ledger._keyring
        key, index_key = keyring.primary(connection, ENTRIES), keyring.primary(connection, INDEX)
        tree = Head.read(connection, keyring.log).tree
    assert key is not None
    assert index_key is not None
    leaves: list[bytes] = []
    made = _entries(key, schemas().encode(_event(person)), tree.size, count, leaves)
    with closing(sqlite3.connect(log.database, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA synchronous = OFF; BEGIN; DROP TRIGGER {_GUARD};")
        connection.executemany("INSERT INTO ledger_entry VALUES (1, ?, ?)", made)
        connection.executemany(
            "INSERT INTO ledger_term VALUES (1, ?, ?)", _terms(index_key.secret, person, tree.size, count)
        )
        tree = tree.extend(leaves)
        connection.execute("UPDATE ledger_log SET size = ?, nodes = ?", (tree.size, tree.to_bytes()))
        connection.execute(TRIGGERS[_GUARD])
        connection.execute("COMMIT")
        (entry,) = connection.execute('SELECT entry FROM ledger_entry ORDER BY "index" DESC LIMIT 1').fetchone()
    with log.engine.connect().execution_options(writing=True) as connection, connection.begin():
        log.ledger.checkpoint(connection)
    return bytes(entry)


def _event(person: str) -> Event:
    body = {"request": _REQUEST, "reason": "x" * 160, "quorum": 2, "roles": ["reader"]}
    index = (("person", person), ("request", _REQUEST))
    return Event(kind="request:opened", actor=person, via="slack", body=body, index=index)


def _entries(
    key: SealingKey, payload: bytes, start: int, count: int, leaves: list[bytes]
) -> Iterator[tuple[int, bytes]]:
    origin, slot, at = ORIGIN.encode(), _SLOT.encode(), micros(NOON)
    for place in range(start, start + count):
        nonce = os.urandom(12)
        front = Header(key_id=key.id, index=place, time=at, nonce=nonce).to_bytes()
        plain = payload.replace(slot, b"%012d" % (place // _OF_ONE_REQUEST))
        entry = front + key.seal(nonce, plain, origin + front)
        leaves.append(leaf_hash(entry))
        yield place, entry


def _terms(index_key: bytes, person: str, start: int, count: int) -> Iterator[tuple[bytes, int]]:
    by_person, of = blind(index_key, "person", person), (b"", -1)
    for place in range(start, start + count):
        if (number := place // _OF_ONE_REQUEST) != of[1]:
            of = blind(index_key, "request", _REQUEST.replace(_SLOT, f"{number:012d}")), number
        yield by_person, place
        yield of[0], place
