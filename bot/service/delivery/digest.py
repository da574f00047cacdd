"""The weekly digest for the security channel: announced once a week, counted when it is sent."""

from dataclasses import replace
from datetime import datetime

from bot.domain.digest import Digest, edges, turn, weeks
from bot.domain.ids import RoleKey
from bot.domain.notice import NoticeKind
from bot.domain.role import Role
from bot.ports import Reader, World
from bot.service.delivery.announcing import announce_if

SHOWN = 3
"""Credentials of each list that are named; the rest is counted."""


def announce(world: World, *, limit: int = 1) -> int:
    """Write the digest of this week, if its hour has come and nobody has yet; how many. The first start writes none."""
    hours = replace(world.policy.hours, zone=world.policy.time_zone)

    def comes(now: datetime, last: datetime | None) -> bool:
        return hours.next(now) <= now and (last is None or last < turn(now, hours))

    return announce_if(world, "digest", NoticeKind.DIGEST, comes, limit=limit)


def compute(world: World, reader: Reader) -> Digest:
    """How things stand now."""
    now, policy, figures = world.clock.now(), world.policy, reader.figures
    waiting, oldest = figures.waiting()
    return Digest(
        at=now,
        weeks=weeks(now, policy.time_zone, tuple(figures.ending(edges(now, policy.time_zone)))),
        never_used=figures.never_used(now - policy.unused.never, limit=SHOWN),
        idle=figures.idle(now - policy.unused.idle, limit=SHOWN),
        ownerless=figures.ownerless(limit=SHOWN),
        by_role=_most_powerful_first(world, figures.by_role()),
        waiting=waiting,
        oldest=oldest,
    )


def _most_powerful_first(world: World, counted: dict[RoleKey, int]) -> tuple[tuple[RoleKey, int], ...]:
    """Roles that left the policy last: what they may do is not known any more."""

    def power(role: Role | None) -> int:
        return -1 if role is None else len(role.permissions)

    return tuple(sorted(counted.items(), key=lambda each: (-power(world.policy.roles.get(each[0])), each[0])))
