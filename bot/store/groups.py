"""Groups of credentials that one message tells of: who is in them, what was decided, and which messages show it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, bindparam, exists, func, or_, select, update

from bot.domain.credential import Credential
from bot.domain.ids import ChannelId, CredentialId, NoticeId, UserId
from bot.domain.notice import Item, Notice, NoticeKind, NoticeState, Resolution, Warned
from bot.ports import Search
from bot.store.columns import micros, moment
from bot.store.credentials import SqlCredentials
from bot.store.inserting import insert
from bot.store.notices import notice_of
from bot.store.rows import METADATA

_ITEM = METADATA.tables["group_item"]
_CREDENTIAL = METADATA.tables["credential"]
_NOTICE = METADATA.tables["notice"]
_POSTED = METADATA.tables["posted"]
_EDITED = (NoticeKind.WARNING_CARD, NoticeKind.OWNER_WARNED)
"""What is brought up to date when something is decided; what has ended stays as it was told."""
_MOST_CARDS = 30
"""Messages that are edited for one credential: the newest. There are two of each threshold."""

_OPEN = or_(_ITEM.c.resolution.is_(None), _ITEM.c.resolution == Resolution.SNOOZED)
_OF_GROUP = _ITEM.join(_CREDENTIAL, _CREDENTIAL.c.id == _ITEM.c.credential)
_SIZE = select(func.count(), func.count().filter(_OPEN)).where(_ITEM.c.group == bindparam("group"))
_PAGE = (
    select(_ITEM)
    .select_from(_OF_GROUP)
    .where(_ITEM.c.group == bindparam("group"))
    .order_by(_OPEN.desc(), _ITEM.c.expires_at, _CREDENTIAL.c.name_key, _ITEM.c.credential)
    .limit(bindparam("most"))
    .offset(bindparam("skipped"))
)
_SEEN = or_(_CREDENTIAL.c.estate.in_(bindparam("estates", expanding=True)), _CREDENTIAL.c.owner == bindparam("person"))
_SIZE_SEEN, _PAGE_SEEN = _SIZE.select_from(_OF_GROUP).where(_SEEN), _PAGE.where(_SEEN)
_JOINABLE = (
    select(_NOTICE)
    .where(
        _NOTICE.c.state == NoticeState.PENDING,
        _NOTICE.c.destination == bindparam("destination"),
        _NOTICE.c.kind == bindparam("kind"),
        _NOTICE.c.group == _NOTICE.c.id,
        _NOTICE.c.attempts == 0,
        ~_NOTICE.c.possibly_repeated,
        ~exists().where(_POSTED.c.subject == _NOTICE.c.subject, _POSTED.c.kind == _NOTICE.c.kind).correlate(_NOTICE),
    )
    .order_by(_NOTICE.c.number.desc())
    .limit(1)
)
_WAITING = (
    select(_NOTICE)
    .where(
        _NOTICE.c.state == NoticeState.PENDING,
        _NOTICE.c.subject == bindparam("subject"),
        _NOTICE.c.kind == bindparam("kind"),
    )
    .order_by(_NOTICE.c.number.desc())
    .limit(1)
)


def _messages(*conditions: Any) -> Any:
    return (
        select(_NOTICE)
        .join(_ITEM, _ITEM.c.group == _NOTICE.c.id)
        .where(_ITEM.c.credential == bindparam("credential"), _NOTICE.c.kind.in_(_EDITED), *conditions)
        .order_by(_NOTICE.c.number.desc())
        .limit(_MOST_CARDS)
    )


_AT = _ITEM.c.expires_at == bindparam("expires")
_IS_DELETED = _ITEM.c.resolution == Resolution.DELETED
_LEFT_TO_EXPIRE = _ITEM.c.resolution == Resolution.LET_EXPIRE
_UNDECIDED, _DELETED = _messages(_OPEN), _messages(_AT, _IS_DELETED)
_OPEN_OR_LEFT = or_(_OPEN, _LEFT_TO_EXPIRE)
_UNDECIDED_OR_LEFT = _messages(_OPEN_OR_LEFT)


_WARNED = (
    select(_ITEM.c.group)
    .join(_NOTICE, _NOTICE.c.id == _ITEM.c.group)
    .where(_ITEM.c.credential == bindparam("credential"), _AT, _NOTICE.c.kind.in_(_EDITED))
    .limit(1)
)


class SqlGroups:
    """`bot.ports.Groups` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def gather(self, group: NoticeId, members: Iterable[tuple[CredentialId, datetime]]) -> None:
        rows = [
            {"group": str(group), "credential": str(credential), "expires_at": micros(expires_at)}
            for credential, expires_at in members
        ]
        if rows:
            self._connection.execute(insert(_ITEM).on_conflict_do_nothing(), rows)

    def read(
        self, group: NoticeId, at: datetime, *, limit: int, skipped: int = 0, seen: Search | None = None
    ) -> Warned | None:
        scoped = seen is not None and seen.estates is not None
        scope = {"estates": sorted(seen.estates or ()), "person": seen.person} if seen is not None and scoped else {}
        values = {"group": str(group), **scope}
        total, undecided = self._connection.execute(_SIZE_SEEN if scoped else _SIZE, values).one()
        if not total:
            return None
        page = {**values, "most": limit, "skipped": skipped}
        rows = self._connection.execute(_PAGE_SEEN if scoped else _PAGE, page).all()
        found = SqlCredentials(self._connection).some([CredentialId(UUID(row.credential)) for row in rows])
        items = tuple(_item(row, found[CredentialId(UUID(row.credential))]) for row in rows)
        return Warned(id=group, items=items, total=total, decided=total - undecided, at=at)

    def joinable(self, kind: NoticeKind, destination: ChannelId | UserId) -> Notice | None:
        row = self._connection.execute(_JOINABLE, {"kind": kind, "destination": destination}).first()
        return None if row is None else notice_of(row)

    def waiting(self, kind: NoticeKind, group: NoticeId) -> Notice | None:
        row = self._connection.execute(_WAITING, {"kind": kind, "subject": str(group)}).first()
        return None if row is None else notice_of(row)

    def warned(self, credential: CredentialId, expires_at: datetime) -> bool:
        values = {"credential": str(credential), "expires": micros(expires_at)}
        return self._connection.execute(_WARNED, values).first() is not None

    def decide(
        self, credential: CredentialId, resolution: Resolution, by: UserId | None, *, instead: bool = False
    ) -> list[Notice]:
        shown, which = (_UNDECIDED_OR_LEFT, _OPEN_OR_LEFT) if instead else (_UNDECIDED, _OPEN)
        touched = self._connection.execute(shown, {"credential": str(credential)}).all()
        self._connection.execute(
            update(_ITEM).where(_ITEM.c.credential == str(credential), which),
            {"resolution": resolution, "decided_by": by},
        )
        return [notice_of(row) for row in reversed(touched)]

    def showing(self, credential: CredentialId) -> list[Notice]:
        touched = self._connection.execute(_UNDECIDED, {"credential": str(credential)}).all()
        return [notice_of(row) for row in reversed(touched)]

    def reopen(self, credential: CredentialId, expires_at: datetime) -> list[Notice]:
        values = {"credential": str(credential), "expires": micros(expires_at)}
        touched = self._connection.execute(_DELETED, values).all()
        self._connection.execute(
            update(_ITEM).where(
                _ITEM.c.credential == str(credential), _ITEM.c.expires_at == values["expires"], _IS_DELETED
            ),
            {"resolution": None, "decided_by": None},
        )
        return [notice_of(row) for row in reversed(touched)]


def _item(row: Row[Any], credential: Credential) -> Item:
    return Item(
        credential=credential,
        expires_at=moment(row.expires_at),
        resolution=None if row.resolution is None else Resolution(row.resolution),
        decided_by=None if row.decided_by is None else UserId(row.decided_by),
    )
