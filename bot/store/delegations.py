"""Who stands in for whom: rows and back."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, false, insert, or_, select, update

from bot.domain.delegation import Delegation
from bot.domain.ids import DelegationId, UserId
from bot.ports import Conflict, Unreadable
from bot.store.columns import micros, micros_or_none, moment, moment_or_none, readable
from bot.store.rows import METADATA

_DELEGATION = METADATA.tables["delegation"]

_BY_ID = select(_DELEGATION).where(_DELEGATION.c.id == bindparam("id"))
_BY_SUBMISSION = select(_DELEGATION).where(_DELEGATION.c.submission == bindparam("submission"))
_OPEN = select(_DELEGATION).where(_DELEGATION.c.ended_at.is_(None), _DELEGATION.c.until > bindparam("now"))
_HOLDING = _OPEN.where(_DELEGATION.c.since <= bindparam("now")).order_by(_DELEGATION.c.until)
_OF = _OPEN.where(
    or_(_DELEGATION.c.approver == bindparam("user"), _DELEGATION.c.delegate == bindparam("user"))
).order_by(_DELEGATION.c.since)
_OVER = (
    select(_DELEGATION)
    .where(_DELEGATION.c.ended_at.is_(None), _DELEGATION.c.until <= bindparam("now"))
    .order_by(_DELEGATION.c.until)
    .limit(bindparam("most"))
)
_BEGUN = _HOLDING.where(_DELEGATION.c.told == false()).limit(bindparam("most"))


class SqlDelegations:
    """`bot.ports.Delegations` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, delegation: DelegationId) -> Delegation | None:
        return self._one(_BY_ID, {"id": str(delegation)})

    def by_submission(self, submission: str) -> Delegation | None:
        return self._one(_BY_SUBMISSION, {"submission": submission})

    def add(self, delegation: Delegation, submission: str) -> None:
        self._connection.execute(
            insert(_DELEGATION),
            {
                "id": str(delegation.id),
                "submission": submission,
                "approver": delegation.approver,
                "delegate": delegation.delegate,
                "since": micros(delegation.since),
                "until": micros(delegation.until),
                **_changing(delegation),
            },
        )

    def save(self, delegation: Delegation) -> None:
        changed = self._connection.execute(
            update(_DELEGATION).where(_DELEGATION.c.id == str(delegation.id), _DELEGATION.c.ended_at.is_(None)),
            _changing(delegation),
        )
        if changed.rowcount != 1:
            raise Conflict("Somebody has ended it just now.")

    def of(self, user: UserId, now: datetime) -> list[Delegation]:
        return self._many(_OF, {"user": user, "now": micros(now)})

    def holding(self, now: datetime) -> list[Delegation]:
        return self._many(_HOLDING, {"now": micros(now)})

    def begun(self, now: datetime, *, limit: int) -> list[Delegation]:
        return self._many(_BEGUN, {"now": micros(now), "most": limit})

    def over(self, now: datetime, *, limit: int) -> list[Delegation]:
        return self._many(_OVER, {"now": micros(now), "most": limit})

    def each(self) -> Iterator[Delegation | Unreadable]:
        for row in self._connection.execute(select(_DELEGATION)).all():
            yield readable(f"delegation {row.id}", partial(_delegation, row))

    def _one(self, statement: Any, values: dict[str, object]) -> Delegation | None:
        row = self._connection.execute(statement, values).first()
        return None if row is None else _delegation(row)

    def _many(self, statement: Any, values: dict[str, object]) -> list[Delegation]:
        return [_delegation(row) for row in self._connection.execute(statement, values)]


def _changing(delegation: Delegation) -> dict[str, object]:
    return {"ended_at": micros_or_none(delegation.ended_at), "told": delegation.told}


def _delegation(row: Row[Any]) -> Delegation:
    return Delegation(
        id=DelegationId(UUID(row.id)),
        approver=UserId(row.approver),
        delegate=UserId(row.delegate),
        since=moment(row.since),
        until=moment(row.until),
        ended_at=moment_or_none(row.ended_at),
        told=row.told,
    )
