"""The sandbox as a running server: one thread, one event loop, one port on loopback.

Everything it holds lives on that loop, so nothing in it needs a lock; `log` may be called from any thread.
"""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx
import uvicorn

from bot.sandbox.delivery.courier import Courier
from bot.sandbox.delivery.signed_http import SignedHttp
from bot.sandbox.delivery.socket_mode import SocketMode
from bot.sandbox.doors.gate import LOOPBACK, Gate
from bot.sandbox.doors.routes import application
from bot.sandbox.settings import SandboxSettings
from bot.sandbox.site import Site
from bot.sandbox.state import state_file
from bot.sandbox.state.seed import harbour

if TYPE_CHECKING:
    from starlette.types import ASGIApp

SAVE_SECONDS = 0.2
START_SECONDS = 60.0
_HOLDS = 75
"""Seconds for which a connection is held on which nobody asks anything: longer than clients hold theirs, or it closes
just when a request arrives."""
_BOT_HOLDS = 2.0
"""For as long the courier uses a connection to the bot again, which holds it for five seconds: for the same reason."""

_log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Uvicorn that says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: threading.Event) -> None:
        super().__init__(config)
        self.listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class Sandbox:
    """A local Slack workspace. `start` returns once it listens; `stop` leaves its state in the state file."""

    def __init__(self, settings: SandboxSettings, clock: Callable[[], float] = time.time) -> None:
        if settings.host not in LOOPBACK:
            raise ValueError("The sandbox listens on loopback only.")
        self.settings = settings
        kept = state_file.load(settings.state_file) if settings.state_file else None
        self.site = Site(settings=settings, clock=clock, workspace=kept or harbour())
        carrier = SocketMode(site=self.site) if settings.mode == "socket" else self._http()
        self.courier = Courier(site=self.site, carrier=carrier)
        self.app: ASGIApp = Gate(application(self.site, self.courier), settings)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._thread: threading.Thread | None = None
        self._listening = threading.Event()
        self._saved = self._tried = -1

    def _http(self) -> SignedHttp:
        # No environment: a proxy of the machine must not see, or lose, what goes to loopback.
        limits = httpx.Limits(keepalive_expiry=_BOT_HOLDS)
        return SignedHttp(site=self.site, client=httpx.AsyncClient(trust_env=False, limits=limits))

    @property
    def port(self) -> int:
        """The port, once it listens."""
        return int(self.site.base_url.rpartition(":")[2])

    @property
    def url(self) -> str:
        """Where it listens. What the bot takes as `SLACK_API_URL` is this and `/api/`."""
        return self.site.base_url

    @property
    def page_url(self) -> str:
        """The address to open in a browser. It holds the page's token."""
        return f"{self.url}/?token={self.settings.page_token}"

    def log(self, line: str) -> None:
        """A line of the bot's log for the page. From any thread."""
        loop = self._loop
        if loop is None:
            self.site.log(line)
        elif not loop.is_closed():
            loop.call_soon_threadsafe(self.site.log, line)

    def start(self) -> None:
        """Listen. Raises `OSError` if the port is taken, `RuntimeError` if it does not come up in time."""
        family = socket.AF_INET6 if ":" in self.settings.host else socket.AF_INET
        listener = socket.socket(family)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.settings.host, self.settings.port))
        except OSError:
            listener.close()
            raise
        shown = f"[{self.settings.host}]" if family == socket.AF_INET6 else self.settings.host
        self.site.base_url = f"http://{shown}:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            self.app,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws="websockets-sansio",
            timeout_graceful_shutdown=2,
            timeout_keep_alive=_HOLDS,
            server_header=False,
            proxy_headers=False,
        )
        server = _Server(config, self._listening)
        self._thread = threading.Thread(target=self._run, args=(server, listener), name="sandbox", daemon=True)
        self._thread.start()
        if not self._listening.wait(START_SECONDS):
            raise RuntimeError("The sandbox did not start.")

    def stop(self) -> None:
        """Close every connection, save, and wait for the thread."""
        if self._loop is None or self._thread is None:
            return
        with suppress(RuntimeError):  # a loop that ended by itself needs no telling
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._loop = self._thread = None

    def _run(self, server: uvicorn.Server, listener: socket.socket) -> None:
        asyncio.run(self._serve(server, listener))

    async def _serve(self, server: uvicorn.Server, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not self._stopping.is_set() and not serving.done():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), SAVE_SECONDS)
            self._save()
        server.should_exit = True
        self.site.feed.close()
        try:
            await self.courier.close()
        finally:
            await serving
            self._save(last=True)

    def _save(self, *, last: bool = False) -> None:
        """What cannot be saved is said once and tried again after the next change, and at the end."""
        now, file = self.site.feed.lasting, self.settings.state_file
        if file is None or self._saved == now or (self._tried == now and not last):
            return
        self._tried = now
        try:
            state_file.save(self.site.workspace, file)
        except OSError as error:
            said = (
                f"The workspace could not be saved in {file} ({error.strerror}): the next start may lack what is new."
            )
            self.site.log(said)
            _log.warning(said)
        else:
            self._saved = now
