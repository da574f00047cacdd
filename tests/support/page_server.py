"""A workspace made of plain dicts behind the sandbox's page API, for tests of the page alone.

It answers what a test has put into it and remembers what the page asked for; it has no rules of its own. The policy it
sends is as strict as the sandbox's, so that a page which needs more than that fails here.
"""

from __future__ import annotations

import json
import mimetypes
import queue
import socket
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

PAGE = Path(__file__).parents[2] / "bot" / "sandbox" / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Workspace:
    """What the page is told, by part; a test changes it and calls `changed`."""

    workspace: Json
    conversations: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    messages: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    homes: dict[str, list[Json]] = field(default_factory=dict)
    views: dict[str, Json] = field(default_factory=dict)
    log: Json = field(default_factory=lambda: {"lines": [], "violations": []})
    answers: dict[str, Json] = field(default_factory=dict)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    feeds: list[queue.SimpleQueue[Json | None]] = field(default_factory=list)

    def changed(self, what: str, **more: str) -> None:
        for feed in list(self.feeds):
            feed.put({"type": "changed", "what": what, **more})

    def hang_up(self) -> None:
        """Ends every open feed, as a sandbox that is stopped does."""
        for feed in list(self.feeds):
            feed.put(None)

    def show_view(self, person: str, view: Json | None) -> None:
        if view is None:
            self.views.pop(person, None)
        else:
            self.views[person] = view
        self.changed("view", person=person)

    def sent(self, what: str) -> list[Json]:
        return [body for name, body in self.calls if name == what]

    def read(self, part: str, query: dict[str, str]) -> Json | list[Json]:
        person = query.get("as", "")
        match part:
            case "workspace":
                return self.workspace
            case "conversations":
                return self.conversations[person]
            case "messages":
                shown = [m for m in self.messages[query["channel"]] if m.get("only", person) == person]
                return {"messages": shown}
            case "home":
                return {"blocks": self.homes.get(person)}
            case "view":
                return {"view": self.views.get(person), "errors": {}}
            case "log":
                return self.log
        raise LookupError(part)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    workspace: Workspace

    def log_message(self, *_: object) -> None:
        """Nothing: a test reads its assertion, not an access log."""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/page/api/events":
            self._feed()
        elif url.path.startswith("/page/api/"):
            self._json(self.workspace.read(url.path.removeprefix("/page/api/"), dict(parse_qsl(url.query))))
        else:
            self._file("index.html" if url.path == "/" else url.path.removeprefix("/page/"))

    def do_DELETE(self) -> None:
        self._json({"ok": True})

    def do_POST(self) -> None:
        what = urlsplit(self.path).path.removeprefix("/page/api/")
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.workspace.calls.append((what, body))
        self._json(self.workspace.answers.get(what, {"ok": True}))

    def _json(self, answer: object) -> None:
        self._answer(json.dumps(answer).encode(), "application/json")

    def _file(self, name: str) -> None:
        file = PAGE / name
        if file.parent == PAGE and file.is_file():
            self._answer(file.read_bytes(), mimetypes.guess_type(name)[0] or "application/octet-stream")
        else:
            self.send_error(404)

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def _feed(self) -> None:
        feed: queue.SimpleQueue[Json | None] = queue.SimpleQueue()
        self.workspace.feeds.append(feed)  # before the page hears that it is open: what changes from now on, it hears
        self.close_connection = True
        try:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(b": open\n\n")
            while (change := feed.get()) is not None:
                self.wfile.write(f"data: {json.dumps(change)}\n\n".encode())
        except (BrokenPipeError, ConnectionResetError):
            pass  # the page went elsewhere
        finally:
            self.workspace.feeds.remove(feed)


class _Server(ThreadingHTTPServer):
    """Keeps no connection past its end, as a sandbox that is stopped does not."""

    daemon_threads = True

    def __init__(self, handler: type[_Handler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for each in list(self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


class PageServer:
    """Serves one workspace on a free port of loopback until it is closed."""

    def __init__(self, workspace: Workspace) -> None:
        handler = type("Handler", (_Handler,), {"workspace": workspace})
        self._workspace = workspace
        self._server = _Server(handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def close(self) -> None:
        self._workspace.hang_up()
        self._server.shutdown()
        self._server.server_close()
        self._server.hang_up()
        self._thread.join()
