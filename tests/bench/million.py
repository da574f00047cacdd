"""A house with many living credentials, made by bulk SQL: ten thousand of them are due for a warning at once."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from bot.domain.credential import State
from bot.domain.role import READ_ONLY
from bot.store.columns import micros, permissions_out
from bot.store.rows import METADATA
from tests.support import people
from tests.support.house import House, build

DUE = 10_000
_WORDS = ("billing", "deploy", "export", "ingest", "night", "payroll", "report", "sync")
_COLUMNS = [column.name for column in METADATA.tables["credential"].c]
_INSERT = f"INSERT INTO credential ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"


@contextmanager
def house_of(total: int) -> Iterator[House]:
    """A house with so many credentials, and the planner's statistics of them."""
    with TemporaryDirectory(prefix="cred-bench-") as name:
        house = build(Path(name))
        try:
            _fill(house, total)
            yield house
        finally:
            house.close()


def _fill(house: House, total: int) -> None:
    with closing(sqlite3.connect(house.engine.url.database or "", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        connection.executemany(_INSERT, _rows(house, total))
        connection.execute("COMMIT")
        connection.execute("ANALYZE")


def _rows(house: House, total: int) -> Iterator[dict[str, object]]:
    """Spread over a year; every so many-th is due now."""
    now = house.clock.now()
    every, permissions = total // DUE, permissions_out(READ_ONLY.permissions)
    always: dict[str, object] = dict.fromkeys(_COLUMNS)
    always |= {
        "authority": "builtin",
        "description": "Reads what is there",
        "estate": people.RETAIL,
        "role": READ_ONLY.key,
        "permissions": permissions,
        "requester": people.MAYA,
        "state": State.ACTIVE.value,
        "created_at": micros(now - timedelta(days=30)),
    }
    for number in range(total):
        due = number % every == 0
        name = f"{_WORDS[number % len(_WORDS)]} {number:07}"
        expires_at = house.world.policy.end_of(now.date() + timedelta(days=6 if due else 40 + number % 300))
        yield {
            **always,
            "id": str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % (1 << 128))),
            "client_id": f"client {number}",
            "name": name,
            "name_key": name.replace(" ", "-"),
            "owner": (people.OLGA, people.SAM, people.BEN)[number % 3],
            "expires_at": micros(expires_at),
            "warned": 14 if due else None,
            "warn_at": micros(
                now - timedelta(seconds=1 + number % 3600) if due else now + timedelta(days=number % 300 + 1)
            ),
        }
