"""SIGKILL at an instant that a number picks, anywhere between the first word and the secret."""

import random
import threading
import time
from dataclasses import dataclass
from uuid import uuid4

from tests.support import road
from tests.support.finishing import INTERRUPTED, finish
from tests.support.live import Program


@dataclass(frozen=True, slots=True)
class Death:
    """When it happened, as a share of the walk, and how far the walk had come."""

    after: float
    committed: int


def kill_somewhere(program: Program, number: int, role: str = road.READ_ONLY) -> Death:
    """Walk, be killed on the way, start again, walk on to a login."""
    name = f"random-{number}-{uuid4().hex[:6]}"
    whole = _seconds_of_a_walk(program, role)
    after = random.Random(number).uniform(0.0, whole)
    program.commits()
    process = program.process
    assert process is not None
    timer = threading.Timer(after, process.kill)
    timer.start()
    try:
        road.walk(program, name, role=role)
    except INTERRUPTED:
        timer.join()  # whatever went wrong went wrong because of the kill, or `wait_killed` says so
    timer.join()
    program.wait_killed()
    committed = len(program.commits())
    program.start()
    finish(program, name, role)
    return Death(after / whole, committed)


_WALKS: dict[tuple[str, str], float] = {}


def _seconds_of_a_walk(program: Program, role: str) -> float:
    """How long the walk takes here and now: measured once for each program."""
    key = str(program.folder), role
    if key not in _WALKS:
        began = time.perf_counter()
        road.walk(program, f"measured-{uuid4().hex[:8]}", role=role)
        _WALKS[key] = time.perf_counter() - began
    return _WALKS[key]
