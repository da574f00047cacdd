"""How long Slack waits for an acknowledgement of `/cred list`, beside a Bolt app that does nothing.

Over HTTP and over Socket Mode, at 1, 10 and 50 at once; the two programs in turns, server on one core, load on the
other. Aims: p50 at most 2 ms alone, p99 at most 40 ms at 50 at once, and at most twice the empty app.
"""

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import Figure
from tests.bench.programs import prepare, running
from tests.bench.slack_side import HttpCaller, SlackSide

AT_ONCE = (1, 10, 50)
TURNS = 3
REQUESTS = 600
P50_ALONE_MS, P99_MS, TWICE = 2.0, 40.0, 2.0
Seen = dict[tuple[str, int], list[float]]
Caller = Callable[[], Awaitable[float]]


def figures() -> Iterator[Figure]:
    """p50 and p99 in milliseconds, ours beside the empty app's."""
    for mode in ("http", "socket"):
        seen = asyncio.run(_measure(mode))
        for at_once in AT_ONCE:
            yield from _figures(mode, at_once, seen["ours", at_once], seen["floor", at_once])


def _figures(mode: str, at_once: int, ours: list[float], floor: list[float]) -> Iterator[Figure]:
    for quantile, name in ((50, "p50"), (99, "p99")):
        mine, empty = _quantile(ours, quantile), _quantile(floor, quantile)
        ratio = mine / empty
        ok, aim = ratio <= TWICE, f"≤ {TWICE:g} x"
        if quantile == 50 and at_once == 1:
            ok, aim = ok and mine <= P50_ALONE_MS, f"{aim}, ≤ {P50_ALONE_MS:g} ms"
        if quantile == 99 and at_once == 50:
            ok, aim = ok and mine <= P99_MS, f"{aim}, ≤ {P99_MS:g} ms"
        what = f"ack {mode}: {name} ms at {at_once} at once"
        yield Figure(name=what, ours=mine, floor=empty, ratio=ratio, aim=aim, ok=ok)


async def _measure(mode: str) -> Seen:
    seen: Seen = {}
    with TemporaryDirectory() as folder:
        async with SlackSide() as slack:
            prepare(Path(folder), slack)
            for _ in range(TURNS):
                for which in ("ours", "floor"):
                    async with running(which, mode, Path(folder), slack) as program:
                        await _one_program(seen, which, partial(_callers, mode, program.port, slack))
    return seen


async def _one_program(seen: Seen, which: str, callers: Callable[[int], Awaitable[list[Caller]]]) -> None:
    await _load(await callers(10), 200)  # warm
    for at_once in AT_ONCE:
        seen.setdefault((which, at_once), []).extend(await _load(await callers(at_once), REQUESTS))


async def _callers(mode: str, port: int, slack: SlackSide, at_once: int) -> list[Caller]:
    """Connections that begin to ask at once: one that says nothing for long is closed."""
    if mode == "socket":
        return [lambda: slack.ack_over_socket("list")] * at_once
    opened = [await HttpCaller(port, slack).open() for _ in range(at_once)]
    return [lambda caller=caller: caller.ack("list") for caller in opened]


async def _load(callers: list[Caller], requests: int) -> list[float]:
    async def one(call: Caller) -> list[float]:
        return [await call() for _ in range(requests // len(callers))]

    return [latency * 1000 for taken in await asyncio.gather(*map(one, callers)) for latency in taken]


def _quantile(seen: list[float], percent: int) -> float:
    return statistics.quantiles(seen, n=100)[percent - 1]
