"""Assertions that authenticated a client: in the database, so that processes agree and a restart forgets none."""

import hashlib
from datetime import datetime

from sqlalchemy import Connection, delete

from bot.domain.ids import CredentialId
from bot.store.columns import micros
from bot.store.inserting import insert
from bot.store.rows import METADATA

_ASSERTION = METADATA.tables["assertion"]


class SqlAssertions:
    """`bot.ports.Assertions` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def spend(self, credential: CredentialId, jti: str, expires_at: datetime) -> bool:
        name = hashlib.sha256(jti.encode()).hexdigest()
        row = {"credential": str(credential), "jti": name, "expires_at": micros(expires_at)}
        spent = self._connection.execute(
            insert(_ASSERTION).values(**row).on_conflict_do_nothing(index_elements=["credential", "jti"])
        )
        return spent.rowcount == 1

    def forget(self, before: datetime) -> None:
        self._connection.execute(delete(_ASSERTION).where(_ASSERTION.c.expires_at < micros(before)))
