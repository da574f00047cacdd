"""Credentials that were taken without approval, and their reviews: rows and back."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, func, or_, select, update

from bot.domain.break_glass import Glass, State
from bot.domain.credential import LIVING
from bot.domain.ids import RequestId, UserId, Words
from bot.domain.request import OPEN, Verdict, Vote
from bot.ports import Conflict, Unreadable
from bot.store.columns import micros, moment, readable
from bot.store.credentials import SqlCredentials
from bot.store.inserting import insert
from bot.store.requests import SqlRequests
from bot.store.rows import METADATA

_GLASS = METADATA.tables["glass"]
_REVIEW = METADATA.tables["review"]
_REQUEST = METADATA.tables["request"]
_CREDENTIAL = METADATA.tables["credential"]

_BY_ID = select(_GLASS).where(_GLASS.c.request == bindparam("request"))
_REVIEWS = select(_REVIEW).where(_REVIEW.c.request == bindparam("request")).order_by(_REVIEW.c.at)
_UNDONE = (
    select(_GLASS)
    .join(_REQUEST, _REQUEST.c.id == _GLASS.c.request)
    .outerjoin(_CREDENTIAL, _CREDENTIAL.c.id == _REQUEST.c.credential)
    .where(
        _GLASS.c.taker == bindparam("taker"),
        or_(
            _GLASS.c.state == State.OPEN,
            _CREDENTIAL.c.state.in_(sorted(LIVING)),
            _REQUEST.c.state.in_(sorted(OPEN)),
        ),
    )
    .limit(1)
)
_OPEN = select(_GLASS).where(_GLASS.c.state == State.OPEN).order_by(_GLASS.c.review_by).limit(bindparam("most"))
_OVERDUE = (
    select(_GLASS)
    .where(_GLASS.c.state == State.OPEN, _GLASS.c.missed.is_(False), _GLASS.c.review_by <= bindparam("now"))
    .order_by(_GLASS.c.review_by)
    .limit(bindparam("most"))
)
_UNREMINDED = (
    select(_GLASS)
    .where(_GLASS.c.state == State.OPEN, _GLASS.c.reminded_at <= bindparam("before"))
    .order_by(_GLASS.c.reminded_at)
    .limit(bindparam("most"))
)


class SqlGlasses:
    """`bot.ports.Glasses` over a connection."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def get(self, request: RequestId) -> Glass | None:
        row = self._connection.execute(_BY_ID, {"request": str(request)}).first()
        return None if row is None else self._whole(row)

    def undone(self, taker: UserId) -> Glass | None:
        row = self._connection.execute(_UNDONE, {"taker": taker}).first()
        return None if row is None else self._whole(row)

    def add(self, glass: Glass) -> None:
        added = self._connection.execute(
            insert(_GLASS)
            .values(request=str(glass.request.id), taker=glass.taker, **_changing(glass))
            .on_conflict_do_nothing()
        )
        if added.rowcount != 1:
            raise Conflict(f"{glass.taker} has an unreviewed one already.")

    def save(self, glass: Glass, *, before: Glass) -> None:
        changed = self._connection.execute(
            update(_GLASS)
            .where(
                _GLASS.c.request == str(before.request.id),
                _GLASS.c.state == before.state,
                _GLASS.c.missed.is_(before.missed),
                _GLASS.c.reminded_at == micros(before.reminded_at),
            )
            .values(**_changing(glass))
        )
        if changed.rowcount != 1:
            raise Conflict(f"The review of request {before.request.code} has moved on.")

    def add_review(self, request: RequestId, review: Vote) -> None:
        self._connection.execute(
            insert(_REVIEW).values(
                request=str(request),
                reviewer=review.voter,
                verdict=review.verdict,
                at=micros(review.at),
                reason=review.reason,
            )
        )

    def unreviewed(self, *, limit: int) -> list[Glass]:
        return self._many(_OPEN, {"most": limit})

    def overdue(self, now: datetime, *, limit: int) -> list[Glass]:
        return self._many(_OVERDUE, {"now": micros(now), "most": limit})

    def unreminded(self, before: datetime, *, limit: int) -> list[Glass]:
        return self._many(_UNREMINDED, {"before": micros(before), "most": limit})

    def each(self) -> Iterator[Glass | Unreadable]:
        for row in self._connection.execute(select(_GLASS)).all():
            yield readable(f"glass {row.request}", partial(self._vouched, row))

    def strays(self) -> int:
        unheard = select(func.count()).select_from(_REVIEW).where(_REVIEW.c.request.not_in(select(_GLASS.c.request)))
        return int(self._connection.execute(unheard).scalar_one())

    def _many(self, statement: Any, values: dict[str, object]) -> list[Glass]:
        return [self._whole(row) for row in self._connection.execute(statement, values).all()]

    def _vouched(self, row: Row[Any]) -> Glass:
        """Raises `ValueError` where the row says of somebody else that they took it."""
        glass = self._whole(row)
        if glass.taker != row.taker:
            raise ValueError("its request is somebody else's")
        return glass

    def _whole(self, row: Row[Any]) -> Glass:
        request = SqlRequests(self._connection, self._now).get(RequestId(UUID(row.request)))
        if request is None:
            raise ValueError("there is no such request")
        reviews = self._connection.execute(_REVIEWS, {"request": row.request}).all()
        return Glass(
            request=request,
            credential=SqlCredentials(self._connection).get(request.credential),
            state=State(row.state),
            review_by=moment(row.review_by),
            missed=row.missed,
            reminded_at=moment(row.reminded_at),
            reviews=tuple(map(_review, reviews)),
        )


def _changing(glass: Glass) -> dict[str, object]:
    return {
        "state": glass.state,
        "review_by": micros(glass.review_by),
        "missed": glass.missed,
        "reminded_at": micros(glass.reminded_at),
    }


def _review(row: Row[Any]) -> Vote:
    return Vote(voter=UserId(row.reviewer), verdict=Verdict(row.verdict), at=moment(row.at), reason=Words(row.reason))
