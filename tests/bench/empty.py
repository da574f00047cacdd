"""A Bolt app that does nothing, wired as the bot is: the floor of an acknowledgement."""

import os
import sys

import uvicorn
from slack_bolt import App
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.main.serving import _listen
from bot.slack.wire.http import SlackEvents
from bot.slack.wire.socket import SocketConnection
from bot.slack.wire.web_api import web_client
from tests.bench.slack_side import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET


def main(mode: str) -> None:
    """Serve until terminated."""
    client = web_client(BOT_TOKEN, os.environ["SLACK_API_URL"])
    app = App(client=client, request_verification_enabled=False, process_before_response=True)
    app.command("/cred")(lambda ack: ack("nothing"))
    routes = [Route("/healthz", lambda _request: JSONResponse({}))]
    if mode == "http":
        routes.append(Route("/slack/events", SlackEvents(app, SIGNING_SECRET)))
    else:
        SocketConnection(app, APP_TOKEN).open()
    config = uvicorn.Config(Starlette(routes=routes), log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[_listen_at(int(os.environ["PORT"]))])


def _listen_at(port: int):
    from types import SimpleNamespace  # noqa: PLC0415 - only here

    return _listen(SimpleNamespace(bind="127.0.0.1", port=port))


if __name__ == "__main__":
    main(sys.argv[1])
