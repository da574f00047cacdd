"""What is kept of logins: the totals that entries vouch for, episodes of refusals, networks."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, case, delete, func, select

from bot.domain.ids import CredentialId, NoticeId
from bot.domain.refusals import Met, Refusals
from bot.store.columns import micros, micros_or_none, moment, moment_or_none
from bot.store.inserting import insert
from bot.store.rows import METADATA

_LOGIN = METADATA.tables["login"]
_WRITER = METADATA.tables["login_writer"]
_REFUSAL = METADATA.tables["refusal"]
_NETWORK = METADATA.tables["network"]
_FORGOTTEN = timedelta(days=7)
"""After which the last batch of a process that writes no more is of no use."""


class SqlLogins:
    """`bot.ports.Logins` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, process: UUID, batch: UUID, now: datetime) -> bool:
        asked = select(_WRITER.c.batch).where(_WRITER.c.process == str(process))
        before = self._connection.execute(asked).scalar()
        if before == str(batch):
            return False
        values = {"batch": str(batch), "at": micros(now)}
        self._connection.execute(
            insert(_WRITER)
            .values(process=str(process), **values)
            .on_conflict_do_update(index_elements=["process"], set_=values)
        )
        if before is None:
            self._connection.execute(delete(_WRITER).where(_WRITER.c.at < micros(now - _FORGOTTEN)))
        return True

    def add(self, credential: CredentialId, what: str, count: int, last_at: datetime) -> None:
        added = insert(_LOGIN).values(credential=str(credential), what=what, times=count, last_at=micros(last_at))
        later = added.excluded.last_at
        self._connection.execute(
            added.on_conflict_do_update(
                index_elements=["credential", "what"],
                set_={
                    "times": _LOGIN.c.times + added.excluded.times,
                    "last_at": case((later > _LOGIN.c.last_at, later), else_=_LOGIN.c.last_at),
                },
            )
        )

    def each(self) -> dict[tuple[str, str], tuple[int, int]]:
        rows = self._connection.execute(select(_LOGIN))
        return {(row.credential, row.what): (row.times, row.last_at) for row in rows}

    def refusals(self, credential: CredentialId | None, cause: str) -> Refusals | None:
        found = self._connection.execute(
            select(_REFUSAL).where(_REFUSAL.c.credential == _of(credential), _REFUSAL.c.cause == cause)
        ).first()
        return None if found is None else _refusals(found)

    def refusals_of(self, credential: CredentialId) -> list[Refusals]:
        asked = select(_REFUSAL).where(_REFUSAL.c.credential == _of(credential)).order_by(_REFUSAL.c.last_at.desc())
        return [_refusals(row) for row in self._connection.execute(asked)]

    def save_refusals(self, refusals: Refusals) -> None:
        values = {
            "times": refusals.count,
            "since": micros(refusals.since),
            "last_at": micros(refusals.last_at),
            "addresses": json.dumps(refusals.addresses),
            "elsewhere": refusals.elsewhere,
            "mistyped": refusals.mistyped,
            "told_at": micros_or_none(refusals.told_at),
        }
        self._connection.execute(
            insert(_REFUSAL)
            .values(credential=_of(refusals.credential), cause=refusals.cause, **values)
            .on_conflict_do_update(index_elements=["credential", "cause"], set_=values)
        )

    def met(self, credential: CredentialId, network: str) -> Met | None:
        found = self._connection.execute(
            select(_NETWORK).where(_NETWORK.c.credential == str(credential), _NETWORK.c.network == network)
        ).first()
        return None if found is None else _met(found)

    def networks(self, credential: CredentialId) -> int:
        counted = select(func.count()).where(_NETWORK.c.credential == str(credential))
        return self._connection.execute(counted).scalar_one()

    def add_network(self, met: Met, notice: NoticeId | None) -> None:
        self._connection.execute(
            insert(_NETWORK).values(
                credential=str(met.credential),
                network=met.network,
                address=met.address,
                agent=met.agent,
                at=micros(met.at),
                notice=None if notice is None else str(notice),
            )
        )

    def told_by(self, notice: NoticeId) -> Met | None:
        found = self._connection.execute(select(_NETWORK).where(_NETWORK.c.notice == str(notice))).first()
        return None if found is None else _met(found)


def _of(credential: CredentialId | None) -> str:
    return "" if credential is None else str(credential)


def _refusals(row: Row[Any]) -> Refusals:
    return Refusals(
        credential=CredentialId(UUID(row.credential)) if row.credential else None,
        cause=row.cause,
        count=row.times,
        since=moment(row.since),
        last_at=moment(row.last_at),
        addresses=tuple(json.loads(row.addresses)),
        elsewhere=row.elsewhere,
        mistyped=row.mistyped,
        told_at=moment_or_none(row.told_at),
    )


def _met(row: Row[Any]) -> Met:
    return Met(
        credential=CredentialId(UUID(row.credential)),
        network=row.network,
        address=row.address,
        agent=row.agent,
        at=moment(row.at),
    )
