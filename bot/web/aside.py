"""Where an answer has to wait for the disk or for somebody's JWKS: in a few threads of its own, beside the event loop.

Of their own, so that a JWKS that answers slowly holds up nobody but clients that authenticate as it lets them. Whoever
shows a secret is answered on the loop, in microseconds.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.service.logins.assertions import Assertion
from bot.service.logins.authentication import Presented

THREADS = 8

R = TypeVar("R")


class Aside:
    """Its threads are started when they are needed, and end with `close`."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="assertions")

    async def run(self, presented: Presented, answer: Callable[[], R], *, writes: bool = False) -> R:
        """Run what begins by authenticating a client: here, or beside, as what it shows requires.

        `writes`: whether it does so, whatever the client shows.
        """
        if isinstance(presented.proof, Assertion):
            return await asyncio.get_running_loop().run_in_executor(self._threads, answer)
        return await asyncio.to_thread(answer) if writes else answer()

    def close(self) -> None:
        """Let what runs come to its end, and begin nothing new."""
        self._threads.shutdown(wait=True, cancel_futures=True)
