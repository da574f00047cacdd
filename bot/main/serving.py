"""`cred serve`: one process that is all of it, or a part of it over PostgreSQL, until it is told to stop."""

import gc
import logging
import signal
import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from bot.config import Places, Settings
from bot.domain.policy import Policy
from bot.main.assembly import VERSION, build
from bot.main.opening import NotReadyError
from bot.main.process import Stop, room_for_connections
from bot.main.program import Part, Program
from bot.main.tls import Certificate
from bot.web.wire import Patience, config_of

_GRACE = 5
"""Seconds that a request may take after the program was told to stop."""
_WAITING = 2048

_log = logging.getLogger(__name__)


def serve(settings: Settings, policy: Policy, part: Part = Part.ALL) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP. Raises `NotReadyError` or `InUseError` before anything has begun."""
    if part is Part.WORKER:
        _work(settings, policy)
    else:
        _serve(settings, policy, part)


def _work(settings: Settings, policy: Policy) -> None:
    """Nothing but what happens by the clock: nobody is listened to."""
    program, stop = build(settings, policy, part=Part.WORKER), Stop()
    _on_signals(stop.ask)
    try:
        program.start()
        _say(settings, policy, program)
        _settle_memory()
        stop.wait()
    finally:
        program.stop()


def _serve(settings: Settings, policy: Policy, part: Part) -> None:
    certificate = None if settings.places.tls is None else Certificate(settings.places.tls)
    with _listen(settings.places) as listener:
        program = build(settings, policy, part=part)
        server = uvicorn.Server(_config(settings.places, program.web, certificate))
        _on_signals(lambda: setattr(server, "should_exit", True))
        try:
            program.start()
            _say(settings, policy, program)
            _settle_memory()
            server.run(sockets=[listener])
        finally:
            program.stop()


def _config(places: Places, web: ASGIApp, certificate: Certificate | None) -> uvicorn.Config:
    return config_of(
        web,
        Patience(connections=room_for_connections()),
        https=places.public_url.startswith("https://"),
        timeout_graceful_shutdown=_GRACE,
        ssl_context_factory=None if certificate is None else lambda *_: certificate.context,
    )


def _settle_memory() -> None:
    """What the start made stays: no collection need look at it again. During the start there was none."""
    gc.freeze()
    gc.enable()


def _listen(places: Places) -> socket.socket:
    family = socket.AF_INET6 if ":" in places.bind else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY: else each answer waits 40 ms for the caller's delayed ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((places.bind, places.port))
        listener.listen(_WAITING)
    except OSError as error:
        listener.close()
        raise NotReadyError(
            f"{places.bind} port {places.port} cannot be listened on ({error.strerror}). Set PORT to another one."
        ) from None
    return listener


def _on_signals(stop: Callable[[], None]) -> None:
    """Uvicorn raises a signal again once it has stopped for it: by then this only says what is so.

    A terminal that is closed stops it as Ctrl-C does, unless whoever started it (`nohup`) wants it to stay.
    """

    def told(_number: int, _frame: object) -> None:
        stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, told)


def _say(settings: Settings, policy: Policy, program: Program) -> None:
    _log.info(
        "Cred %s serves %s at %s. Slack: %s. Policy %s. Ledger %s.%s",
        VERSION,
        policy.organization.name,
        settings.places.public_url,
        program.face.way,
        policy.digest[:8],
        program.store.ledger.origin,
        "" if program.part is Part.ALL else f" This process: {program.part} only.",
    )
