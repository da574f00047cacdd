"""The local copy of the workspace's people and groups: kept in the database, answered from memory.

Where other processes write it, too, the memory is read anew every minute. A decision does not rest on it: whoever
decides asks Slack first, and what Slack said is held against the database, not against the memory.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from bot.domain.ids import GroupId, TeamId, UserId
from bot.domain.person import Member, Membership
from bot.store.columns import micros
from bot.store.inserting import insert as upsert
from bot.store.rows import METADATA
from bot.store.store import SqlStore

_MEMBER = METADATA.tables["member"]
_GROUP = METADATA.tables["group_member"]
_GOOD_FOR = 60.0
"""Seconds."""


class RosterStore:
    """Who is there and who is in which group, as last read. Safe to ask from any thread."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._changing = Lock()
        self._members: Mapping[UserId, Member] = {}
        self._groups: Mapping[GroupId, frozenset[UserId]] = {}
        self._load()

    def member(self, user: UserId) -> Member | None:
        """The account, or None if it was never read."""
        self._look_again()
        return self._members.get(user)

    def named(self, name: str) -> tuple[Member, ...]:
        """The active members who go by a name, whatever its capitals."""
        self._look_again()
        return tuple(m for m in self._members.values() if m.active and m.goes_by(name))

    def group(self, group: GroupId) -> frozenset[UserId]:
        """Who is in the group, nobody if it was never read."""
        self._look_again()
        return self._groups.get(group, frozenset())

    def save_members(self, members: Iterable[Member], at: datetime) -> None:
        """Keep what was read of these accounts; those that have not changed are not written."""
        with self._changing:
            if not self._store.alone:
                self._load()
            fresh = {member.user: member for member in members if self._members.get(member.user) != member}
            if not fresh:
                return
            with self._store.write() as connection:
                for member in fresh.values():
                    values = _values(member, at)
                    connection.execute(
                        upsert(_MEMBER).values(values).on_conflict_do_update(index_elements=["user"], set_=values)
                    )
            self._members = {**self._members, **fresh}

    def save_group(self, group: GroupId, users: frozenset[UserId]) -> None:
        """Keep who was in the group."""
        with self._changing:
            if not self._store.alone:
                self._load()
            if self._groups.get(group) == users:
                return
            with self._store.write() as connection:
                connection.execute(delete(_GROUP).where(_GROUP.c.group == group))
                if users:
                    connection.execute(insert(_GROUP), [{"group": group, "user": user} for user in sorted(users)])
            self._groups = {**self._groups, group: users}

    def _look_again(self) -> None:
        """Read anew what other processes may have written, once it is a minute old."""
        if not self._store.alone and monotonic() - self._loaded > _GOOD_FOR:
            self._load()

    def _load(self) -> None:
        with self._store.connect() as connection:
            self._members = {UserId(row.user): _member(row) for row in connection.execute(select(_MEMBER))}
            groups: dict[GroupId, set[UserId]] = {}
            for row in connection.execute(select(_GROUP)):
                groups.setdefault(GroupId(row.group), set()).add(UserId(row.user))
        self._groups = {group: frozenset(of) for group, of in groups.items()}
        self._loaded = monotonic()


def _member(row: Row[Any]) -> Member:
    return Member(
        user=UserId(row.user),
        team=TeamId(row.team),
        name=row.name,
        full_name=row.full_name,
        membership=Membership(row.membership),
        active=row.active,
        time_zone=row.time_zone,
    )


def _values(member: Member, at: datetime) -> dict[str, object]:
    return {
        "user": member.user,
        "team": member.team,
        "name": member.name,
        "full_name": member.full_name,
        "membership": member.membership,
        "active": member.active,
        "time_zone": member.time_zone,
        "read_at": micros(at),
    }


def name_of(connection: Connection, user: UserId) -> str | None:
    """The name of somebody, as the local copy has it."""
    found = connection.execute(select(_MEMBER.c.name).where(_MEMBER.c.user == user)).scalar()
    return None if found is None else str(found)
