"""The warnings of expiries: what is due, by an index; the rows of what was told; and the plans."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, bindparam, exists, select, update

from bot.domain.credential import USABLE
from bot.domain.ids import CredentialId, EstateKey, NoticeId, RoleKey, UserId
from bot.domain.reminder import Plan, Watched
from bot.ports import Told, Unreadable
from bot.store.columns import micros, micros_or_none, moment, moment_or_none, readable
from bot.store.inserting import insert
from bot.store.rows import METADATA

_C = METADATA.tables["credential"].c
_GLASS = METADATA.tables["glass"].c
_WARNING = METADATA.tables["warning"]

_WATCHED = select(
    _C.id, _C.estate, _C.role, _C.owner, _C.expires_at, _C.warned, _C.warn_at, _C.snoozed_until, _C.let_expire_by
).where(_C.state.in_(sorted(USABLE)))
DUE = (
    _WATCHED.where(_C.warn_at <= bindparam("now"), _C.expires_at > bindparam("now"))
    .order_by(_C.warn_at)
    .limit(bindparam("most"))
)
"""By the index of `warn_at`: what is not due is never looked at, however much there is of it."""
_TAKEN = exists().where(_GLASS.request == _C.request)
"""Taken without approval: nobody is warned of its end, which is never far and never put off."""
_AFTER = _WATCHED.where(_C.id > bindparam("last"), ~_TAKEN).order_by(_C.id).limit(bindparam("most"))
_SAVE = (
    update(_C.id.table)
    .where(_C.id == bindparam("which"))
    .values(
        warned=bindparam("told"),
        warn_at=bindparam("due"),
        snoozed_until=bindparam("snoozed"),
        let_expire_by=bindparam("decided"),
    )
)


class SqlWarnings:
    """`bot.ports.Warnings` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def due(self, now: datetime, *, limit: int) -> list[Watched]:
        return self._watched(DUE, {"now": micros(now), "most": limit})

    def living(self, after: CredentialId | None, *, limit: int) -> list[Watched]:
        last = "" if after is None else str(after)
        return self._watched(_AFTER, {"last": last, "most": limit})

    def _watched(self, statement: Select[Any], values: dict[str, object]) -> list[Watched]:
        """The driver's own rows: of ten thousand, Core's would cost as much as finding them."""
        result = self._connection.execute(statement, values)
        return list(map(_Row, result.cursor.fetchall()))

    def add(self, told: Iterable[Told]) -> None:
        rows = [
            {
                "credential": str(each.credential),
                "expires_at": micros(each.expires_at),
                "days": each.days,
                "superseded": each.superseded,
                "at": micros(each.at),
                "group": "" if each.group is None else str(each.group),
            }
            for each in told
        ]
        if rows:
            self._connection.execute(insert(_WARNING), rows)

    def plan(self, plans: Iterable[tuple[CredentialId, Plan]]) -> None:
        rows = [
            {
                "which": str(credential),
                "told": plan.told,
                "due": micros_or_none(plan.due_at),
                "snoozed": micros_or_none(plan.snoozed_until),
                "decided": plan.let_expire_by,
            }
            for credential, plan in plans
        ]
        if rows:
            self._connection.execute(_SAVE, rows)

    def each(self) -> Iterator[Told | Unreadable]:
        for row in self._connection.execute(select(_WARNING)):
            yield readable(f"the warning of credential {row.credential}", partial(_told, row))


def _told(row: Row[Any]) -> Told:
    return Told(
        credential=CredentialId(UUID(row.credential)),
        expires_at=moment(row.expires_at),
        days=row.days,
        superseded=bool(row.superseded),
        at=moment(row.at),
        group=NoticeId(UUID(row.group)) if row.group else None,
    )


class _Row:
    """A row, read where it is asked: finding what is due costs no more than the query."""

    __slots__ = ("_row",)

    def __init__(self, row: Sequence[Any]) -> None:
        self._row = row

    @property
    def id(self) -> CredentialId:
        return CredentialId(UUID(self._row[0]))

    @property
    def estate(self) -> EstateKey:
        return EstateKey(self._row[1])

    @property
    def role(self) -> RoleKey:
        return RoleKey(self._row[2])

    @property
    def owner(self) -> UserId:
        return UserId(self._row[3])

    @property
    def expires_at(self) -> datetime:
        return moment(self._row[4])

    @property
    def plan(self) -> Plan:
        told, due_at, snoozed_until, decided = self._row[5:]
        return Plan(
            told=told,
            due_at=moment_or_none(due_at),
            snoozed_until=moment_or_none(snoozed_until),
            let_expire_by=None if decided is None else UserId(decided),
        )
