"""Two hundred connections ask for tokens for two minutes, while a process is killed again and again and comes back.

No answer is ever wrong, no connection breaks but the dead one's, and of the last uses nothing older than a minute is
lost; nothing at all, where a process was asked to stop.
"""

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest

from bot.service.logins.last_use import PAUSE
from bot.web.app import FLUSH_EVERY
from tests.support import lives, road, soundness
from tests.support.composing import a_program
from tests.support.live import PATIENCE, Program
from tests.support.postgres import Handed
from tests.support.pounding import (
    Door,
    Pounding,
    introspection,
    is_active,
    is_inactive,
    is_refused,
    is_token_of,
    pounding,
    token,
)
from tests.support.road import Pair
from tests.support.sandbox import eventually

pytestmark = pytest.mark.scenario

MINUTE = 60.0
STEADY, FALLING, FALLEN, MORTAL = "steady", "falling", "fallen", "mortal"
LATE = timedelta(seconds=15)
"""By which a busy machine may be late."""


@dataclass
class Mortal:
    """The process that is killed: how, and how it comes back."""

    door: Door
    kill: Callable[[], None]
    start: Callable[[], None]
    stop: Callable[[], int]


@dataclass
class Fall:
    """One credential is suspended in the middle: from when on it may be, and from when on it must be."""

    begun: float = float("inf")
    done: float = float("inf")

    def happen(self, program: Program) -> None:
        self.begun = time.monotonic()
        lives.suspend(program, FALLING)
        self.done = time.monotonic()


@contextmanager
def two_over_postgresql(folder, postgres):
    """A program that lives and another that dies, over one database, known by one address."""
    with a_program(folder, mode="http", database=Handed.new(postgres)) as program:
        door, running = Door(program.port + 1), []

        def start() -> None:
            running.append(program.launch(PORT=str(door.port)))
            eventually(lambda: _healthy(door), "the second process", PATIENCE)

        def kill() -> None:
            running[-1].kill()
            running[-1].wait(PATIENCE)

        def stop() -> int:
            running[-1].send_signal(15)
            return running[-1].wait(PATIENCE)

        start()
        try:
            yield program, [Door(program.port)], Mortal(door, kill, start, stop)
        finally:
            kill()


@contextmanager
def one_over_sqlite(folder, _postgres):
    """On SQLite there is one process: it dies itself."""
    with a_program(folder, mode="http") as program:
        yield program, [], Mortal(Door(program.port), program.kill, program.start, program.stop)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("world", [two_over_postgresql, one_over_sqlite])
def test_under_load_and_kills_no_answer_is_wrong_and_no_last_use_older_than_a_minute_is_lost(world, request, tmp_path):
    postgres = request.getfixturevalue("postgres") if world is two_over_postgresql else None
    with world(tmp_path, postgres) as (program, lasting, mortal):
        born = datetime.now(UTC)
        pairs = {name: road.walk(program, name) for name in (STEADY, FALLING, FALLEN, MORTAL)}
        tokens = {name: road.request_token(program, pair).json()["access_token"] for name, pair in pairs.items()}
        lives.suspend(program, FALLEN)
        fall = Fall()
        everywhere = [*lasting, mortal.door]
        crowds = [
            (everywhere, [token(STEADY, pairs[STEADY], is_token_of(pairs[STEADY]))], 100),
            (everywhere, _questions(pairs, tokens, fall), 60),
            ([mortal.door], [token(MORTAL, pairs[MORTAL], is_token_of(pairs[MORTAL]))], 20),
            (everywhere, _refused(pairs), 20),
        ]
        with pounding(*crowds) as seen:
            born = _die_for_a_minute(program, mortal, seen, born, meanwhile=lambda: fall.happen(program))
            _live_for_a_minute(program, seen, born)
        assert seen.wrong == []
        assert set(seen.broken) == {mortal.door.port}
        assert min(seen.answered.values()) > 0
        assert len(seen.answered) == 9
        assert mortal.stop() == 0
        began, ended = seen.last[MORTAL]
        assert began <= _recorded(program, MORTAL) <= ended
        if not program.running:
            program.start()
        soundness.check(program)


def _questions(pairs, tokens, fall):
    """Of tokens that count, of one that does not, and of one that stops counting on the way."""
    steady, falling = pairs[STEADY], pairs[FALLING]

    def until_it_falls(before, after):
        def right(began, status, body):
            was_before = began <= fall.done and before(began, status, body)
            return was_before or (time.monotonic() >= fall.begun and after(began, status, body))

        return right

    return [
        introspection("active", steady, tokens[STEADY], is_active(steady)),
        introspection("inactive", steady, tokens[FALLEN], is_inactive),
        introspection("falling token", steady, tokens[FALLING], until_it_falls(is_active(falling), is_inactive)),
        token(FALLING, falling, until_it_falls(is_token_of(falling), is_refused)),
    ]


def _refused(pairs):
    """Nobody that may have a token."""
    wrong = replace(pairs[STEADY], secret=pairs[FALLING].secret)
    unknown = Pair("00000000-0000-4000-8000-000000000000", pairs[STEADY].secret, {})
    return [
        token("wrong secret", wrong, is_refused),
        token("unknown client", unknown, is_refused),
        token("suspended", pairs[FALLEN], is_refused),
    ]


def _die_for_a_minute(
    program: Program, mortal: Mortal, seen: Pounding, born: datetime, *, meanwhile: Callable[[], None]
) -> datetime:
    """Kill it again and again; when the last one was born."""
    random, end, lived = Random(6), time.monotonic() + MINUTE, 0
    while time.monotonic() < end:
        _written_since(program, born)
        time.sleep(random.uniform(0.0, 2.0))  # any instant may be its last
        lived += 1
        if lived == 2:
            meanwhile()
        with mortal.door.falling():
            used, _ = seen.last[MORTAL]
            mortal.kill()
            assert used - _recorded(program, MORTAL) <= PAUSE + timedelta(seconds=FLUSH_EVERY)
            born = datetime.now(UTC)
            mortal.start()
    assert lived > 2
    return born


def _live_for_a_minute(program: Program, seen: Pounding, born: datetime) -> None:
    """A use is written at once, and the next one a minute later: whoever looks is never more than that behind."""
    _written_since(program, born)
    first = _recorded(program, MORTAL)
    enough = (PAUSE + LATE).total_seconds()
    eventually(lambda: _recorded(program, MORTAL) >= first + PAUSE, "the next write", enough)
    assert seen.last[MORTAL][0] - _recorded(program, MORTAL) <= LATE


def _written_since(program: Program, born: datetime) -> None:
    eventually(lambda: _recorded(program, MORTAL) >= born, "a use of this life, written", PATIENCE)


def _recorded(program: Program, name: str) -> datetime:
    used = soundness.glance(program).credential(name).newest.last_used_at
    assert used is not None
    return used


def _healthy(door: Door) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{door.port}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False
