"""Servers on the first core and load on the second: raw requests over connections that stay open.

A server prints one line of JSON once it listens: its port, and by name the requests that it is asked, each as it goes
over the wire.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

ROOT = Path(__file__).resolve().parents[2]
CONNECTIONS = 16
FORM = "application/x-www-form-urlencoded"
_WAITING = 512
_CORES = sorted(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class Served:
    """A server that listens."""

    port: int
    requests: Mapping[str, Sequence[bytes]]

    def latencies(self, name: str, seconds: float, connections: int = CONNECTIONS) -> list[float]:
        """How long each answer took, in seconds, while so many connections ask one after another."""
        return asyncio.run(load(self.port, self.requests[name], seconds, connections))


async def load(port: int, requests: Sequence[bytes], seconds: float, connections: int) -> list[float]:
    """The same on a loop that runs already. Whatever is not answered by 200 raises `RuntimeError`."""
    until, turns = time.perf_counter() + seconds, cycle(requests)
    taken = await asyncio.gather(*(_ask(port, turns, until) for _ in range(connections)))
    return [latency for one in taken for latency in one]


async def _ask(port: int, requests: Iterator[bytes], until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    taken = []
    while (started := time.perf_counter()) < until:
        writer.write(next(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(head.decode())
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.partition(b":")[2]))
        taken.append(time.perf_counter() - started)
    writer.close()
    return taken


@contextmanager
def serving(*command: str, folder: Path = ROOT, **environment: str) -> Iterator[Served]:
    """A server in a process of its own."""
    os.sched_setaffinity(0, _CORES[:1])  # a process has the cores of its parent
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.PIPE) as server:
        os.sched_setaffinity(0, _CORES[-1:])
        try:
            said = json.loads(server.stdout.readline())
            requests = {name: [each.encode() for each in asked] for name, asked in said["requests"].items()}
            yield Served(said["port"], requests)
        finally:
            server.terminate()
            os.sched_setaffinity(0, _CORES)


def python(module: str, *arguments: str):
    """The same of a module of ours."""
    return serving(sys.executable, "-m", module, *arguments)


def answer(config: uvicorn.Config, requests: Mapping[str, Sequence[str]]) -> None:
    """What such a module does: say what there is to say, and serve until terminated."""
    # With the protocol named, asyncio sets TCP_NODELAY; without, each answer waits 40 ms for the client's delayed ACK.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(_WAITING)
    print(json.dumps({"port": listener.getsockname()[1], "requests": requests}), flush=True)
    uvicorn.Server(config).run(sockets=[listener])


def plain(*routes: Route) -> uvicorn.Config:
    """Starlette under Uvicorn, and nothing else."""
    return uvicorn.Config(Starlette(routes=routes), log_config=None, access_log=False, lifespan="off")


def basic(client_id: str, secret: str) -> str:
    """The header of HTTP Basic (RFC 7617)."""
    return f"authorization: Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}"


def post(path: str, form: str, *headers: str) -> str:
    """A form that is posted."""
    head = (f"POST {path} HTTP/1.1", "host: 127.0.0.1", *headers, f"content-type: {FORM}")
    return "\r\n".join((*head, f"content-length: {len(form)}", "", form))


def get(path: str, *headers: str) -> str:
    """A request without a body."""
    return "\r\n".join((f"GET {path} HTTP/1.1", "host: 127.0.0.1", *headers, "", ""))
