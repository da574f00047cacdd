"""Who may be looking at the Home tab: Slack tells when it is opened, and never when it is left."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.domain.ids import TeamId, UserId
from bot.ports import Place

_LOOKS_FOR = timedelta(hours=4)
_MOST = 256


@dataclass(slots=True, eq=False)
class Looker:
    """Somebody who opened their Home tab lately, and what they were shown."""

    user: UserId
    team: TeamId
    opened_at: datetime
    place: Place | None = None
    """Of the page that they turned to."""
    drawn: str = ""
    """Which tab they were shown last."""
    size: int = -1
    """Of the ledger, as that tab was made."""
    lock: threading.Lock = field(default_factory=threading.Lock)
    """Held while the tab is made and sent: of two at once, the older could arrive last."""


class Lookers:
    """Whoever opened their Home tab lately, the newest few hundred of them. Forgotten with the process: the next look
    makes the tab anew. Safe to use from any thread.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most: Final = most
        self._lock: Final = threading.Lock()
        self._all: OrderedDict[UserId, Looker] = OrderedDict()

    def opened(self, user: UserId, team: TeamId, now: datetime, place: Place | None = None) -> Looker:
        """Somebody looks at it, from its first page or another one on."""
        with self._lock:
            looker = self._all.pop(user, None) or Looker(user, team, now)
            looker.team, looker.opened_at, looker.place = team, now, place
            self._all[user] = looker
            while len(self._all) > self._most:
                self._all.popitem(last=False)
        return looker

    def any(self) -> bool:
        """Whether there is anybody."""
        return bool(self._all)

    def behind(self, size: int, now: datetime, *, most: int) -> list[Looker]:
        """So many of those whose tab was made before the ledger had this size, the longest behind first."""
        with self._lock:
            gone = [user for user, looker in self._all.items() if now - looker.opened_at > _LOOKS_FOR]
            for user in gone:
                del self._all[user]
            return sorted((each for each in self._all.values() if each.size < size), key=lambda each: each.size)[:most]

    def forget(self, looker: Looker) -> None:
        """Their tab cannot be drawn."""
        with self._lock:
            if self._all.get(looker.user) is looker:
                del self._all[looker.user]
