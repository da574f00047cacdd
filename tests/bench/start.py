"""How soon `cred serve` answers, and what it holds then. The floor is the empty app, which opens no database."""

import asyncio
import statistics
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import Figure
from tests.bench.programs import prepare, running
from tests.bench.slack_side import SlackSide

TURNS = 5
SECONDS, MEGABYTES = 0.8, 100.0


def figures() -> Iterator[Figure]:
    """Seconds until ready, and the most memory by then."""
    seconds, memory = asyncio.run(_measure())
    for name, seen, most in (
        ("start: seconds until ready", seconds, SECONDS),
        ("start: MB when ready", memory, MEGABYTES),
    ):
        ours, floor = statistics.median(seen["ours"]), statistics.median(seen["floor"])
        yield Figure(name=name, ours=ours, floor=floor, ratio=ours / floor, aim=f"≤ {most:g}", ok=ours <= most)


async def _measure() -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    seconds: dict[str, list[float]] = {"ours": [], "floor": []}
    memory: dict[str, list[float]] = {"ours": [], "floor": []}
    with TemporaryDirectory() as folder:
        async with SlackSide() as slack:
            prepare(Path(folder), slack)
            for _ in range(TURNS):
                for which in ("ours", "floor"):
                    async with running(which, "http", Path(folder), slack) as program:
                        seconds[which].append(program.seconds)
                        memory[which].append(program.memory_mb())
    return seconds, memory
