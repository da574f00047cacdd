"""Entries pushed to a SIEM, in their order, a batch at a time. The cursor moves only once it has answered.

Guarantees: an entry that was recorded is told, whatever fails or is killed between; after a lost answer or a kill it is
told again, with the same `metadata.uid`, by which the receiver knows it. Nothing is skipped: what a SIEM refuses stops
the line, is logged, and is tried again after a pause that grows to ten minutes.
"""

import logging
from datetime import timedelta
from functools import cache
from typing import Final

from bot.ports import Chore, World
from bot.ports.siem import NotTaken
from bot.service.siem.ocsf import event

_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
_log = logging.getLogger(__name__)


def push(world: World, *, limit: int) -> int:
    """Tell the next batch, if its time has come; how many entries were told."""
    siem, history = world.siem, world.store.history
    if siem is None:
        return 0
    name = f"siem {history.origin}"  # a log that goes on under a new origin begins at entry 0
    with world.store.read() as reader:
        chore = reader.chores.get(name)
    start, failures = _mark(chore)
    if chore is not None and failures and chore.done_at > world.clock.now():
        return 0
    entries = history.entries(start, limit=limit)
    if not entries:
        return 0
    user_of = cache(history.user)
    answer = siem.send([event(entry, history.origin, world.version, user_of) for entry in entries])
    with world.store.work() as work:
        if work.chores.get(name) != chore:
            return 0  # another process told them meanwhile: the cursor never goes back
        if isinstance(answer, NotTaken):
            pause = answer.wait or min(_FIRST_PAUSE * 2 ** min(failures, 10), _LONGEST_PAUSE)
            work.chores.save(name, Chore(done_at=work.now + min(pause, _LONGEST_PAUSE), mark=f"{start} {failures + 1}"))
            _log.warning(
                "The SIEM did not take entries %d and on: %s. They are kept and sent again.", start, answer.why
            )
            return 0
        work.chores.save(name, Chore(done_at=work.now, mark=f"{start + len(entries)} 0"))
    return len(entries)


def _mark(chore: Chore | None) -> tuple[int, int]:
    """The next entry, and how often in a row it was not taken."""
    if chore is None:
        return 0, 0
    start, failures = map(int, chore.mark.split())
    return start, failures
