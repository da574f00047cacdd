"""SIGKILL at an instant that a number picks, anywhere between the first word and the last."""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from tests.support import road
from tests.support.finishing import INTERRUPTED, finish
from tests.support.live import Program
from tests.support.lives import Life


@dataclass(frozen=True, slots=True)
class Death:
    """When it happened, as a share of the walk, and how far the walk had come."""

    after: float
    committed: int


def kill_somewhere(
    program: Program, number: int, role: str = road.READ_ONLY, *, settle: Callable[[], object] = lambda: None
) -> Death:
    """Walk, be killed on the way, start again, walk on to a login. `settle` is called right after the start."""
    name = f"random-{number}-{uuid4().hex[:6]}"
    whole = _seconds(program, role, lambda: road.walk(program, f"measured-{uuid4().hex[:8]}", role=role))
    death = _die(program, number, whole, lambda: road.walk(program, name, role=role))
    settle()
    finish(program, name, role)
    return death


def kill_a_life(program: Program, number: int, part: str) -> Death:
    """Change a credential (`part` names how), be killed on the way, start again, and go on to the end of the change."""

    whole = _seconds(program, part, getattr(_begun(program, f"measured-{uuid4().hex[:8]}"), part))
    life = _begun(program, f"random-{number}-{uuid4().hex[:6]}")
    death = _die(program, number, whole, getattr(life, part))
    life.finish(part)
    return death


def _begun(program: Program, name: str) -> Life:
    return Life(program, name, road.walk(program, name))


def _die(program: Program, number: int, whole: float, act: Callable[[], object]) -> Death:
    """Act, and be killed after a share of the time that it takes; then start again."""
    after = random.Random(number).uniform(0.0, whole)
    program.commits()
    process = program.process
    assert process is not None
    timer = threading.Timer(after, process.kill)
    timer.start()
    try:
        act()
    except INTERRUPTED:
        timer.join()  # whatever went wrong went wrong because of the kill, or `wait_killed` says so
    timer.join()
    program.wait_killed()
    committed = len(program.commits())
    program.start()
    return Death(after / whole, committed)


_TOOK: dict[tuple[str, str], float] = {}


def _seconds(program: Program, what: str, act: Callable[[], object]) -> float:
    """How long something takes here and now: measured once for each program."""
    key = str(program.folder), what
    if key not in _TOOK:
        began = time.perf_counter()
        act()
        _TOOK[key] = time.perf_counter() - began
    return _TOOK[key]
