"""The outbox's rows, and where messages stand in the workspace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.domain.ids import ChannelId, CredentialId, NoticeId, RequestId, UserId
from bot.domain.notice import Group, Notice, NoticeKind, NoticeState, Posted
from bot.store.columns import micros, moment
from bot.store.credentials import SqlCredentials
from bot.store.rows import METADATA

_NOTICE = METADATA.tables["notice"]
_POSTED = METADATA.tables["posted"]
_GROUP_ITEM = METADATA.tables["group_item"]
_CREDENTIAL = METADATA.tables["credential"]

_EARLIER = _NOTICE.alias("earlier")
_HELD_BACK = (
    exists()
    .where(
        _EARLIER.c.state == NoticeState.PENDING,
        _EARLIER.c.destination == _NOTICE.c.destination,
        _EARLIER.c.number < _NOTICE.c.number,
        _EARLIER.c.due_at > bindparam("now"),
    )
    .correlate(_NOTICE)
)
"""An earlier message to the same destination waits: order is kept, and a pause that Slack asked for is a pause."""
_DUE = (
    select(_NOTICE)
    .where(_NOTICE.c.state == NoticeState.PENDING, _NOTICE.c.due_at <= bindparam("now"), ~_HELD_BACK)
    .order_by(_NOTICE.c.number)
    .limit(bindparam("most"))
)
_NEXT_DUE = select(func.min(_NOTICE.c.due_at)).where(
    _NOTICE.c.state == NoticeState.PENDING,
    ~exists()
    .where(
        _EARLIER.c.state == NoticeState.PENDING,
        _EARLIER.c.destination == _NOTICE.c.destination,
        _EARLIER.c.number < _NOTICE.c.number,
    )
    .correlate(_NOTICE),
)
"""Of the first in each destination's line: none behind it goes out sooner, whatever its own time says."""
_EXISTS = (
    select(_NOTICE.c.id)
    .where(
        _NOTICE.c.subject == bindparam("subject"),
        _NOTICE.c.kind == bindparam("kind"),
        _NOTICE.c.person == bindparam("person"),
    )
    .limit(1)
)

_SIZE = select(func.count()).select_from(_GROUP_ITEM).where(_GROUP_ITEM.c.group == bindparam("group"))
_FIRST = (
    select(_CREDENTIAL.c.id)
    .join(_GROUP_ITEM, _GROUP_ITEM.c.credential == _CREDENTIAL.c.id)
    .where(_GROUP_ITEM.c.group == bindparam("group"))
    .order_by(_CREDENTIAL.c.expires_at, _CREDENTIAL.c.name_key)
    .limit(bindparam("most"))
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
                destination=notice.channel or notice.person,
                state=notice.state,
                attempts=notice.attempts,
                due_at=micros(notice.due_at),
                possibly_repeated=notice.possibly_repeated,
                detour=notice.detour,
            )
        )

    def gather(self, group: NoticeId, credentials: Sequence[CredentialId]) -> None:
        if credentials:
            self._connection.execute(
                insert(_GROUP_ITEM).on_conflict_do_nothing(),
                [{"group": str(group), "credential": str(credential)} for credential in credentials],
            )

    def group(self, group: NoticeId, *, limit: int) -> Group | None:
        total = self._connection.execute(_SIZE, {"group": str(group)}).scalar_one()
        if not total:
            return None
        first = [
            CredentialId(UUID(found))
            for found in self._connection.execute(_FIRST, {"group": str(group), "most": limit}).scalars()
        ]
        read = SqlCredentials(self._connection)
        return Group(id=group, items=tuple(filter(None, map(read.get, first))), total=total)

    def due(self, now: datetime, *, limit: int) -> list[Notice]:
        return [_notice(row) for row in self._connection.execute(_DUE, {"now": micros(now), "most": limit})]

    def save(self, notice: Notice) -> None:
        self._connection.execute(
            update(_NOTICE).where(_NOTICE.c.id == str(notice.id)),
            {
                "state": notice.state,
                "attempts": notice.attempts,
                "due_at": micros(notice.due_at),
                "possibly_repeated": notice.possibly_repeated,
            },
        )

    def posted(self, kind: NoticeKind, subject: UUID, person: UserId | None) -> Posted | None:
        found = self._connection.execute(
            select(_POSTED.c.channel, _POSTED.c.ts).where(
                _POSTED.c.subject == str(subject), _POSTED.c.kind == kind, _POSTED.c.person == (person or "")
            )
        ).first()
        return None if found is None else Posted(channel=ChannelId(found.channel), ts=found.ts)

    def remember(self, notice: Notice, posted: Posted) -> None:
        self._connection.execute(
            insert(_POSTED)
            .values(
                subject=str(notice.subject),
                kind=notice.kind,
                person=notice.person or "",
                channel=posted.channel,
                ts=posted.ts,
            )
            .on_conflict_do_update(
                index_elements=["subject", "kind", "person"], set_={"channel": posted.channel, "ts": posted.ts}
            )
        )

    def exists(self, kind: NoticeKind, subject: UUID, person: UserId | None) -> bool:
        found = self._connection.execute(_EXISTS, {"subject": str(subject), "kind": kind, "person": person})
        return found.first() is not None

    def next_due(self) -> datetime | None:
        found = self._connection.execute(_NEXT_DUE).scalar()
        return None if found is None else moment(found)


def _notice(row: Row[Any]) -> Notice:
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
        possibly_repeated=row.possibly_repeated,
        detour=row.detour,
    )
