"""What people read in Slack at ten thousand credentials: each command's answer and the Home tab, beside the bare query.

Ours is the whole answer, from what was typed to the JSON that Slack gets; the floor is one bare statement that reads as
many rows as the answer shows. Aim: 300 ms at most.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from bot.domain.credential import Delivery, ReceiptState, SecretState
from bot.domain.ids import UserId
from bot.service.reading import auditing, home
from bot.service.reading.auditing import Audited
from bot.slack.background import Background
from bot.slack.cards.audit import audited
from bot.slack.cards.home import home as home_card
from bot.slack.face import Face
from bot.slack.listeners import commands
from bot.slack.reply import Replies
from bot.slack.wire.web_api import web_client
from bot.store.columns import micros
from tests.bench import Figure
from tests.bench.million import house_of
from tests.support import people
from tests.support.house import House

_MANY = 10_000
_OPEN = 300
"""Requests that wait for somebody meanwhile."""
_ROUNDS = 15
_MOST_MS = 300.0
_ALIVE = "state IN ('active', 'deleting', 'suspended')"
_PAGE = f"SELECT * FROM credential WHERE {_ALIVE} ORDER BY name_key, id LIMIT 11"
_WORDS = f"SELECT * FROM credential WHERE name_key >= 'payroll' AND name_key < 'payroll~' AND {_ALIVE} LIMIT 11"
_SOON = f"SELECT * FROM credential WHERE {_ALIVE} ORDER BY expires_at, id LIMIT 11"
_ONE = "SELECT * FROM credential WHERE name_key = 'ci-deploys'"
_WAITING = "SELECT * FROM request WHERE state = 'pending' ORDER BY opened_at LIMIT 500"
_ENTRIES = "SELECT * FROM ledger_entry ORDER BY 1 DESC LIMIT 12"
_ASKED: tuple[tuple[str, UserId, str], ...] = (
    ("list", people.MAYA, _PAGE),
    ("list", people.OLGA, _PAGE),
    ("list payroll", people.MAYA, _WORDS),
    ("list expiring:30d", people.MAYA, _SOON),
    ("list unused:20d owner:me", people.OLGA, _PAGE),
    ("show CI deploys", people.MAYA, _ONE),
    ("pending", people.ANA, _WAITING),
    ("pending", people.MAYA, _WAITING),
)
_HOMES = (("an admin", people.MAYA), ("an owner of thousands", people.OLGA), ("an approver", people.ANA))
_NAMES = {people.MAYA: "an admin", people.OLGA: "an owner", people.ANA: "an approver"}


def figures() -> Iterator[Figure]:
    """The median of each answer, in milliseconds."""
    with house_of(_MANY) as house:
        _furnish(house)
        face = _face(house)
        try:
            with closing(sqlite3.connect(house.engine.url.database or "")) as bare:
                for typed, user, query in _ASKED:
                    yield _figure(f"/cred {typed}, {_NAMES[user]}", partial(_answer, face, user, typed), bare, query)
                yield _figure("/cred audit CI deploys, an auditor", partial(_audited, face, people.SAM), bare, _ENTRIES)
                for who, user in _HOMES:
                    yield _figure(f"Home of {who}", partial(_home, face, user), bare, _SOON)
        finally:
            face.background.stop()
            face.replies.close()


def _figure(name: str, ours: Callable[[], object], bare: sqlite3.Connection, query: str) -> Figure:
    taken, floor = _median(ours), _median(lambda: bare.execute(query).fetchall())
    return Figure(
        name=f"face: ms for {name}",
        ours=taken,
        floor=floor,
        ratio=taken / floor,
        aim=f"<= {_MOST_MS:g} ms",
        ok=taken <= _MOST_MS,
    )


def _median(call: Callable[[], object]) -> float:
    rounds = []
    call()  # statements are built once
    for _ in range(_ROUNDS):
        began = perf_counter()
        call()
        rounds.append((perf_counter() - began) * 1e3)
    return median(rounds)


def _answer(face: Face, user: UserId, typed: str) -> str:
    said: list[dict[str, Any]] = []
    body = {"user_id": user, "team_id": people.HOME, "text": typed, "response_url": "", "trigger_id": "1.2.a"}
    commands.command(face, lambda **answer: said.append(answer), body)
    made = json.dumps(said)
    assert "blocks" in made
    return made


def _audited(face: Face, user: UserId) -> str:
    """The answer, which waits for the entry that says that it was read."""
    found = auditing.audit(face.world, user, "CI deploys")
    assert isinstance(found, Audited)
    return json.dumps(audited(found, face.known).message())


def _home(face: Face, user: UserId) -> str:
    return json.dumps(home_card(home.home(face.world, user), face.known))


def _furnish(house: House) -> None:
    """A secret for each credential, requests that wait, and one credential with a life of its own."""
    house.issued()
    for number in range(_OPEN):
        house.opened(name=f"waiting {number}", owner=(people.OLGA, people.BEN)[number % 2])
    now = micros(house.clock.now())
    with closing(sqlite3.connect(house.engine.url.database or "", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(
            "INSERT INTO secret (id, credential, number, request, state, fingerprint, minted_at, kept_longer, receipt, "
            "receipt_until, delivery, last_used_at, last_used_from) SELECT 's' || id, id, 1, id, ?, '', created_at, 0, "
            "?, ?, ?, created_at, '192.0.2.1' FROM credential WHERE id NOT IN (SELECT credential FROM secret)",
            (SecretState.LIVE.value, ReceiptState.USED.value, now, Delivery.DELIVERED.value),
        )
        connection.execute("UPDATE secret SET id = substr(id, 2) WHERE id LIKE 's%'")
        connection.execute("ANALYZE")


def _face(house: House) -> Face:
    """The listeners over the house. Nothing that is measured asks Slack anything."""
    url = "http://127.0.0.1:9/api/"
    return Face(
        world=house.world,
        client=web_client("xoxb-made-up", url),
        replies=Replies(url),
        background=Background(threads=1),
        public_url="https://cred.example",
        version="0",
    )
