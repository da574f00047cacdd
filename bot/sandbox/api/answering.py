"""How an answer goes out: with its effect, without it, late, or not at all, as the ordered faults have it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import JSONResponse

from bot.sandbox.site import Site
from bot.sandbox.state.faults import Fault
from bot.sandbox.state.record import CallSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the bot gets back."""

    body: dict[str, Any]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def _spoiled(fault: Fault) -> Answer:
    if fault.kind == "rate_limited":
        headers = {"Retry-After": str(fault.retry_after)}
        return Answer(body={"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    if fault.kind == "api_error":
        return Answer(body={"ok": False, "error": fault.code})
    status = 504 if fault.kind == "timeout" else fault.status
    return Answer(body={"ok": False, "error": "internal_error"}, status=status)


async def answer(site: Site, method: str, args: dict[str, Any], effect: Callable[[], Answer]) -> JSONResponse:
    """Answer one call of the bot, keep it on record, and fail as ordered."""
    fault = site.faults.take(method, args.get("channel"))
    given = None
    if fault is None or (fault.when == "after" and fault.kind in {"error", "timeout"}):
        given = effect()
    if fault is not None:
        if fault.kind == "timeout":
            await asyncio.sleep(fault.seconds)
        given = _spoiled(fault)
    final = given or Answer(body={"ok": False, "error": "internal_error"}, status=500)
    site.record.calls.append(
        CallSeen(at=site.clock(), method=method, args=args, status=final.status, answer=final.body)
    )
    return JSONResponse(final.body, status_code=final.status, headers=final.headers)
