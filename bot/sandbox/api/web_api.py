"""`/api/<method>`: who calls, with which arguments, and whether the manifest gave the scope for it."""

import json
import secrets
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.api import directory_methods, history_methods, message_methods, socket_methods, view_methods
from bot.sandbox.api.answering import Answer, answer
from bot.sandbox.api.methods import METHODS, Call, Method
from bot.sandbox.errors import ApiError
from bot.sandbox.site import Site

ROOMS = (directory_methods, history_methods, message_methods, socket_methods, view_methods)
"""Imported for what they enter into `METHODS`."""

SENT_BY_BOLT = frozenset({"team_id"})
"""Bolt's client adds it to every call, documented or not; Slack ignores it."""


async def arguments(request: Request) -> dict[str, Any]:
    """The arguments of a call: from the query, a form, or JSON. Raises `ApiError("invalid_json")`."""
    args: dict[str, Any] = dict(request.query_params)
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError:
            raise ApiError("invalid_json") from None
        if not isinstance(body, dict):
            raise ApiError("json_not_object")
        return args | body
    return args | dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))


def _authenticate(site: Site, method: Method, request: Request) -> None:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        if method.caller == "any":
            return
        raise ApiError("not_authed")
    tokens = {"bot": site.settings.bot_token, "app": site.settings.app_token}
    right = next((name for name, known in tokens.items() if secrets.compare_digest(known.encode(), token.encode())), "")
    if not right:
        raise ApiError("invalid_auth")
    if method.caller not in {"any", right}:
        raise ApiError("not_allowed_token_type")


def _authorize(site: Site, name: str, method: Method) -> None:
    if method.scopes and not method.scopes & site.settings.scopes:
        needed = ",".join(sorted(method.scopes))
        site.violation(name, f"missing_scope: {needed}")
        raise ApiError("missing_scope", needed=needed, provided=",".join(sorted(site.settings.scopes)))


def _run(site: Site, name: str, method: Method, args: dict[str, Any]) -> Answer:
    for unknown in sorted(args.keys() - method.known - SENT_BY_BOLT):
        site.violation(name, f"undocumented argument: {unknown}")
    try:
        body = {"ok": True, **method.run(Call(site=site, method=name, args=args))}
    except ApiError as error:
        body = error.answer()
    return Answer(body=body, headers={"x-oauth-scopes": ",".join(sorted(site.settings.scopes))})


async def call_method(request: Request) -> Response:
    """One call of the bot. Slack answers 200 to whatever it understood, the refusals too."""
    site: Site = request.app.state.site
    name = request.path_params["method"]
    method = METHODS.get(name)
    if method is None:
        site.violation(name, "unknown_method")
        return JSONResponse({"ok": False, "error": "unknown_method"})
    try:
        _authenticate(site, method, request)
        _authorize(site, name, method)
        args = await arguments(request)
    except ApiError as error:
        return JSONResponse(error.answer())
    return await answer(site, name, args, lambda: _run(site, name, method, args))
