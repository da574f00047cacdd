"""Tokens a second through the real application, beside a floor that does the same bare work and nothing else.

The floor is one Starlette endpoint with one SQLite lookup, one HMAC and one Ed25519 signature. Server on one core, load
on the other, the two measured in turns. `latencies` is what a bench of the whole program drives beside slash commands.
"""

import asyncio
import hashlib
import hmac
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from base64 import b64encode, urlsafe_b64encode
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.service.last_use import LastUse
from bot.store.authentication import ClientLookup
from tests.bench import Figure
from tests.support import house as houses
from tests.support import web

CONNECTIONS = 16
SECONDS = 2.0
TURNS = 3
AIM = 0.7
FORM = b"grant_type=client_credentials"


def figures() -> list[Figure]:
    """Tokens a second, ours beside the floor."""
    rates: dict[str, list[float]] = {"ours": [], "floor": []}
    for _ in range(TURNS):
        for which, seen in rates.items():
            seen.append(_rate(which))
    ours, floor = (statistics.median(rates[which]) for which in ("ours", "floor"))
    ratio = ours / floor
    return [Figure(name="token: tokens a second", ours=ours, floor=floor, ratio=ratio, aim=AIM, ok=ratio >= AIM)]


def latencies(port: int, pair: tuple[str, str], seconds: float, connections: int = CONNECTIONS) -> list[float]:
    """How long each token took, in seconds, while so many connections ask one after another."""
    return asyncio.run(_load(port, pair, seconds, connections))


async def _load(port: int, pair: tuple[str, str], seconds: float, connections: int) -> list[float]:
    until = time.perf_counter() + seconds
    taken = await asyncio.gather(*(_ask(port, pair, until) for _ in range(connections)))
    return [latency for one in taken for latency in one]


async def _ask(port: int, pair: tuple[str, str], until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    basic = b64encode(":".join(pair).encode())
    request = (
        b"POST /oauth2/token HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Basic " + basic + b"\r\n"
        b"content-type: application/x-www-form-urlencoded\r\ncontent-length: %d\r\n\r\n" % len(FORM) + FORM
    )
    taken = []
    while (started := time.perf_counter()) < until:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        taken.append(time.perf_counter() - started)
    writer.close()
    return taken


def _rate(which: str) -> float:
    with TemporaryDirectory() as folder, _serving(which, folder) as (port, pair):
        latencies(port, pair, 0.5)
        return len(latencies(port, pair, SECONDS)) / SECONDS


@contextmanager
def _serving(which: str, folder: str):
    """A server of its own on the first core, and this process on the second."""
    command = [sys.executable, "-m", "tests.bench.token", which, folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        cores = os.sched_getaffinity(0)
        try:
            port, client_id, secret = json.loads(server.stdout.readline())
            os.sched_setaffinity(server.pid, {min(cores)})
            os.sched_setaffinity(0, {max(cores)})
            yield port, (client_id, secret)
        finally:
            os.sched_setaffinity(0, cores)
            server.terminate()


def _ours(folder: str) -> tuple[Starlette, tuple[str, str]]:
    built = houses.build(Path(folder))
    authority = web.new_authority()
    built = replace(built, world=replace(built.world, authority=authority))
    shown = built.issued()
    use_case = web.authentication(ClientLookup(built.engine), authority, LastUse(), built.clock)
    pair = str(shown.credential.client_id), shown.secret.disclose()
    return web.application(built.world, use_case), pair


def _floor(folder: str) -> tuple[Starlette, tuple[str, str]]:
    client_id, secret, pepper = "0b9bd1d4-6d27-4e9b-8ee4-8f5c5bfb4c60", "s" * 53, b"p" * 32
    database = sqlite3.connect(Path(folder) / "floor.db")
    database.execute("CREATE TABLE client (id TEXT PRIMARY KEY, record BLOB)")
    digest = hmac.digest(pepper, secret.encode(), "sha256")
    database.execute("INSERT INTO client VALUES (?, ?)", (client_id, digest))
    database.commit()
    key = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"floor").digest())
    claims = json.dumps({"sub": client_id, "scope": "x" * 180, "jti": client_id, "iss": "y" * 180}).encode()

    async def token(_request: Request) -> JSONResponse:
        (record,) = database.execute("SELECT record FROM client WHERE id = ?", (client_id,)).fetchone()
        if not hmac.compare_digest(hmac.digest(pepper, secret.encode(), "sha256"), record):
            raise RuntimeError("the floor does not know its own secret")
        body = urlsafe_b64encode(claims)
        access_token = body + b"." + urlsafe_b64encode(key.sign(body))
        return JSONResponse({"access_token": access_token.decode(), "token_type": "Bearer", "expires_in": 600})

    return Starlette(routes=[Route("/oauth2/token", token, methods=["POST"])]), (client_id, secret)


def _serve(which: str, folder: str) -> None:
    app, pair = {"ours": _ours, "floor": _floor}[which](folder)
    # With the protocol named, asyncio sets TCP_NODELAY; without, each answer waits 40 ms for the client's delayed ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    print(json.dumps([listener.getsockname()[1], *pair]), flush=True)
    config = uvicorn.Config(app, log_config=None, access_log=False, lifespan="on" if which == "ours" else "off")
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    _serve(*sys.argv[1:])
