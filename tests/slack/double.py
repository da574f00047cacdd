"""Slack's Web API on loopback, as badly behaved as a test wants it to be."""

import json
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

Answer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Double:
    """Records what is called; answers `ok` unless a test has put another answer first."""

    url: str = ""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    always: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = field(default_factory=dict)
    arrived: threading.Condition = field(default_factory=threading.Condition)

    def next(self, method: str, *answers: Answer) -> None:
        self.answers[method].extend(answers)

    def of(self, method: str) -> list[dict[str, Any]]:
        return [args for name, args in list(self.calls) if name == method]

    def wait_for(self, method: str, count: int = 1, seconds: float = 60) -> list[dict[str, Any]]:
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.of(method)) >= count, seconds), (method, self.calls)
        return self.of(method)

    def note(self, method: str, args: dict[str, Any]) -> None:
        with self.arrived:
            self.calls.append((method, args))
            self.arrived.notify_all()


def says(body: Any, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(data)

    return answer


def refuses(error: str) -> Answer:
    return says({"ok": False, "error": error})


def hangs_up(request: BaseHTTPRequestHandler) -> None:
    """Takes the request and drops the connection."""
    request.close_connection = True
    request.connection.shutdown(socket.SHUT_RDWR)


def stalls(until: threading.Event) -> Answer:
    """Takes the request and answers when it is too late."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        until.wait(60)
        hangs_up(request)

    return answer


def start(double: Double) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            method, args = self.path.strip("/").removeprefix("api/"), _args(raw, self.headers.get_content_type())
            double.note(method, args)
            queued = double.answers[method]
            if queued:
                queued.popleft()(self)
            else:
                usual = double.always.get(method, lambda _args: {})
                says({"ok": True, **usual(args)})(self)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    double.url = f"http://127.0.0.1:{server.server_address[1]}/api/"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


def _args(raw: bytes, kind: str) -> dict[str, Any]:
    if kind == "application/json":
        made: dict[str, Any] = json.loads(raw or b"{}")
        return made
    flat = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
    return {name: json.loads(value) if value[:1] in "[{" else value for name, value in flat.items()}
