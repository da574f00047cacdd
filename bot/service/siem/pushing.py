"""Entries pushed to a SIEM, in their order, a batch at a time. The cursor moves only once it has answered.

Guarantees: an entry that was recorded is told, whatever fails or is killed between; after a lost answer or a kill it is
told again, with the same `metadata.uid`, by which the receiver knows it. Nothing is skipped: what a SIEM refuses stops
the line, is logged, and is tried again after a pause that grows to ten minutes. A log that goes on under a new origin
is told once the last entry of the log before it was taken.
"""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Final

from bot.ports import Chore, Entry, LogPlace, World
from bot.ports.siem import NotTaken
from bot.service.siem.ocsf import event

_CHORE: Final = "siem"
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(minutes=10)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """The next place to tell, None for the very first, and how often in a row it was not taken."""

    next: LogPlace | None = None
    failures: int = 0

    @classmethod
    def of(cls, chore: Chore | None) -> "_Mark":
        if chore is None:
            return cls()
        failures, index, log = chore.mark.split(maxsplit=2)
        return cls(next=LogPlace(log, int(index)), failures=int(failures))

    def kept(self, place: LogPlace) -> str:
        """`place`: where what was to be told begins, or what comes after it."""
        return f"{self.failures} {place.index} {place.log}"


def push(world: World, *, limit: int) -> int:
    """Tell the next batch, if its time has come; how many entries were told."""
    siem, history = world.siem, world.store.history
    if siem is None:
        return 0
    with world.store.read() as reader:
        chore = reader.chores.get(_CHORE)
    mark = _Mark.of(chore)
    if chore is not None and mark.failures and chore.done_at > world.clock.now():
        return 0
    entries = history.entries(mark.next, limit=limit)
    if not entries:
        return 0
    user_of = cache(history.user)
    answer = siem.send([event(entry, world.version, user_of) for entry in entries])
    with world.store.work() as work:
        if work.chores.get(_CHORE) != chore:
            return 0  # another process told them meanwhile: the cursor never goes back
        if isinstance(answer, NotTaken):
            pause = answer.wait or min(_FIRST_PAUSE * 2 ** min(mark.failures, 10), _LONGEST_PAUSE)
            again = replace(mark, failures=mark.failures + 1).kept(entries[0].place)
            work.chores.save(_CHORE, Chore(done_at=work.now + min(pause, _LONGEST_PAUSE), mark=again))
            _log.warning(_NOT_TAKEN, entries[0].index, entries[0].log, answer.why)
            return 0
        work.chores.save(_CHORE, Chore(done_at=work.now, mark=_Mark().kept(_after(entries[-1]))))
    return len(entries)


def _after(entry: Entry) -> LogPlace:
    return LogPlace(entry.log, entry.index + 1)


_NOT_TAKEN: Final = "The SIEM did not take entry %d of %s, and on: %s. They are kept and sent again."
