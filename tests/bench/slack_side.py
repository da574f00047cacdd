"""Slack's side of the wire, with nothing to it: canned answers, signed requests, envelopes, how long each ack took."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import Self
from urllib.parse import parse_qs, urlencode
from uuid import uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

TEAM, MAYA, ANA, BEN = "T0HARBOUR", "U0MAYA000", "U0ANA0000", "U0BEN0000"
SIGNING_SECRET, BOT_TOKEN, APP_TOKEN = "bench-signing", "xoxb-bench", "xapp-bench"
_PEOPLE = [
    {"id": user, "team_id": TEAM, "name": user.casefold(), "real_name": user, "deleted": False, "is_bot": False}
    for user in (MAYA, ANA, BEN)
]


class SlackSide:
    """A server for the bot's calls and its WebSocket. Used inside one event loop."""

    def __init__(self) -> None:
        self.socket: WebSocket | None = None
        self.connected = asyncio.Event()
        self.waiting: dict[str, asyncio.Future[None]] = {}
        routes = [
            Route("/api/{method}", self._call, methods=["POST", "GET"]),
            WebSocketRoute("/socket", self._socket),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=0, log_config=None, access_log=False)
        self._server = uvicorn.Server(config)

    async def __aenter__(self) -> Self:
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.should_exit = True
        await self._serving

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    async def _call(self, request: Request) -> JSONResponse:
        asked = parse_qs((await request.body()).decode()).get("user", [""])[0] or request.query_params.get("user")
        person = next((known for known in _PEOPLE if known["id"] == asked), _PEOPLE[0])
        answers = {
            "auth.test": {"user_id": "U0CREDBOT", "bot_id": "B0CRED00", "team_id": TEAM, "team": "bench", "url": "-"},
            "apps.connections.open": {"url": f"ws://127.0.0.1:{self.port}/socket"},
            "users.list": {"members": _PEOPLE},
            "users.info": {"user": person},
            "usergroups.users.list": {"users": [ANA, BEN]},
            "conversations.open": {"channel": {"id": "D0BENCH"}},
            "conversations.info": {"channel": {"id": "C0BENCH", "is_ext_shared": False}},
            "chat.postMessage": {"channel": "C0BENCH", "ts": f"{time.time():.6f}"},
        }
        return JSONResponse({"ok": True, **answers.get(request.path_params["method"], {})})

    async def _socket(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(json.dumps({"type": "hello", "num_connections": 1}))
        self.socket = socket
        self.connected.set()
        async for text in socket.iter_text():
            if text.startswith("{"):
                acked = self.waiting.pop(json.loads(text).get("envelope_id", ""), None)
                if acked is not None and not acked.done():
                    acked.set_result(None)

    async def ack_over_socket(self, text: str) -> float:
        """Seconds until the envelope of a command was acknowledged."""
        envelope = str(uuid4())
        acked = asyncio.get_running_loop().create_future()
        self.waiting[envelope] = acked
        message = {
            "envelope_id": envelope,
            "type": "slash_commands",
            "accepts_response_payload": True,
            "payload": command(text, self.port),
        }
        began = time.perf_counter()
        await self.socket.send_text(json.dumps(message))
        await asyncio.wait_for(acked, 10)
        return time.perf_counter() - began


class HttpCaller:
    """One connection to the bot, kept alive."""

    def __init__(self, port: int, slack: SlackSide) -> None:
        self._port, self._slack = port, slack

    async def open(self) -> "HttpCaller":
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def ack(self, text: str) -> float:
        """Seconds until the signed request of a command was answered."""
        body = urlencode(command(text, self._slack.port)).encode()
        stamp = str(int(time.time()))
        digest = hmac.new(SIGNING_SECRET.encode(), b"v0:%s:%s" % (stamp.encode(), body), hashlib.sha256).hexdigest()
        head = (
            "POST /slack/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-www-form-urlencoded\r\n"
            f"x-slack-request-timestamp: {stamp}\r\nx-slack-signature: v0={digest}\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        )
        began = time.perf_counter()
        self._writer.write(head.encode() + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        if not answer.startswith(b"http/1.1 200"):
            raise RuntimeError(answer.decode())
        length = answer.partition(b"content-length:")[2].partition(b"\r\n")[0]
        await self._reader.readexactly(int(length or 0))
        return time.perf_counter() - began

    def close(self) -> None:
        self._writer.close()


def command(text: str, port: int) -> dict[str, str]:
    """The body of a slash command typed by an admin."""
    return {
        "token": "t",
        "team_id": TEAM,
        "team_domain": "harbour",
        "channel_id": "C0GENERAL",
        "channel_name": "general",
        "user_id": MAYA,
        "user_name": "maya",
        "command": "/cred",
        "text": text,
        "api_app_id": "A0CRED00",
        "response_url": f"http://127.0.0.1:{port}/answer",
        "trigger_id": "1.2.3",
    }
