"""Whoever guesses waits, and nobody else does."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from bot.domain.credential import State
from bot.ports import Concealed
from bot.service.logins.authentication import Presented, Refused, Why
from bot.web import slowing
from bot.web.slowing import FREE, MOST, Slowing
from tests.support.web import Door, visiting

FORM = {"grant_type": "client_credentials"}


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def client(door):
    with visiting(door.app()) as client:
        yield client


def guess(client, door, path="/oauth2/token", **form):
    return client.post(path, data={**FORM, **form}, auth=(door.client_id, "crd_wrong"))


def test_the_first_failures_are_answered_at_once_and_each_later_one_waits_longer(client, door):
    for _ in range(FREE):
        guess(client, door)
    assert door.waits == []
    for _ in range(8):
        assert guess(client, door).status_code == 401
    assert door.waits[:4] == [0.1, 0.2, 0.4, 0.8]
    assert door.waits == sorted(door.waits)
    assert door.waits[-1] == MOST


def test_a_right_secret_never_waits_whatever_was_tried_before(client, door):
    for _ in range(20):
        guess(client, door)
    waited = len(door.waits)
    answer = client.post("/oauth2/token", data=FORM, auth=(door.client_id, door.secret))
    assert (answer.status_code, len(door.waits)) == (200, waited)


@pytest.mark.parametrize("how", ["unknown", "suspended"])
def test_every_refusal_waits_as_long_as_a_wrong_secret(how):
    waits = []
    for known in (True, False):
        door = Door()
        if not known and how == "suspended":
            door.clients.put(replace(door.client, state=State.SUSPENDED))
        pair = (door.client_id, "crd_wrong") if known or how == "suspended" else (str(uuid4()), "crd_wrong")
        with visiting(door.app()) as client:
            for _ in range(FREE + 3):
                client.post("/oauth2/token", data=FORM, auth=pair)
        waits.append(door.waits)
    assert waits[0] == waits[1] == [0.1, 0.2, 0.4]


@pytest.mark.parametrize("path", ["/oauth2/introspect", "/oauth2/revoke", "/api/v2/oauth2/token"])
def test_every_door_counts_for_the_others(client, door, path):
    for _ in range(FREE):
        guess(client, door)
    guess(client, door, path, token="x")
    assert door.waits == [0.1]


def test_who_asks_for_too_much_does_not_wait(client, door):
    for _ in range(FREE + 2):
        client.post("/oauth2/token", data={**FORM, "scope": "users:write"}, auth=(door.client_id, door.secret))
    assert door.waits == []


def presented(address="192.0.2.1", client_id="a") -> Presented:
    return Presented(client_id=client_id, proof=Concealed("x"), address=address)


def waited(pairs, now=lambda: 0.0) -> list[float]:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async def all_of_them() -> None:
        held = Slowing(now=now, sleep=sleep)
        for each in pairs:
            await held.hold(each, Refused(Why.WRONG_SECRET))

    asyncio.run(all_of_them())
    return waits


def test_one_address_that_tries_many_clients_waits_and_so_does_one_client_tried_from_many():
    assert waited([presented(client_id=str(number)) for number in range(FREE + 1)]) == [0.1]
    assert waited([presented(address=f"192.0.2.{number}") for number in range(FREE + 1)]) == [0.1]
    assert waited([presented(f"192.0.2.{number}", str(number)) for number in range(FREE + 1)]) == []


def test_after_ten_quiet_minutes_nothing_is_held_against_anybody():
    times = iter([0.0] * (2 * FREE) + [slowing.FORGOTTEN + 1] * 2)
    assert waited([presented()] * (FREE + 1), lambda: next(times)) == []


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(slowing, "KEPT", 4)
    held = Slowing()

    async def many() -> None:
        for number in range(50):
            await held.hold(presented(f"192.0.2.{number}", str(number)), Refused(Why.UNKNOWN_CLIENT))

    asyncio.run(many())
    assert len(held._failures) == 4


def test_only_so_many_answers_wait_at_once(monkeypatch):
    monkeypatch.setattr(slowing, "WAITING", 2)
    done = asyncio.Event()
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)
        await done.wait()

    async def crowd() -> None:
        held = Slowing(sleep=sleep)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(FREE + 6):
                tasks.create_task(held.hold(presented(), Refused(Why.WRONG_SECRET)))
            await asyncio.sleep(0)
            done.set()

    asyncio.run(crowd())
    assert len(asked) == 2
