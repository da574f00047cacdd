"""The state of things in numbers: counted by the database, whatever there is of it; only the first few are named."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, select

from bot.domain.credential import LIVING, USABLE
from bot.domain.digest import Named, Tally
from bot.domain.ids import BUILTIN, CredentialId, EstateKey, RoleKey, UserId
from bot.domain.request import State
from bot.store.columns import micros, moment
from bot.store.rows import METADATA

_CREDENTIAL = METADATA.tables["credential"]
_SECRET = METADATA.tables["secret"]
_MEMBER = METADATA.tables["member"]
_REQUEST = METADATA.tables["request"]
_C = _CREDENTIAL.c

_ENDING = select(func.count()).where(
    _C.state.in_(sorted(USABLE)), _C.expires_at > bindparam("first"), _C.expires_at <= bindparam("last")
)
_BY_ROLE = select(_C.role, func.count()).where(_C.state.in_(sorted(LIVING))).group_by(_C.role)
_PENDING = select(func.count(), func.min(_REQUEST.c.opened_at)).where(_REQUEST.c.state == State.PENDING)

_used_last = (
    select(func.max(_SECRET.c.last_used_at))
    .where(_SECRET.c.credential == _C.id)
    .correlate(_CREDENTIAL)
    .scalar_subquery()
)
_OURS = and_(_C.state.in_(sorted(USABLE)), _C.authority == BUILTIN)
"""Of a tracked credential nobody here knows when it is used."""
_NEVER = and_(_OURS, _C.created_at <= bindparam("before"), _used_last.is_(None))
_IDLE = and_(_OURS, _C.created_at <= bindparam("before"), _used_last <= bindparam("before"))
_OWNERLESS = and_(
    _C.state.in_(sorted(USABLE)), exists().where(_MEMBER.c.user == _C.owner, ~_MEMBER.c.active).correlate(_CREDENTIAL)
)


def _count(where: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).select_from(_CREDENTIAL).where(where)


def _first(where: ColumnElement[bool], since: ColumnElement[int]) -> Select[Any]:
    named = select(_C.id, _C.name, _C.estate, _C.owner, since.label("since")).where(where)
    return named.order_by(since, _C.name_key).limit(bindparam("most"))


_NEVER_COUNT, _NEVER_FIRST = _count(_NEVER), _first(_NEVER, _C.created_at)
_IDLE_COUNT, _IDLE_FIRST = _count(_IDLE), _first(_IDLE, _used_last)
_OWNERLESS_COUNT, _OWNERLESS_FIRST = _count(_OWNERLESS), _first(_OWNERLESS, _C.expires_at)


class SqlFigures:
    """`bot.ports.Figures` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ending(self, edges: Sequence[datetime]) -> list[int]:
        return [
            self._connection.execute(_ENDING, {"first": micros(first), "last": micros(last)}).scalar_one()
            for first, last in pairwise(edges)
        ]

    def never_used(self, issued_before: datetime, *, limit: int) -> Tally:
        return self._tally(_NEVER_COUNT, _NEVER_FIRST, {"before": micros(issued_before)}, limit)

    def idle(self, used_before: datetime, *, limit: int) -> Tally:
        return self._tally(_IDLE_COUNT, _IDLE_FIRST, {"before": micros(used_before)}, limit)

    def ownerless(self, *, limit: int) -> Tally:
        return self._tally(_OWNERLESS_COUNT, _OWNERLESS_FIRST, {}, limit)

    def by_role(self) -> dict[RoleKey, int]:
        return {RoleKey(role): count for role, count in self._connection.execute(_BY_ROLE)}

    def waiting(self) -> tuple[int, datetime | None]:
        count, oldest = self._connection.execute(_PENDING).one()
        return count, None if oldest is None else moment(oldest)

    def _tally(self, count: Select[Any], first: Select[Any], values: dict[str, object], limit: int) -> Tally:
        total = self._connection.execute(count, values).scalar_one()
        rows = self._connection.execute(first, {**values, "most": limit}) if total else ()
        return Tally(
            count=total,
            first=tuple(
                Named(
                    credential=CredentialId(UUID(row.id)),
                    name=row.name,
                    estate=EstateKey(row.estate),
                    owner=UserId(row.owner),
                    since=moment(row.since),
                )
                for row in rows
            ),
        )
