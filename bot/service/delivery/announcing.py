"""Messages that the security channel gets every so often, whichever process comes first: each once for its time."""

from collections.abc import Callable
from datetime import datetime

from bot.domain.ids import NoticeId
from bot.domain.notice import Notice, NoticeKind
from bot.ports import Chore, World

Due = Callable[[datetime, datetime | None], bool]
"""Whether it is time now, after it was done last; None if it never was."""


def announce_if(world: World, chore: str, kind: NoticeKind, due: Due, *, limit: int) -> int:
    """Write the message if it is due and nobody has yet; how many. The first start only sets its clock."""
    with world.store.work() as work:
        before = work.chores.get(chore)
        if limit < 1 or not due(work.now, None if before is None else before.done_at):
            return 0
        work.chores.save(chore, Chore(done_at=work.now))
        if before is None:
            return 0
        notice = NoticeId(world.entropy.uuid())
        work.notices.add(Notice(id=notice, kind=kind, channel=world.policy.security_channel, due_at=work.now))
    return 1
