"""Who may talk to the sandbox at all: loopback names only, each door with its own token, no other site's pages.

A page of another site in the same browser can reach a loopback address. So the Host must be a loopback name (against
DNS rebinding), an Origin must be the sandbox's own, and the doors that no browser uses refuse any Origin.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.sandbox.settings import SandboxSettings

COOKIE = "cred_page"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
MACHINE_DOORS = ("/api/", "/actions/", "/control/", "/link/")
READING = frozenset({"GET", "HEAD"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def cookie_value(page_token: str) -> str:
    """What the cookie holds: not the token itself, since cookies of a loopback name go to every port of it."""
    return hmac.new(page_token.encode(), COOKIE.encode(), hashlib.sha256).hexdigest()


def _same(given: str, known: str) -> bool:
    return secrets.compare_digest(given.encode(), known.encode())


def by_control(request: Request, settings: SandboxSettings) -> bool:
    """Whether the request carries the control token."""
    return _same(request.headers.get("x-control-token", ""), settings.control_token)


def by_page(request: Request, settings: SandboxSettings) -> bool:
    """Whether the request comes from the page."""
    return _same(request.cookies.get(COOKIE, ""), cookie_value(settings.page_token))


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


class Gate:
    """The outermost layer: refuses before any room is entered."""

    def __init__(self, app: ASGIApp, settings: SandboxSettings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        host, origin = headers.get("host", ""), headers.get("origin")
        if _hostname(host) not in LOOPBACK:
            return PlainTextResponse("This sandbox answers on loopback names only.\n", status_code=421)
        if path.startswith(MACHINE_DOORS) and origin is not None:
            return PlainTextResponse("No browser has business here.\n", status_code=403)
        if origin is not None and origin != f"http://{host}":
            return PlainTextResponse("Another site's page may not talk to the sandbox.\n", status_code=403)
        if scope["type"] == "websocket":
            return None
        return self._without_token(Request(scope), path, origin)

    def _without_token(self, request: Request, path: str, origin: str | None) -> Response | None:
        if path.startswith("/control/"):
            return None if by_control(request, self.settings) else _no("The control token is missing or wrong.", 401)
        if not path.startswith("/page/") or by_control(request, self.settings):
            return None
        if not by_page(request, self.settings):
            return _no("This page is not signed in. Open the address that the sandbox printed.", 401)
        if request.method not in READING and origin is None:
            return _no("A change needs an Origin.", 403)
        return None


def _no(sentence: str, status: int) -> Response:
    return JSONResponse({"ok": False, "error": sentence}, status_code=status)
