"""People who left, found in the local copy of the workspace: whatever told us of it, and whenever."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, exists, false, or_, select, true, union

from bot.domain.ids import UserId
from bot.domain.request import State
from bot.store.columns import micros
from bot.store.due import TO_ANSWER_FOR
from bot.store.inserting import insert
from bot.store.rows import METADATA

_MEMBER = METADATA.tables["member"]
_LEAVER = METADATA.tables["leaver"]
_CREDENTIAL = METADATA.tables["credential"]
_REQUEST = METADATA.tables["request"]
_VOTE = METADATA.tables["vote"]

_LEFT = _MEMBER.c.active == false()
_TOLD = exists().where(_LEAVER.c.user == _MEMBER.c.user)
_OWNERS = select(_MEMBER.c.user).where(
    _LEFT,
    ~_TOLD,
    exists().where(_CREDENTIAL.c.owner == _MEMBER.c.user, TO_ANSWER_FOR),
)
_VOTERS = (
    select(_MEMBER.c.user)
    .select_from(_REQUEST)
    .join(_VOTE, _VOTE.c.request == _REQUEST.c.id)
    .join(_MEMBER, or_(_MEMBER.c.user == _VOTE.c.voter, _MEMBER.c.user == _VOTE.c.stands_in_for))
    .where(_REQUEST.c.state == State.PENDING, _LEFT, ~_TOLD)
)
"""From the few requests that are undecided, not from the many who ever left."""
_UNTOLD = union(_OWNERS, _VOTERS).limit(bindparam("most"))
_RETURNED = (
    select(_LEAVER.c.user)
    .where(exists().where(_MEMBER.c.user == _LEAVER.c.user, _MEMBER.c.active == true()))
    .limit(bindparam("most"))
)


class SqlLeavers:
    """`bot.ports.Leavers` over a connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def untold(self, *, limit: int) -> list[UserId]:
        return [UserId(user) for user in self._connection.execute(_UNTOLD, {"most": limit}).scalars()]

    def returned(self, *, limit: int) -> list[UserId]:
        return [UserId(user) for user in self._connection.execute(_RETURNED, {"most": limit}).scalars()]

    def add(self, user: UserId, at: datetime) -> bool:
        added = self._connection.execute(insert(_LEAVER).values(user=user, at=micros(at)).on_conflict_do_nothing())
        return added.rowcount == 1

    def remove(self, user: UserId) -> None:
        self._connection.execute(delete(_LEAVER).where(_LEAVER.c.user == user))
