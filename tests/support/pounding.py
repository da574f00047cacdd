"""Many connections that ask for tokens and about tokens without a pause, while processes die and come back.

Whoever asks knows what must come: anything else is kept as wrong. A connection may break only at a door that is down.
"""

import asyncio
import json
import threading
import time
from base64 import b64encode, urlsafe_b64decode
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle, islice, product, starmap
from typing import Any
from urllib.parse import urlencode

from tests.support.road import Pair

_BROKEN = (OSError, asyncio.IncompleteReadError)
_AGAIN = 0.05
_PATIENCE = 30.0
_HOLDS = 2.0
"""Seconds after which a connection is not asked on again: the program closes it after five without a request."""
Json = dict[str, Any]


@dataclass
class Door:
    """Where a process listens, and when it did not."""

    port: int
    _down: list[tuple[float, float]] = field(default_factory=list)

    @contextmanager
    def falling(self) -> Iterator[None]:
        """In the block its process is killed and comes back."""
        self._down.append((time.monotonic(), float("inf")))
        yield
        self._down[-1] = self._down[-1][0], time.monotonic()

    def excused(self, since: float) -> bool:
        """Whether it was down at some instant since."""
        return any(end >= since for _, end in self._down)


@dataclass(frozen=True)
class Ask:
    """A request, and whether an answer to it is right: by when it began, its status and its body."""

    what: str
    request: bytes
    right: Callable[[float, int, Json], bool]


@dataclass
class Pounding:
    """What was answered so far. Read it from any thread."""

    answered: Counter[str] = field(default_factory=Counter)
    broken: Counter[int] = field(default_factory=Counter)
    """Connections that broke while a door was down, by port."""
    wrong: list[str] = field(default_factory=list)
    last: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    """When the newest right answer of each kind was asked for, and when it had come."""
    over: threading.Event = field(default_factory=threading.Event)

    def begin(self, doors: Sequence[Door], asks: Sequence[Ask], connections: int) -> threading.Thread:
        """Connections, each to one door with one question. They end with `over`."""

        async def all_of_them() -> None:
            turns = islice(cycle(product(doors, asks)), connections)
            await asyncio.gather(*starmap(self._connection, turns))

        thread = threading.Thread(target=lambda: asyncio.run(all_of_them()))
        thread.start()
        return thread

    async def _connection(self, door: Door, ask: Ask) -> None:
        while not self.over.is_set():
            began = time.monotonic()
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
                try:
                    fresh = True
                    while fresh and not self.over.is_set():
                        began = time.monotonic()
                        async with asyncio.timeout(_PATIENCE):
                            await self._one(ask, reader, writer, began)
                        fresh = time.monotonic() - began < _HOLDS
                finally:
                    writer.close()
            except _BROKEN as error:
                if not door.excused(began):
                    self.wrong.append(f"{ask.what} at {door.port}: {error!r}")
                self.broken[door.port] += 1
                await asyncio.sleep(_AGAIN)

    async def _one(self, ask: Ask, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, began: float) -> None:
        asked = datetime.now(UTC)
        writer.write(ask.request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = head.lower().partition("content-length:")[2].partition("\r\n")[0]
        body = await reader.readexactly(int(length))
        status = int(head.split(" ", 2)[1])
        if ask.right(began, status, json.loads(body)):
            self.answered[ask.what] += 1
            self.last[ask.what] = asked, datetime.now(UTC)
        else:
            self.wrong.append(f"{ask.what}: {status} {body.decode()}")


@contextmanager
def pounding(*crowds: tuple[Sequence[Door], Sequence[Ask], int]) -> Iterator[Pounding]:
    """Crowds of connections for as long as the block lasts: their doors, their questions, how many they are."""
    done = Pounding()
    threads = [done.begin(*crowd) for crowd in crowds]
    try:
        yield done
    finally:
        done.over.set()
        for thread in threads:
            thread.join()


def token(what: str, pair: Pair, right: Callable[[float, int, Json], bool]) -> Ask:
    """A request for a token (RFC 6749, section 4.4)."""
    return Ask(what, _post("/oauth2/token", pair, grant_type="client_credentials"), right)


def introspection(what: str, pair: Pair, about: str, right: Callable[[float, int, Json], bool]) -> Ask:
    """A question about a token (RFC 7662)."""
    return Ask(what, _post("/oauth2/introspect", pair, token=about), right)


def is_token_of(pair: Pair) -> Callable[[float, int, Json], bool]:
    """Whether the answer is a token of that client and of nobody else."""

    def right(_began: float, status: int, body: Json) -> bool:
        if status != 200:
            return False
        claims = body["access_token"].split(".")[1]
        return bool(json.loads(urlsafe_b64decode(claims + "=="))["client_id"] == pair.client_id)

    return right


def is_refused(_began: float, status: int, body: Json) -> bool:
    """Whether the client was told that it is nobody."""
    return (status, body.get("error")) == (401, "invalid_client")


def is_active(pair: Pair) -> Callable[[float, int, Json], bool]:
    """Whether the token in question is told to be that client's."""
    return lambda _began, status, body: (status, body.get("client_id")) == (200, pair.client_id)


def is_inactive(_began: float, status: int, body: Json) -> bool:
    """Whether the token in question is told to be worth nothing."""
    return (status, body) == (200, {"active": False})


def _post(path: str, pair: Pair, **form: str) -> bytes:
    basic, body = b64encode(f"{pair.client_id}:{pair.secret}".encode()).decode(), urlencode(form)
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Basic {basic}\r\n"
    head += f"content-type: application/x-www-form-urlencoded\r\ncontent-length: {len(body)}\r\n\r\n"
    return (head + body).encode()
