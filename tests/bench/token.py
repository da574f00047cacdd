"""Tokens, introspection and forward auth through the real application, on one core, beside what others need for it.

Beside it: the bare work (`tests.bench.floors`); npm's oidc-provider, in memory; Authlib's server; and the application
over a table of a million. All of them listen the whole time and are asked in turns, so that whatever else the machine
does falls on all alike.
"""

import statistics
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import Figure, wire
from tests.bench.oidc_provider import NotThereError, oidc_provider

SECONDS, TURNS = 0.5, 10
FEW, MANY = 1_000, 1_000_000
QUESTIONS = ("token", "introspection", "authorize")


@dataclass(slots=True)
class Seen:
    """What was measured of one question to one server."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return statistics.median(self.rates)

    def quantile(self, percent: int) -> float:
        """Milliseconds within which so many of the answers came."""
        return statistics.quantiles(self.latencies, n=100)[percent - 1] * 1000


def figures() -> Iterator[Figure | str]:
    """A second: more is better. Milliseconds, for 16 who ask one after another: less is better."""
    with ExitStack() as stack:
        servers, missing = _servers(stack)
        seen = _measured(servers)
    for question in QUESTIONS:
        ours, floor = seen["ours", question], seen["floor", question]
        yield _rate(f"{question}: a second, beside the bare work", ours, floor, 0.7)
        for percent in (50, 99):
            mine, bare = ours.quantile(percent), floor.quantile(percent)
            yield Figure(
                name=f"{question}: p{percent} ms, beside the bare work",
                ours=mine,
                floor=bare,
                ratio=mine / bare,
                aim="-",
                ok=True,
            )
    yield _rate("token: a second, beside Authlib", seen["ours", "token"], seen["authlib", "token"], 6)
    if missing:
        yield f"token: a second, beside oidc-provider | left out: {missing}"
    else:
        yield _rate("token: a second, beside oidc-provider", seen["ours", "token"], seen["oidc", "token"], 1)
    for question in QUESTIONS:
        few, many = seen["ours", question].quantile(50), seen["million", question].quantile(50)
        name = f"{question}: p50 ms with {MANY:,} credentials, beside {FEW:,}"
        yield Figure(name=name, ours=many, floor=few, ratio=many / few, aim="≤ 1.1", ok=many <= 1.1 * few)


def _rate(name: str, ours: Seen, other: Seen, aim: float) -> Figure:
    ratio = ours.rate / other.rate
    return Figure(name=name, ours=ours.rate, floor=other.rate, ratio=ratio, aim=f"≥ {aim:g}", ok=ratio >= aim)


def _servers(stack: ExitStack) -> tuple[dict[str, wire.Served], str]:
    """All that can be run here, and why one could not."""

    def folder() -> str:
        return stack.enter_context(TemporaryDirectory(prefix="cred-bench-"))

    servers = {
        "ours": stack.enter_context(wire.python("tests.bench.doors", str(FEW), folder())),
        "million": stack.enter_context(wire.python("tests.bench.doors", str(MANY), folder())),
        "floor": stack.enter_context(wire.python("tests.bench.floors", folder())),
        "authlib": stack.enter_context(wire.python("tests.bench.authlib_server")),
    }
    try:
        servers["oidc"] = stack.enter_context(oidc_provider(Path(folder())))
    except NotThereError as missing:
        return servers, str(missing)
    return servers, ""


def _measured(servers: Mapping[str, wire.Served]) -> dict[tuple[str, str], Seen]:
    asked = [(name, question) for question in QUESTIONS for name, each in servers.items() if question in each.requests]
    for name, question in asked:
        servers[name].latencies(question, 2 * SECONDS)  # warm
    seen: dict[tuple[str, str], Seen] = {which: Seen() for which in asked}
    for _ in range(TURNS):
        for name, question in asked:
            taken = servers[name].latencies(question, SECONDS)
            seen[name, question].rates.append(len(taken) / SECONDS)
            seen[name, question].latencies.extend(taken)
    return seen
