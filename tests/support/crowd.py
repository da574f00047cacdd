"""Desks in a hall: at each somebody asks, has approved and reveals, many times over, while connections are cut.

Whoever is refused tries again, as people do; nobody knows which process answers.
"""

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from uuid import UUID

from bot.domain.request import State
from bot.slack.ids import Action
from tests.support import road, soundness
from tests.support.composing import POLICY, a_program
from tests.support.live import ANA, Program
from tests.support.postgres import Handed
from tests.support.sandbox import PATIENCE, ActRefusedError, eventually

_TRIES = 40


@dataclass(frozen=True, slots=True)
class Desk:
    """An estate with a channel of its own, somebody who may ask for it, and what they will ask for."""

    number: int
    each: int

    @property
    def person(self) -> str:
        return f"U0DESK{self.number:03}"

    @property
    def channel(self) -> str:
        return f"C0DESK{self.number:03}"

    @property
    def names(self) -> list[str]:
        return [f"job-{self.number}-{n:03}" for n in range(100, 100 + self.each)]


def gather(folder: Path, database: Handed, desks: list[Desk], *, seed: int) -> None:
    """Three processes over one database and one workspace, and everybody at their desks until all is done."""
    with a_program(folder, mode="socket", policy=policy(desks), database=database) as program:
        others = [
            program.launch(PORT=str(program.port + n), CRED_PUBLIC_URL=f"http://127.0.0.1:{program.port + n}")
            for n in (1, 2)
        ]
        try:
            eventually(lambda: program.log.count("Connected to Slack over Socket Mode") == 3, "three")
            furnish(program, desks)
            with cutting(program, seed) as cuts:
                walk(program, desks)
            assert cuts
            check(program, desks)
        finally:
            for other in others:
                other.send_signal(signal.SIGTERM)
            assert [other.wait(PATIENCE) for other in others] == [0, 0], program.log


def policy(desks: list[Desk]) -> str:
    """The policy of a hall with these desks."""
    estates = [
        f'[[estates]]\nkey = "desk-{desk.number}"\nid = "{UUID(int=desk.number + 1)}"\n'
        f'name = "Desk {desk.number}"\nchannel = "{desk.channel}"\n'
        for desk in desks
    ]
    admins = [f'desk-{desk.number} = ["{desk.person}"]' for desk in desks]
    return "\n".join([POLICY, *estates, "[estate_admins]", *admins, ""])


def furnish(program: Program, desks: list[Desk]) -> None:
    """The people and channels of the hall."""
    for desk in desks:
        program.control.add_person(desk.person, f"Desk {desk.number}")
        program.control.set_channel(desk.channel, f"desk-{desk.number}", [desk.person, ANA, "U0CREDBOT"])


@contextmanager
def cutting(program: Program, seed: int) -> Iterator[list[str]]:
    """Connections are cut at random, one or all, with a word before or without. What was done so far."""
    random, over, cuts = Random(seed), threading.Event(), []

    def cut() -> None:
        while not over.wait(random.uniform(0.5, 4.0)):
            how = random.choice(["close", "disconnect_frame"])
            program.control.drop_socket(how, one=random.random() < 0.8)
            cuts.append(how)

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        yield cuts
    finally:
        over.set()
        thread.join()


def walk(program: Program, desks: list[Desk]) -> None:
    """All of it: first everybody asks, so that all is open at once; then all is approved; then all is revealed."""
    with ThreadPoolExecutor(len(desks)) as threads:
        for step in (_ask, _approve, _reveal):
            for done in [threads.submit(_each, program, desk, step) for desk in desks]:
                done.result()


def check(program: Program, desks: list[Desk]) -> None:
    """Everything ended, and nothing happened twice."""
    eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")
    books = soundness.check(program)
    names = [name for desk in desks for name in desk.names]
    assert sorted(request.asked.name for request in books.requests) == sorted(names)
    assert {request.state for request in books.requests} == {State.FULFILLED}
    assert [len(request.votes) for request in books.requests] == [1] * len(names)
    assert sorted(credential.name for credential in books.credentials) == sorted(names)
    for desk in desks:
        for name in desk.names:
            (pair,) = road.all_shown(program, name, desk.person)
            assert road.works(program, pair)


def _each(program: Program, desk: Desk, step) -> None:
    for name in desk.names:
        for _ in range(_TRIES):
            eventually(program.workspace.connected, "a connection")
            with suppress(ActRefusedError, AssertionError):
                if step(program, desk, name):
                    break
        else:
            raise AssertionError(f"{step.__name__} of {name} never ended")


def _ask(program: Program, desk: Desk, name: str) -> bool:
    if not _stands(program, desk, name):
        road.ask(program, name, by=desk.person, owner=desk.person)
    return True


def _approve(program: Program, desk: Desk, name: str) -> bool:
    card = road.newest(program.person(ANA), name, Action.APPROVE, desk.channel)
    if card is not None:
        program.person(ANA).press(card, Action.APPROVE)
    return eventually(lambda: _offer(program, desk, name) is not None, "the offer", 3.0)


def _reveal(program: Program, desk: Desk, name: str) -> bool:
    if not road.all_shown(program, name, desk.person):
        program.person(desk.person).press(_offer(program, desk, name) or {}, Action.REVEAL)
    return eventually(lambda: road.all_shown(program, name, desk.person) != [], "the secret", 3.0)


def _offer(program: Program, desk: Desk, name: str):
    return road.newest(program.person(desk.person), name, Action.REVEAL)


def _stands(program: Program, desk: Desk, name: str) -> bool:
    """Whether it was asked for already, and only the answer was lost."""
    return any(road.tells_of(message, name) for message in program.person(ANA).messages(desk.channel))
