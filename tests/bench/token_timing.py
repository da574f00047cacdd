"""Whether time tells an unknown client from a wrong secret: 10,000 of each through the real use case, interleaved.

The store is a file, the authority the real one. What waits beyond that (`bot.web.slowing`) counts both the same.
"""

import statistics
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from bot.ports import Concealed
from bot.service.logins.authentication import Authentication, Presented, Refused
from bot.service.logins.last_use import LastUse
from bot.store.authentication import ClientLookup
from tests.bench import Figure
from tests.support import house as houses
from tests.support import web

TRIES = 10_000
AIM = 1.02
WRONG = Concealed("crd_" + "w" * 49)


def figures() -> list[Figure]:
    """The median of each, in microseconds, and the larger by the smaller."""
    with TemporaryDirectory() as folder:
        wrong, unknown = map(statistics.median, _measured(Path(folder)))
    ratio = max(wrong, unknown) / min(wrong, unknown)
    name = "token: wrong secret beside unknown client, median µs"
    return [Figure(name=name, ours=wrong, floor=unknown, ratio=ratio, aim=AIM, ok=ratio <= AIM)]


def _measured(folder: Path) -> tuple[list[float], list[float]]:
    built = houses.build(folder)
    authority = web.new_authority()
    built = replace(built, world=replace(built.world, authority=authority))
    known = str(built.issued().credential.client_id)
    lookup = ClientLookup(built.engine)
    use_case = web.authentication(lookup, authority, LastUse(), built.clock)
    wrong, unknown = [], []
    try:
        for number in range(TRIES + 1000):
            tries = [(wrong, str(UUID(known))), (unknown, str(UUID(int=number << 40, version=4)))]
            for taken, client_id in tries if number % 2 else reversed(tries):  # neither always follows the other
                taken.append(_refused(use_case, client_id))
    finally:
        lookup.close()
        built.close()
    return wrong[1000:], unknown[1000:]  # the first warm up what both share


def _refused(use_case: Authentication, client_id: str) -> float:
    presented = Presented(client_id=client_id, proof=WRONG)
    started = time.perf_counter_ns()
    outcome = use_case.grant(presented)
    taken = (time.perf_counter_ns() - started) / 1000
    if not isinstance(outcome, Refused):
        raise TypeError(outcome)
    return taken
