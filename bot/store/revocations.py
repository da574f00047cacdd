"""Access tokens that were given up: the register, and the read of it on the answer's path."""

from datetime import datetime
from threading import Lock

from sqlalchemy import Connection, Engine, bindparam, delete, literal, select

from bot.domain.ids import CredentialId, TokenId
from bot.domain.tokens import forgettable
from bot.store.columns import micros
from bot.store.engine import speech_of
from bot.store.inserting import insert
from bot.store.rows import METADATA

_REVOCATION = METADATA.tables["revocation"]
_FIND = select(literal(1)).select_from(_REVOCATION).where(_REVOCATION.c.token == bindparam("token", ""))


class SqlRevocations:
    """`bot.ports.Revocations` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, token: TokenId, credential: CredentialId, expires_at: datetime) -> bool:
        end = micros(expires_at)
        row = {"token": str(token), "credential": str(credential), "expires_at": end}
        added = self._connection.execute(
            insert(_REVOCATION).values(**row).on_conflict_do_nothing(index_elements=["token"])
        )
        if added.rowcount != 1:
            return False
        self._connection.execute(delete(_REVOCATION).where(_REVOCATION.c.expires_at <= forgettable(end)))
        return True

    def each(self) -> dict[str, tuple[str, int]]:
        rows = self._connection.execute(select(_REVOCATION))
        return {row.token: (row.credential, row.expires_at) for row in rows}


class RevocationLookup:
    """`bot.service.logins.tokens.Revoked` over a database. Safe to call from any thread; `close` it at the end."""

    def __init__(self, engine: Engine) -> None:
        """Takes a connection of its own, which can write nothing."""
        self._reader = speech_of(engine).hot_reader(engine, _FIND)
        self._turn = Lock()

    def has(self, token: TokenId) -> bool:
        """Whether it was given up. Raises the driver's own error where the database cannot be read."""
        with self._turn:
            return bool(self._reader.rows({"token": str(token)}))

    def close(self) -> None:
        """Give the connection up."""
        with self._turn:
            self._reader.close()
