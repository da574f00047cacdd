"""Socket Mode: WebSockets that the bot opens, each payload in an envelope to any one of them.

Source: Slack, "Using Socket Mode": hello, envelopes, acknowledgements with or without a payload, disconnect.
"""

import asyncio
import json
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from bot.sandbox.delivery.courier import Ack, Parcel
from bot.sandbox.site import Site
from bot.sandbox.state import seed

MOST_CONNECTIONS = 10
REMEMBERED = 500
ANSWERABLE = frozenset({"slash_commands", "interactive"})


@dataclass(slots=True, kw_only=True)
class SocketMode:
    """The carrier of Socket Mode."""

    site: Site
    links: list[WebSocket] = field(default_factory=list)
    waiting: dict[str, asyncio.Future[Mapping[str, Any]]] = field(default_factory=dict)
    carried: dict[str, Parcel] = field(default_factory=dict)
    turn: int = 0

    def connected(self) -> bool:
        """Whether at least one WebSocket stands."""
        return bool(self.links)

    async def accept(self, link: WebSocket) -> None:
        """Serve one WebSocket until it ends."""
        ticket = link.query_params.get("ticket", "")
        if ticket not in self.site.links or len(self.links) >= MOST_CONNECTIONS:
            await link.close(1008)
            return
        self.site.links.discard(ticket)
        await link.accept()
        await link.send_json(self._hello())
        self.links.append(link)
        self.site.feed.changed("workspace")
        try:
            while True:
                self._acknowledged(await link.receive_text())
        except (WebSocketDisconnect, RuntimeError):
            pass  # RuntimeError: Starlette's word for a receive after our own close
        finally:
            if link in self.links:
                self.links.remove(link)
            self.site.feed.changed("workspace")

    def _hello(self) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": len(self.links) + 1,
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": seed.APP},
        }

    def _acknowledged(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            self.site.violation("socket", "a frame that is no JSON object")
            return
        future = self.waiting.pop(str(message.get("envelope_id", "")), None)
        if future is not None and not future.done():
            future.set_result(message)

    async def carry(self, parcel: Parcel) -> Ack:
        """Send an envelope to the next WebSocket in turn, and wait."""
        self.carried[parcel.id] = parcel
        while len(self.carried) > REMEMBERED:
            del self.carried[next(iter(self.carried))]
        if not self.links:
            return Ack(problem="connection_failed")
        self.turn += 1
        link = self.links[self.turn % len(self.links)]
        envelope = _envelope(parcel)
        future: asyncio.Future[Mapping[str, Any]] = asyncio.get_running_loop().create_future()
        self.waiting[envelope["envelope_id"]] = future
        try:
            await link.send_json(envelope)
            answer = await asyncio.wait_for(future, self.site.settings.ack_seconds)
        except TimeoutError:
            return Ack(problem="http_timeout")
        except (WebSocketDisconnect, RuntimeError):
            return Ack(problem="connection_failed")
        finally:
            self.waiting.pop(envelope["envelope_id"], None)
        body = answer.get("payload")
        if body and parcel.kind not in ANSWERABLE:
            self.site.violation("socket", "a payload in the acknowledgement of what accepts none")
        return Ack(status=200, body=body)

    async def carry_again(self, delivery_id: str) -> Ack:
        """The same payload in an envelope of its own: what a replay is on a socket."""
        parcel = self.carried.get(delivery_id)
        return Ack(problem="forgotten") if parcel is None else await self.carry(parcel)

    async def drop(self, how: str, *, one: bool = False) -> None:
        """Lose every connection, or the one that has stood longest.

        `close` cuts it, `disconnect_frame` lets the bot go by itself. Either way no payload is sent over it any more;
        acknowledgements on their way are still heard.
        """
        cut = 1 if one else len(self.links)
        leaving, self.links = self.links[:cut], self.links[cut:]
        self.site.feed.changed("workspace")
        for link in leaving:
            with suppress(WebSocketDisconnect, RuntimeError):  # the bot went by itself, and the loop has not heard yet
                if how == "disconnect_frame":
                    await link.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})
                elif link.application_state is WebSocketState.CONNECTED:
                    await link.close(1012)

    async def close(self) -> None:
        """Cut every connection."""
        await self.drop("close")


def _envelope(parcel: Parcel) -> dict[str, Any]:
    envelope = {
        "envelope_id": secrets.token_hex(16),
        "type": parcel.kind,
        "payload": dict(parcel.payload),
        "accepts_response_payload": parcel.kind in ANSWERABLE,
    }
    if parcel.kind == "events_api":
        envelope["retry_attempt"] = parcel.retry.number if parcel.retry else 0
        envelope["retry_reason"] = parcel.retry.reason if parcel.retry else ""
    return envelope
