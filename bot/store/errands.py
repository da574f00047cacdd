"""Errands: rows and back."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from bot.domain.errand import Errand
from bot.domain.ids import CredentialId
from bot.store.columns import micros, moment
from bot.store.rows import METADATA

_ERRAND = METADATA.tables["errand"]
_DUE = (
    select(_ERRAND)
    .where(_ERRAND.c.remind_at <= bindparam("now"))
    .order_by(_ERRAND.c.remind_at)
    .limit(bindparam("most"))
)


class SqlErrands:
    """`bot.ports.Errands` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, errand: Errand) -> None:
        self._connection.execute(
            insert(_ERRAND),
            {
                "credential": str(errand.credential),
                "since": micros(errand.since),
                "remind_at": micros(errand.remind_at),
            },
        )

    def save(self, errand: Errand) -> None:
        self._connection.execute(
            update(_ERRAND).where(_ERRAND.c.credential == str(errand.credential)),
            {"remind_at": micros(errand.remind_at)},
        )

    def due(self, now: datetime, *, limit: int) -> list[Errand]:
        return [
            Errand(
                credential=CredentialId(UUID(row.credential)),
                since=moment(row.since),
                remind_at=moment(row.remind_at),
            )
            for row in self._connection.execute(_DUE, {"now": micros(now), "most": limit})
        ]

    def done(self, credential: CredentialId) -> None:
        self._connection.execute(delete(_ERRAND).where(_ERRAND.c.credential == str(credential)))
