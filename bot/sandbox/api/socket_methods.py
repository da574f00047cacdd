"""`apps.connections.open`: a ticket for one WebSocket."""

import secrets

from bot.sandbox.api.methods import ANSWER, Call, method
from bot.sandbox.errors import ApiError
from bot.sandbox.state import seed


@method("apps.connections.open", caller="app")
def connections_open(call: Call) -> ANSWER:
    """A URL that is good for one connection. Not in HTTP mode: there the app has Socket Mode off."""
    if call.site.settings.mode != "socket":
        raise ApiError("forbidden_team")
    ticket = secrets.token_urlsafe(16)
    call.site.links.add(ticket)
    host = call.site.base_url.removeprefix("http://")
    return {"url": f"ws://{host}/link/?ticket={ticket}&app_id={seed.APP}"}
