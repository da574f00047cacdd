"""`/healthz` says whether requests should be sent here, and asking it costs nothing."""

import asyncio

import pytest
from starlette.requests import Request

from bot.ports import StoreBusyError
from bot.web.health import HealthEndpoint
from tests.support.web import Door, FakeStore, visiting

OK = {"status": "ok", "database": "ok", "writer": "ok"}


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def client(door):
    with visiting(door.app()) as client:
        yield client


def test_all_is_well(client):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, OK)
    assert answer.headers["cache-control"] == "no-store"


def test_a_database_that_cannot_be_read_is_said(client, door):
    door.store.refuse_read = OSError("disk gone")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing", "database": "failing", "writer": "ok"})


def test_a_writer_that_gives_no_turn_is_said(client, door):
    door.store.refuse_work = StoreBusyError("busy")
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing", "database": "ok", "writer": "failing"})


REQUEST = Request({"type": "http", "method": "GET", "path": "/healthz", "headers": []})


def test_a_writer_that_is_stuck_is_said_without_waiting_for_it():
    async def ask(store: FakeStore) -> int:
        endpoint = HealthEndpoint(store, patience=0.05, now=lambda: 100.0)  # what was found stays new
        with store.held:
            crowd = await asyncio.gather(*(endpoint.answer(REQUEST) for _ in range(20)))
        assert {answer.status_code for answer in crowd} == {503}
        assert b'"writer":"stuck"' in crowd[0].body
        while (await endpoint.answer(REQUEST)).status_code != 200:
            pass  # each turn of the loop waits up to `patience` for the one check that is under way
        return store.turns

    assert asyncio.run(ask(FakeStore())) == 1


def test_an_answer_is_shared_for_a_second():
    now = [100.0]

    async def ask(store: FakeStore) -> list[int]:
        endpoint, turns = HealthEndpoint(store, now=lambda: now[0]), []
        for later in (0.0, 0.5, 0.6):
            now[0] += later
            await endpoint.answer(REQUEST)
            turns.append(store.turns)
        return turns

    assert asyncio.run(ask(FakeStore())) == [1, 1, 2]
