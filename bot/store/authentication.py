"""The hot read: what authentication needs of a client, by client ID, on a connection that does nothing else.

At the driver, without SQLAlchemy's layers: those cost many times the query. The statement is still made of the tables,
so that a column that is renamed cannot be forgotten here. A read waits for no writer, on neither database.
"""

import json
from functools import lru_cache
from threading import Lock
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, and_, bindparam, func, select

from bot.domain.credential import SecretState, State
from bot.domain.ids import BUILTIN, ClientId, CredentialId, EstateKey, RoleKey, SecretId
from bot.service.logins.authentication import KnownClient, KnownSecret
from bot.store.columns import moment, moment_or_none
from bot.store.engine import speech_of
from bot.store.rows import METADATA

_C = METADATA.tables["credential"].c
_S = METADATA.tables["secret"].c
_WORKING = (SecretState.LIVE, SecretState.RETIRING)

_COLUMNS = (_C.id, _C.client_id, _C.estate, _C.role, _C.permissions, _C.state, _C.expires_at)
_WANTED = (
    select(_C.id).where(_C.client_id == bindparam("client_id", ""), _C.authority == BUILTIN).limit(1).scalar_subquery()
)
_ANYBODY = select(_S.credential).where(_S.state == SecretState.LIVE).limit(1).scalar_subquery()
"""Read in place of a client that there is not: so that an unknown one costs the rows of a known one, too."""
_FIND = (
    select(*_COLUMNS, _S.id.label("secret"), _S.record, _S.retire_at)
    .select_from(_C.id.table.outerjoin(_S.id.table, and_(_S.credential == _C.id, _S.state.in_(_WORKING))))
    .where(_C.id == func.coalesce(_WANTED, _ANYBODY))
)

_NIL = str(UUID(int=0))
_NOBODY = [(_NIL, _NIL, "", "", "[]", State.DELETED.value, 0, _NIL, b"", None)]
"""Read where there is no client, so that an unknown one takes as long as a known one, to a few microseconds."""


class ClientLookup:
    """`bot.service.logins.authentication.Clients` over a database, for any thread; `close` it at the end."""

    def __init__(self, engine: Engine) -> None:
        """Takes a connection of its own, which can write nothing."""
        self._reader = speech_of(engine).hot_reader(engine, _FIND)
        self._turn = Lock()

    def find(self, client_id: str) -> KnownClient | None:
        """The client with the secrets that are live or retiring; None if there is none of this ID.

        Raises the driver's own error where the database cannot be read.
        """
        if "\0" in client_id:
            return None  # no column has one, and PostgreSQL takes none in a parameter either
        with self._turn:
            rows = self._reader.rows({"client_id": client_id})
        client = _client(rows or _NOBODY)
        return client if client.client_id == client_id else None

    def close(self) -> None:
        """Give the connection up."""
        with self._turn:
            self._reader.close()


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
