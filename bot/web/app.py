"""The web application: which address leads where, and what runs beside it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cache

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.domain.ids import short_code
from bot.ports import World
from bot.service.logins.forward import Gate
from bot.service.logins.tokens import Tokens
from bot.web import authorize, description, metadata, sophos
from bot.web.aside import Aside
from bot.web.authorize import AuthorizeEndpoint
from bot.web.health import HealthEndpoint
from bot.web.proxies import Proxies, ProxyAware
from bot.web.refusal import Code, Refusal
from bot.web.shield import Shield
from bot.web.signing import Ed25519Signer
from bot.web.slowing import Slowing
from bot.web.token import TokenEndpoint
from bot.web.token_questions import IntrospectionEndpoint, RevocationEndpoint

FLUSH_EVERY = 1.0
"""Seconds between two looks at what uses are to be written."""

NOWHERE = Refusal(Code.NOT_FOUND, "There is nothing at this address.", 404)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the web application is put together from."""

    issuer: str
    """The public URL, `https://cred.example.com`: no slash at its end, no query, no fragment (RFC 8414, section 2)."""
    world: World
    tokens: Tokens
    signer: Ed25519Signer
    slack: ASGIApp | None = None
    """What answers `/slack/events`; None where Slack's requests come over a socket."""
    proxies: Proxies = field(default_factory=Proxies)
    """Whose word on a request counts."""
    slowing: Slowing = field(default_factory=Slowing)
    """Who guesses waits, at every door of one process."""


def create(parts: Parts) -> Starlette:
    """The application. Its lifespan writes last uses: it must run, and end before the store is closed."""
    document = metadata.of(parts.issuer, parts.world.policy)
    slowing, aside = parts.slowing, Aside()
    routes = [  # each is tried in turn, so those that are asked most stand first
        Route(metadata.TOKEN_PATH, TokenEndpoint(parts.tokens.authentication, slowing, aside)),
        Route(authorize.PATH, AuthorizeEndpoint(Gate(tokens=parts.tokens, routes=parts.world.policy.routes))),
        Route(metadata.INTROSPECTION_PATH, IntrospectionEndpoint(parts.tokens, parts.issuer, slowing, aside)),
        *([] if parts.slack is None else [Route("/slack/events", _Handed(parts.slack))]),
        Route(metadata.REVOCATION_PATH, RevocationEndpoint(parts.tokens, parts.world, slowing, aside)),
        Route(metadata.KEYS_PATH, _said(lambda: parts.signer.key_set(parts.world.clock.now()))),
        Route(metadata.METADATA_PATH, _said(lambda: document)),
        Route(description.PATH, _said(cache(lambda: description.of(parts.issuer, parts.world.version)))),
        Route("/healthz", HealthEndpoint(parts.world.store).answer),
    ]
    routes += sophos.routes(parts.tokens, parts.world, parts.issuer, slowing)
    shield = Middleware(
        Shield,
        reference=lambda: short_code(parts.world.entropy.uuid()),
        https=parts.issuer.startswith("https://"),
    )
    app = Starlette(
        routes=routes,
        middleware=[shield, Middleware(ProxyAware, proxies=parts.proxies)],
        exception_handlers={HTTPException: _no_such_thing},
        lifespan=_lifespan(parts, aside),
    )
    app.router.redirect_slashes = False  # a redirect would be built of the Host header
    return app


class _Handed:
    """An application as a route takes it: Starlette would call a plain function as an endpoint of its own kind."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)


def _said(content: Callable[[], object]) -> Callable[[Request], Awaitable[JSONResponse]]:
    """An endpoint that tells everybody the same."""

    async def endpoint(_request: Request) -> JSONResponse:
        return JSONResponse(content(), headers={"Cache-Control": "public, max-age=300"})

    return endpoint


def _no_such_thing(_request: Request, error: Exception) -> JSONResponse:
    """Starlette's own refusals: no such address, or another method."""
    methods = error.headers.get("Allow") if isinstance(error, HTTPException) and error.headers else None
    return NOWHERE.answer() if methods is None else _another_method(sorted(methods.split(", ")))


def _another_method(methods: Sequence[str]) -> JSONResponse:
    answer = Refusal(Code.INVALID_REQUEST, f"Only {' and '.join(methods)} are answered here.", 405).answer()
    answer.headers["Allow"] = ", ".join(methods)
    return answer


def _lifespan(parts: Parts, aside: Aside) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        stop = asyncio.Event()
        flushing = asyncio.create_task(_flush(parts, stop))
        try:
            yield
        finally:
            await asyncio.to_thread(aside.close)
            stop.set()
            await flushing

    return lifespan


async def _flush(parts: Parts, stop: asyncio.Event) -> None:
    """Write last uses until told to stop, and then all that is left."""
    authentication = parts.tokens.authentication
    final = False
    while not final:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), FLUSH_EVERY)
        final = stop.is_set()
        try:
            await asyncio.to_thread(authentication.last_use.flush, parts.world, final=final)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next uses shall be written
            _log.error("Last uses could not be written: %s.", type(error).__name__)
        try:
            await asyncio.to_thread(authentication.logins.flush, parts.world, final=final)
        except Exception as error:  # noqa: BLE001 - the same of the next logins
            _log.error("Some logins could not be counted: %s.", type(error).__name__)
