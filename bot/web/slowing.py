"""Whoever guesses waits: the answer to a failed login is held back, longer each time, by client and by address.

What holds here:

- A right secret never waits, whatever was tried before it: nobody locks a client out by knowing its ID.
- An unknown client and a wrong secret wait the same. What was presented is not kept, only a number that it hashes to.
- No memory and no connection is held without bound: what was noted is forgotten, and only so many answers wait at once.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic

from bot.service.logins.assertions import Flaw
from bot.service.logins.authentication import Presented, Refused, Why

FREE = 5
"""Failures that are answered at once: a typing error, a deployment with the old secret."""
FIRST, MOST = 0.1, 3.0
"""Seconds that the next one waits, and that any waits at most; each waits twice as long as the one before."""
FORGOTTEN = 600.0
"""Seconds without a failure after which nothing is held against anybody."""
KEPT = 20_000
"""Clients and addresses that are remembered; the least recent go first."""
WAITING = 500
"""Answers that are held back at once; over that they are given, so that waiting cannot use up the connections."""
_NO_GUESS = frozenset({Why.SCOPE, Why.TARGET, *Flaw})


class Slowing:
    """Asked on the event loop only, so it needs no lock."""

    def __init__(
        self, *, now: Callable[[], float] = monotonic, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._failures: OrderedDict[int, tuple[int, float]] = OrderedDict()
        self._waiting = 0

    async def hold(self, presented: Presented, outcome: Refused) -> None:
        """Wait as long as this failure must; who guessed nothing does not."""
        if outcome.why in _NO_GUESS:
            return
        count = max(self._count(hash(("client", presented.client_id))), self._count(hash(("from", presented.address))))
        if count <= FREE or self._waiting >= WAITING:
            return
        self._waiting += 1
        try:
            await self._sleep(min(MOST, FIRST * 2.0 ** min(count - FREE - 1, 10)))
        finally:
            self._waiting -= 1

    def _count(self, key: int) -> int:
        now = self._now()
        count, at = self._failures.pop(key, (0, now))
        count = 1 if now - at > FORGOTTEN else count + 1
        self._failures[key] = (count, now)
        if len(self._failures) > KEPT:
            self._failures.popitem(last=False)
        return count
