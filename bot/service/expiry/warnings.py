"""Warnings: each threshold of an expiry reaches the estate's channel and the owner, or a tighter one does, once.

What is due is what was crossed and not told, so no night in which the program was down loses one. It is found by an
index and claimed in the transaction that tells it: a sweep killed at any instant and repeated tells nothing twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from bot.domain import reminder
from bot.domain.events import Via, WarningRaised
from bot.domain.ids import CredentialId, NoticeId
from bot.domain.notice import NoticeKind
from bot.domain.reminder import Due, Plan, Watched
from bot.ports import Told, UnitOfWork, World
from bot.service.delivery.notices import has_left
from bot.service.expiry.grouping import Address, tell_together


class _Raised(NamedTuple):
    """A warning that is to be told."""

    of: Watched
    due: Due


def raise_due(world: World, *, limit: int = 200) -> int:
    """Tell of the expiries whose next threshold has come; how many were looked at."""
    with world.store.work() as work:
        watched = work.warnings.due(work.now, limit=limit)
        raised: list[_Raised] = []
        plans: list[tuple[CredentialId, Plan]] = []
        for each in watched:
            schedule = world.policy.schedule(each.role, each.estate, each.expires_at)
            found = reminder.due(each.plan, schedule, work.now)
            if found is not None:
                raised.append(_Raised(each, found[0]))
            plans.append((each.id, reminder.replanned(each.plan, schedule, work.now) if found is None else found[1]))
        work.warnings.plan(plans)
        _tell(world, work, raised)
    return len(watched)


def _tell(world: World, work: UnitOfWork, raised: Sequence[_Raised]) -> None:
    by_channel: defaultdict[Address, list[_Raised]] = defaultdict(list)
    by_owner: defaultdict[Address, list[_Raised]] = defaultdict(list)
    for each in raised:
        channel = world.policy.channel_of(each.of.estate)
        by_channel[Address(NoticeKind.WARNING_CARD, channel=channel)].append(each)
        if not has_left(world, each.of.owner):
            by_owner[Address(NoticeKind.OWNER_WARNED, person=each.of.owner)].append(each)
    for address, some in by_channel.items():
        _enter(work, some, tell_together(world, work, address, _members(some)))
    for address, some in by_owner.items():
        tell_together(world, work, address, _members(some))


def _enter(work: UnitOfWork, raised: Iterable[_Raised], group: NoticeId) -> None:
    """The entries, and the rows that make each threshold once."""
    for each, due in raised:
        work.warnings.add(
            Told(
                credential=each.id,
                expires_at=each.expires_at,
                days=days,
                superseded=days != due.days,
                at=work.now,
                group=group,
            )
            for days in (*due.superseded, due.days)
        )
        work.record(
            WarningRaised(
                actor=None,
                via=Via.SWEEP,
                credential=each.id,
                days=due.days,
                expires_at=each.expires_at,
                superseded=tuple(map(str, due.superseded)),
                notice=group,
            )
        )


def _members(raised: Iterable[_Raised]) -> list[tuple[CredentialId, datetime]]:
    return [(each.of.id, each.of.expires_at) for each in raised]
