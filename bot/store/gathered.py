"""What one message tells of together: what needs somebody first, so that each comes onto the card in its turn."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, false, func, select

from bot.domain.credential import State
from bot.domain.ids import CredentialId, NoticeId
from bot.domain.notice import Group, NoticeKind
from bot.store.credentials import SqlCredentials
from bot.store.due import TO_ANSWER_FOR
from bot.store.rows import METADATA

_GROUP_ITEM = METADATA.tables["group_item"]
_CREDENTIAL = METADATA.tables["credential"]
_MEMBER = METADATA.tables["member"]

_OWNER_LEFT = exists().where(_MEMBER.c.user == _CREDENTIAL.c.owner, _MEMBER.c.active == false())
_NEEDS_SOMEBODY: Mapping[NoticeKind, ColumnElement[bool]] = {
    NoticeKind.OWNER_LEFT: and_(TO_ANSWER_FOR, _OWNER_LEFT),
    NoticeKind.TRACKED_DELETE_WAITS: _CREDENTIAL.c.state == State.DELETING,
}
"""By the kind of a group: of which of its credentials something is still to be done."""


def _members(*what: Any) -> Select[Any]:
    return (
        select(*what)
        .select_from(_GROUP_ITEM.join(_CREDENTIAL, _CREDENTIAL.c.id == _GROUP_ITEM.c.credential))
        .where(_GROUP_ITEM.c.group == bindparam("group"))
    )


def read_group(connection: Connection, kind: NoticeKind, group: NoticeId, *, limit: int) -> Group | None:
    """The group with its first items; None if it is empty, or there are no groups of that kind."""
    needs = _NEEDS_SOMEBODY.get(kind)
    if needs is None:
        return None
    found = _members(_CREDENTIAL.c.id).order_by(needs.desc(), _CREDENTIAL.c.expires_at, _CREDENTIAL.c.name_key)
    first = connection.execute(found.limit(limit), {"group": str(group)}).scalars().all()
    if not first:
        return None
    needing = connection.execute(_members(func.count()).where(needs), {"group": str(group)}).scalar_one()
    read = SqlCredentials(connection)
    items = tuple(filter(None, (read.get(CredentialId(UUID(each))) for each in first)))
    return Group(id=group, items=items, needing=needing)
