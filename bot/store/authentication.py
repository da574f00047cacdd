"""The hot read: what authentication needs of a client, by client ID, on a connection that does nothing else.

At the driver, without SQLAlchemy's layers: those cost many times the query. The statement is still made of the tables,
so that a column that is renamed cannot be forgotten here. WAL: a read waits for no writer.
"""

import json
import sqlite3
from functools import lru_cache
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, and_, bindparam, select
from sqlalchemy.dialects import sqlite

from bot.domain.credential import SecretState, State
from bot.domain.ids import BUILTIN, ClientId, CredentialId, EstateKey, RoleKey, SecretId
from bot.service.authentication import KnownClient, KnownSecret
from bot.store.columns import moment, moment_or_none
from bot.store.rows import METADATA

_BUSY_MS = 100
"""Only a database in recovery makes a reader wait, and whoever waits here holds up every other answer."""
_C = METADATA.tables["credential"].c
_S = METADATA.tables["secret"].c
_WORKING = (SecretState.LIVE, SecretState.RETIRING)

_COLUMNS = (_C.id, _C.client_id, _C.estate, _C.role, _C.permissions, _C.state, _C.expires_at)
_FIND = (
    select(*_COLUMNS, _S.id.label("secret"), _S.record, _S.retire_at)
    .select_from(_C.id.table.outerjoin(_S.id.table, and_(_S.credential == _C.id, _S.state.in_(_WORKING))))
    .where(_C.client_id == bindparam("client_id", ""), _C.authority == BUILTIN)
    .compile(dialect=sqlite.dialect(paramstyle="named"), compile_kwargs={"render_postcompile": True})
)
_STATEMENT = str(_FIND)
_PARAMETERS = {name: str(value) for name, value in _FIND.params.items()}


_NIL = str(UUID(int=0))
_NOBODY = [(_NIL, _NIL, "", "", "[]", State.DELETED.value, 0, _NIL, b"", None)]
"""Read where there is no client, so that an unknown one takes as long as a known one, to a few microseconds."""


class ClientLookup:
    """`bot.service.authentication.Clients` over SQLite. Safe to call from any thread; `close` it at the end."""

    def __init__(self, engine: Engine) -> None:
        """Takes a connection out of the engine's pool for good, with the pragmas that the engine sets."""
        self._held = engine.raw_connection()
        self._connection = _driver(self._held.driver_connection)
        self._held.detach()
        self._connection.execute("PRAGMA query_only = ON")
        self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        self._turn = Lock()

    def find(self, client_id: str) -> KnownClient | None:
        """The client with the secrets that are live or retiring; None if there is none of this ID.

        Raises `sqlite3.Error` where the database cannot be read.
        """
        with self._turn:
            rows = self._connection.execute(_STATEMENT, {**_PARAMETERS, "client_id": client_id}).fetchall()
        client = _client(rows or _NOBODY)
        return client if rows else None

    def close(self) -> None:
        """Give the connection up."""
        with self._turn:
            self._held.close()


def _driver(connection: object) -> sqlite3.Connection:
    if not isinstance(connection, sqlite3.Connection):
        raise TypeError("The hot read is written for SQLite's own driver.")
    return connection


def _client(rows: list[tuple[Any, ...]]) -> KnownClient:
    credential, client_id, estate, role, permissions, state, expires_at, *_ = rows[0]
    return KnownClient(
        credential=CredentialId(_uuid(credential)),
        client_id=ClientId(client_id),
        estate=EstateKey(estate),
        role=RoleKey(role),
        permissions=_permissions(permissions),
        state=State(state),
        expires_at=moment(expires_at),
        secrets=tuple(_secret(*row[len(_COLUMNS) :]) for row in rows if row[len(_COLUMNS)] is not None),
    )


def _secret(identifier: str, record: bytes | None, retire_at: int | None) -> KnownSecret:
    return KnownSecret(
        id=SecretId(_uuid(identifier)),
        record=record or b"",
        retire_at=moment_or_none(retire_at),
    )


@lru_cache(maxsize=4096)
def _uuid(text: str) -> UUID:
    """The same few clients come again and again."""
    return UUID(text)


@lru_cache(maxsize=256)
def _permissions(text: str) -> frozenset[str]:
    """The words as stored. Credentials of one role share them, so they are parsed once."""
    return frozenset(json.loads(text))
