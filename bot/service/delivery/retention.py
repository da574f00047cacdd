"""What is not kept for ever: the outbox's rows of messages that were settled long ago. The ledger tells of each."""

from datetime import timedelta
from typing import Final

from bot.ports import World

KEPT: Final = timedelta(days=400)
"""Longer than a year: whatever a message tells of has ended by then, or is told anew."""


def forget_settled(world: World, *, limit: int = 100) -> int:
    """Remove the oldest of them; how many. Where their messages stand is remembered, so they are still edited."""
    with world.store.work() as work:
        return work.notices.prune(work.now - KEPT, limit=limit)
