"""How a payload reaches the bot: the carriers, the 3 seconds for the acknowledgement, and the retries of events."""

import asyncio
import secrets
from collections.abc import Awaitable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from bot.sandbox.site import Site
from bot.sandbox.state.record import Attempt, DeliverySeen

Kind = Literal["slash_commands", "interactive", "events_api"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Which repeat of an event this is, and why."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One payload on its way."""

    id: str
    kind: Kind
    payload: Mapping[str, Any]
    retry: Retry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """What the bot answered: `problem` says why there is no acknowledgement, in Slack's word."""

    status: int | None = None
    body: Any = None
    problem: str | None = None
    no_retry: bool = False


class Carrier(Protocol):
    """HTTP or a WebSocket."""

    async def carry(self, parcel: Parcel) -> Ack:
        """Hand a payload over and wait for the bot's answer; never raises for what the bot did."""

    async def carry_again(self, delivery_id: str) -> Ack:
        """The same bytes once more."""

    def connected(self) -> bool:
        """Whether the bot seems to be there."""

    async def close(self) -> None:
        """Let go of connections."""


@dataclass(slots=True, kw_only=True)
class Courier:
    """Delivers payloads, keeps them on record, and repeats what must be repeated."""

    site: Site
    carrier: Carrier
    running: set[asyncio.Task[Any]] = field(default_factory=set)

    async def deliver(self, kind: Kind, payload: Mapping[str, Any]) -> Ack:
        """Hand over one payload and wait for the bot. Only events are ever repeated."""
        parcel = Parcel(id=f"D{secrets.token_hex(6)}", kind=kind, payload=payload)
        seen = DeliverySeen(id=parcel.id, kind=kind, payload=payload)
        self.site.record.deliveries.append(seen)
        bending = self.site.faults.bend()
        await asyncio.sleep(bending.late_seconds)
        first = self._attempt(seen, self.carrier.carry(parcel))
        if bending.twice:
            ack, _ = await asyncio.gather(first, self._attempt(seen, self.carrier.carry_again(parcel.id)))
        else:
            ack = await first
        if ack.problem is not None and kind == "events_api":
            ack = await self._insist(parcel, seen, ack)
        return ack

    async def _insist(self, parcel: Parcel, seen: DeliverySeen, ack: Ack) -> Ack:
        for number, wait in enumerate(self.site.settings.retry_seconds, start=1):
            if ack.problem is None or ack.no_retry:
                break
            await asyncio.sleep(wait)
            again = replace(parcel, retry=Retry(number=number, reason=ack.problem))
            ack = await self._attempt(seen, self.carrier.carry(again))
        return ack

    async def _attempt(self, seen: DeliverySeen, carried: Awaitable[Ack]) -> Ack:
        began = self.site.clock()
        ack = await carried
        took = self.site.clock() - began
        attempt = Attempt(at=began, seconds=took, status=ack.status, body=ack.body, problem=ack.problem)
        seen.attempts.append(attempt)
        return ack

    async def replay(self, delivery_id: str) -> Ack | None:
        """The same bytes again, as somebody who listened might send them; None for an unknown delivery."""
        seen = self.site.record.delivery(delivery_id)
        return None if seen is None else await self._attempt(seen, self.carrier.carry_again(delivery_id))

    def later(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do something without anybody waiting for it; `close` ends it."""
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def close(self) -> None:
        """End what is under way."""
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
        await self.carrier.close()
