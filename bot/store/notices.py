"""The outbox's rows, and where messages stand in the workspace."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, delete, func, select, union_all, update

from bot.domain.ids import ChannelId, CredentialId, NoticeId, RequestId, UserId
from bot.domain.notice import Group, Notice, NoticeKind, NoticeState, Posted
from bot.store.columns import micros, moment
from bot.store.gathered import read_group
from bot.store.inserting import insert
from bot.store.rows import METADATA

_NOTICE = METADATA.tables["notice"]
_POSTED = METADATA.tables["posted"]
_GROUP_ITEM = METADATA.tables["group_item"]
_CREDENTIAL = METADATA.tables["credential"]

_HEADS = (
    select(func.min(_NOTICE.c.number).label("number"))
    .where(_NOTICE.c.state == NoticeState.PENDING, _NOTICE.c.destination.not_in(bindparam("but", expanding=True)))
    .group_by(_NOTICE.c.destination)
    .subquery("head")
)
"""The first in each destination's line. None behind it goes out sooner: order is kept, and a pause that Slack asked for
is a pause. Read from one index, which holds what waits apart from what is settled."""
_DUE = (
    select(_NOTICE)
    .join(_HEADS, _HEADS.c.number == _NOTICE.c.number)
    .where(_NOTICE.c.due_at <= bindparam("now"))
    .order_by(_NOTICE.c.number)
    .limit(bindparam("most"))
)
_FIRST_THERE = (
    select(_NOTICE)
    .where(_NOTICE.c.state == NoticeState.PENDING, _NOTICE.c.destination == bindparam("destination"))
    .order_by(_NOTICE.c.number)
    .limit(1)
)
_NEXT_DUE = select(func.min(_NOTICE.c.due_at)).join(_HEADS, _HEADS.c.number == _NOTICE.c.number)
_EXISTS = union_all(
    select(_NOTICE.c.kind).where(
        _NOTICE.c.subject == bindparam("subject"),
        _NOTICE.c.kind == bindparam("kind"),
        _NOTICE.c.person.is_not_distinct_from(bindparam("person")),
    ),
    select(_POSTED.c.kind).where(
        _POSTED.c.subject == bindparam("subject"),
        _POSTED.c.kind == bindparam("kind"),
        _POSTED.c.person == func.coalesce(bindparam("person"), ""),
    ),
).limit(1)
"""Rows of long ago are pruned, and where their messages stand is not."""
_OLD = (
    select(_NOTICE.c.id)
    .where(_NOTICE.c.state == bindparam("state"), _NOTICE.c.due_at < bindparam("before"))
    .order_by(_NOTICE.c.due_at)
    .limit(bindparam("most"))
)

_TELLING_OF = (
    select(_NOTICE)
    .join(_GROUP_ITEM, _GROUP_ITEM.c.group == _NOTICE.c.id)
    .where(_GROUP_ITEM.c.credential == bindparam("credential"), _NOTICE.c.kind == bindparam("kind"))
)
"""A group goes by the ID of the notice that first told of it."""
_TELLING_OF_OWNER = (
    select(_NOTICE)
    .join(_GROUP_ITEM, _GROUP_ITEM.c.group == _NOTICE.c.id)
    .join(_CREDENTIAL, _CREDENTIAL.c.id == _GROUP_ITEM.c.credential)
    .where(_CREDENTIAL.c.owner == bindparam("owner"), _NOTICE.c.kind == bindparam("kind"))
    .distinct()
)


class SqlNotices:
    """`bot.ports.Notices` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, notice: Notice) -> None:
        number = select(func.coalesce(func.max(_NOTICE.c.number), 0) + 1).scalar_subquery()
        self._connection.execute(
            insert(_NOTICE).values(
                id=str(notice.id),
                number=number,
                kind=notice.kind,
                subject=str(notice.subject),
                request=None if notice.request is None else str(notice.request),
                credential=None if notice.credential is None else str(notice.credential),
                group=None if notice.group is None else str(notice.group),
                channel=notice.channel,
                person=notice.person,
                destination=notice.destination,
                state=notice.state,
                attempts=notice.attempts,
                due_at=micros(notice.due_at),
                tried_at=None if notice.tried_at is None else micros(notice.tried_at),
                possibly_repeated=notice.possibly_repeated,
                detour=notice.detour,
                belongs=notice.belongs,
            )
        )

    def gather(self, group: NoticeId, credentials: Sequence[CredentialId]) -> None:
        if credentials:
            self._connection.execute(
                insert(_GROUP_ITEM).on_conflict_do_nothing(),
                [{"group": str(group), "credential": str(credential)} for credential in credentials],
            )

    def group(self, kind: NoticeKind, group: NoticeId, *, limit: int) -> Group | None:
        return read_group(self._connection, kind, group, limit=limit)

    def telling_of(self, kind: NoticeKind, credential: CredentialId) -> list[Notice]:
        found = self._connection.execute(_TELLING_OF, {"credential": str(credential), "kind": kind})
        return [notice_of(row) for row in found]

    def telling_of_owner(self, kind: NoticeKind, owner: UserId) -> list[Notice]:
        found = self._connection.execute(_TELLING_OF_OWNER, {"owner": owner, "kind": kind})
        return [notice_of(row) for row in found]

    def get(self, notice: NoticeId) -> Notice | None:
        found = self._connection.execute(select(_NOTICE).where(_NOTICE.c.id == str(notice))).first()
        return None if found is None else notice_of(found)

    def due(self, now: datetime, *, limit: int, but: Collection[str] = ()) -> list[Notice]:
        values = {"now": micros(now), "most": limit, "but": sorted(but)}
        return [notice_of(row) for row in self._connection.execute(_DUE, values)]

    def first(self, destination: str) -> Notice | None:
        found = self._connection.execute(_FIRST_THERE, {"destination": destination}).first()
        return None if found is None else notice_of(found)

    def save(self, notice: Notice) -> None:
        self._connection.execute(
            update(_NOTICE).where(_NOTICE.c.id == str(notice.id)),
            {
                "state": notice.state,
                "attempts": notice.attempts,
                "due_at": micros(notice.due_at),
                "tried_at": None if notice.tried_at is None else micros(notice.tried_at),
                "possibly_repeated": notice.possibly_repeated,
            },
        )

    def posted(self, kind: NoticeKind, subject: UUID, person: UserId | None) -> Posted | None:
        found = self._connection.execute(
            select(_POSTED).where(
                _POSTED.c.subject == str(subject), _POSTED.c.kind == kind, _POSTED.c.person == (person or "")
            )
        ).first()
        if found is None:
            return None
        return Posted(
            channel=ChannelId(found.channel),
            ts=found.ts,
            detour=found.detour,
            belongs=None if found.belongs is None else ChannelId(found.belongs),
        )

    def remember(self, notice: Notice, posted: Posted) -> None:
        where = {"channel": posted.channel, "ts": posted.ts, "detour": posted.detour, "belongs": posted.belongs}
        self._connection.execute(
            insert(_POSTED)
            .values(subject=str(notice.subject), kind=notice.kind, person=notice.person or "", **where)
            .on_conflict_do_update(index_elements=["subject", "kind", "person"], set_=where)
        )

    def forget(self, notice: Notice) -> None:
        self._connection.execute(
            delete(_POSTED).where(
                _POSTED.c.subject == str(notice.subject),
                _POSTED.c.kind == notice.kind,
                _POSTED.c.person == (notice.person or ""),
            )
        )

    def exists(self, kind: NoticeKind, subject: UUID, person: UserId | None) -> bool:
        found = self._connection.execute(_EXISTS, {"subject": str(subject), "kind": kind, "person": person})
        return found.first() is not None

    def prune(self, before: datetime, *, limit: int) -> int:
        old: list[str] = []
        for state in (NoticeState.SENT, NoticeState.FAILED):
            values = {"state": state, "before": micros(before), "most": limit - len(old)}
            old += self._connection.execute(_OLD, values).scalars()
        if old:
            self._connection.execute(delete(_NOTICE).where(_NOTICE.c.id.in_(old)))
        return len(old)

    def next_due(self, *, but: Collection[str] = ()) -> datetime | None:
        found = self._connection.execute(_NEXT_DUE, {"but": sorted(but)}).scalar()
        return None if found is None else moment(found)


def notice_of(row: Row[Any]) -> Notice:
    """The notice of a row."""
    return Notice(
        id=NoticeId(UUID(row.id)),
        kind=NoticeKind(row.kind),
        request=None if row.request is None else RequestId(UUID(row.request)),
        credential=None if row.credential is None else CredentialId(UUID(row.credential)),
        group=None if row.group is None else NoticeId(UUID(row.group)),
        channel=None if row.channel is None else ChannelId(row.channel),
        person=None if row.person is None else UserId(row.person),
        state=NoticeState(row.state),
        attempts=row.attempts,
        due_at=moment(row.due_at),
        tried_at=None if row.tried_at is None else moment(row.tried_at),
        possibly_repeated=row.possibly_repeated,
        detour=row.detour,
        belongs=None if row.belongs is None else ChannelId(row.belongs),
    )
