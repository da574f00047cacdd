"""`GET /authorize`: whether a proxy may let a call through (nginx `auth_request`, Traefik `forwardAuth`, Envoy).

The proxy sends the call's own `Authorization` header, and its method and target in `X-Original-Method` and
`X-Original-URI` or in `X-Forwarded-Method` and `X-Forwarded-Uri`. They count only from proxies that the operator named.
200 tells who calls in `X-Cred-*` headers; 401 and 403 are what a proxy passes on.
"""

import logging

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from bot.service.logins.forward import Gate, Shut, Stopped
from bot.service.logins.tokens import Living
from bot.web.bearer import bearer, challenge, headers_of
from bot.web.proxies import PROXIED

PATH = "/authorize"
_NAMES = ((b"x-original-method", b"x-original-uri"), (b"x-forwarded-method", b"x-forwarded-uri"))
_NEVER_KEPT = {"Cache-Control": "no-store"}

_log = logging.getLogger(__name__)


class AuthorizeEndpoint:
    """The endpoint, as an ASGI application: on the event loop, microseconds of local work, nothing written."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._answer(scope)(scope, receive, send)

    def _answer(self, scope: Scope) -> Response:
        if not scope.get(PROXIED, False):
            _log.warning("%s was asked by %s, which CRED_PROXIES does not name.", PATH, _peer(scope))
            return _refuse(403, "access_denied", "Only a proxy that the operator named is answered here.")
        call, token = _call(scope), bearer(scope)
        if call is None:
            return _refuse(403, "access_denied", "The proxy must say which method and path were called, each once.")
        outcome = self._gate.passes(token, *call)
        if isinstance(outcome, Living):
            return Response(headers=_told(outcome))
        _log.info("%s was not let through from %s: %s.", call[0], _peer(scope), outcome.why)
        return _stopped(outcome, showed_one=bool(headers_of(scope, b"authorization")))


def _call(scope: Scope) -> tuple[str, str] | None:
    """Method and target of the call, as the proxy has them; None where it says none, or two."""
    found = [(headers_of(scope, method), headers_of(scope, target)) for method, target in _NAMES]
    said = [pair for pair in found if pair[0] or pair[1]]
    if len(said) != 1 or len(said[0][0]) != 1 or len(said[0][1]) != 1:
        return None
    (method,), (target,) = said[0]
    return method, target


def _told(living: Living) -> dict[str, str]:
    claims = living.claims
    told = {"X-Cred-Client": claims.client_id, "X-Cred-Role": claims.role, "X-Cred-Estate": claims.estate}
    return _NEVER_KEPT | told


def _stopped(stopped: Stopped, *, showed_one: bool) -> Response:
    if stopped.why is Shut.NO_TOKEN:
        error = "invalid_token" if showed_one else ""
        return _refuse(401, error or "unauthorized", "Show an access token that works.", challenge(error=error))
    if stopped.needs is not None:
        sentence = f"The token lacks the permission {stopped.needs}."
        return _refuse(403, "insufficient_scope", sentence, challenge(error="insufficient_scope", scope=stopped.needs))
    return _refuse(403, "access_denied", "Nobody may make this call with this token.")


def _refuse(status: int, error: str, sentence: str, headers: dict[str, str] | None = None) -> Response:
    content = {"error": error, "error_description": sentence}
    return JSONResponse(content, status_code=status, headers=_NEVER_KEPT | (headers or {}))


def _peer(scope: Scope) -> str:
    client = scope.get("client")
    return client[0] if client else "an unknown address"
