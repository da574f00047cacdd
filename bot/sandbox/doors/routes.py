"""Every address of the sandbox, in one table."""

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from bot.sandbox.api.response_urls import use_response_url
from bot.sandbox.api.web_api import call_method
from bot.sandbox.delivery.courier import Courier
from bot.sandbox.delivery.socket_mode import SocketMode
from bot.sandbox.doors import control, front, page_api
from bot.sandbox.errors import PersonError
from bot.sandbox.site import Site

SLACK = (
    Route("/api/{method}", call_method, methods=["GET", "POST"]),
    Route("/actions/{team}/{name}", use_response_url, methods=["POST"]),
)
PAGE = (
    Route("/", front.enter),
    Route("/page/api/workspace", page_api.get_workspace),
    Route("/page/api/conversations", page_api.get_conversations),
    Route("/page/api/messages", page_api.get_messages),
    Route("/page/api/ephemerals", page_api.delete_ephemerals, methods=["DELETE"]),
    Route("/page/api/home", page_api.get_home),
    Route("/page/api/view", page_api.get_view),
    Route("/page/api/log", page_api.get_log),
    Route("/page/api/events", page_api.get_events),
    Route("/page/api/command", page_api.post_command, methods=["POST"]),
    Route("/page/api/message", page_api.post_message, methods=["POST"]),
    Route("/page/api/action", page_api.post_action, methods=["POST"]),
    Route("/page/api/shortcut", page_api.post_shortcut, methods=["POST"]),
    Route("/page/api/submit", page_api.post_submit, methods=["POST"]),
    Route("/page/api/state", page_api.post_state, methods=["POST"]),
    Route("/page/api/close", page_api.post_close, methods=["POST"]),
    Route("/page/{name}", front.page_file),
    Route("/archives/{channel}/{message}", front.permalink),
)
CONTROL = (
    Route("/control/people", control.post_people, methods=["POST"]),
    Route("/control/people/{person}", control.post_person, methods=["POST"]),
    Route("/control/usergroups/{group}", control.post_group, methods=["POST"]),
    Route("/control/channels", control.post_channel, methods=["POST"]),
    Route("/control/messages", control.get_messages),
    Route("/control/messages", control.post_message, methods=["POST"]),
    Route("/control/messages", control.delete_message, methods=["DELETE"]),
    Route("/control/requests", control.get_requests),
    Route("/control/deliveries", control.get_deliveries),
    Route("/control/violations", control.get_violations),
    Route("/control/replay", control.post_replay, methods=["POST"]),
    Route("/control/verify", control.post_verify, methods=["POST"]),
    Route("/control/payload", control.post_payload, methods=["POST"]),
    Route("/control/faults", control.post_fault, methods=["POST"]),
    Route("/control/faults", control.delete_faults, methods=["DELETE"]),
    Route("/control/deliver", control.post_bending, methods=["POST"]),
    Route("/control/socket/drop", control.post_drop, methods=["POST"]),
)


async def _link(link: WebSocket) -> None:
    carrier = link.app.state.courier.carrier
    if isinstance(carrier, SocketMode):
        await carrier.accept(link)
    else:
        await link.close(1008)


async def _refused(_request: Request, error: Exception) -> Response:
    return JSONResponse({"ok": False, "error": str(error)}, status_code=409)


async def _malformed(_request: Request, error: Exception) -> Response:
    return JSONResponse({"ok": False, "error": f"The request is malformed: {error}"}, status_code=400)


def application(site: Site, courier: Courier) -> Starlette:
    """The sandbox's ASGI application, without its gate."""
    app = Starlette(
        routes=[*SLACK, *PAGE, *CONTROL, WebSocketRoute("/link/", _link)],
        exception_handlers={PersonError: _refused, msgspec.DecodeError: _malformed},
    )
    app.state.site = site
    app.state.courier = courier
    return app
