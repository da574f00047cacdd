"""A small Bolt app that uses everything the sandbox has: for the sandbox's tests, and for work on its page.

`python -m tests.support.demo_bot` serves it on a sandbox and prints the page's address.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient

from bot.sandbox import Sandbox, SandboxSettings
from tests.support.sandbox import eventually, settings

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def card() -> list[Json]:
    fields = ["*Requester*\n<@U0MAYA000>", "*Role*\nRead-Only"]
    confirm = {
        "title": plain("Approve?"),
        "text": plain("It counts at once."),
        "confirm": plain("Approve"),
        "deny": plain("Not yet"),
    }
    more = {"type": "overflow", "action_id": "more", "options": [{"text": plain("Details"), "value": "details"}]}
    return [
        {"type": "header", "text": plain("Somebody asks for a credential")},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": each} for each in fields]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "0 of 1"}]},
        {
            "type": "actions",
            "elements": [
                button("approve", "Approve", style="primary", value="r1", confirm=confirm),
                button("deny", "Deny", style="danger", value="r1"),
                more,
            ],
        },
    ]


def form() -> Json:
    name = {"type": "plain_text_input", "action_id": "name", "min_length": 3, "max_length": 20}
    roles = [{"text": plain(each), "value": each} for each in ("Read-Only", "Super Admin")]
    role = {"type": "radio_buttons", "action_id": "role", "options": roles, "initial_option": roles[0]}
    owner = {"type": "users_select", "action_id": "owner"}
    until = {"type": "datepicker", "action_id": "until"}
    return {
        "type": "modal",
        "callback_id": "add",
        "title": plain("Add a credential"),
        "submit": plain("Ask"),
        "close": plain("Cancel"),
        "notify_on_close": True,
        "blocks": [
            {"type": "input", "block_id": "name", "label": plain("Name"), "element": name},
            {"type": "input", "block_id": "role", "label": plain("Role"), "element": role, "dispatch_action": True},
            {"type": "input", "block_id": "owner", "label": plain("Owner"), "element": owner, "optional": True},
            {"type": "input", "block_id": "until", "label": plain("Until"), "element": until, "optional": True},
        ],
    }


def quiet() -> logging.Logger:
    """A logger that says nothing: the tests look at what the sandbox saw."""
    logger = logging.getLogger("demo-bot")
    logger.setLevel(logging.CRITICAL)
    return logger


def build(base_url: str, settings: SandboxSettings) -> App:
    """The app, on the sandbox at that address."""
    client = WebClient(token=settings.bot_token, base_url=f"{base_url}/api/", retry_handlers=[])
    secret = settings.signing_secret
    app = App(client=client, signing_secret=secret, process_before_response=True, logger=quiet())
    app.command("/cred")(_command)
    app.action("approve")(_approve)
    app.action("deny")(_deny)
    app.action("more")(_more)
    app.action("role")(_role_changed)
    app.action("stored")(_stored)
    app.action("reveal")(_reveal)
    app.view("add")(_submitted)
    app.view_closed("add")(lambda ack: ack())
    app.event("app_home_opened")(_home)
    app.event("user_change")(lambda: None)
    return app


def _command(ack: Any, command: Json, client: WebClient) -> None:
    if command["text"] == "add":
        ack()
        client.views_open(trigger_id=command["trigger_id"], view=form())
    else:
        ack(f"You typed: {command['text']}")


def _role_changed(ack: Any, body: Json, client: WebClient) -> None:
    ack()
    view = form()
    picked = body["actions"][0]["selected_option"]["value"]
    view["blocks"].append({"type": "context", "block_id": "who", "elements": [plain(f"For {picked}: two people")]})
    client.views_update(view_id=body["view"]["id"], hash=body["view"]["hash"], view=view)


def _submitted(ack: Any, view: Json, body: Json, client: WebClient) -> None:
    name = view["state"]["values"]["name"]["name"]["value"]
    if name == "taken":
        ack(response_action="errors", errors={"name": "This name is taken."})
        return
    ack()
    client.chat_postMessage(channel="C0APPROVE", text=f"{body['user']['id']} asks for {name}", blocks=card())
    dm = client.conversations_open(users=body["user"]["id"])["channel"]["id"]
    actions = {"type": "actions", "elements": [button("reveal", "Reveal")]}
    client.chat_postMessage(channel=dm, text="Approved: reveal it", blocks=[actions])


def _approve(ack: Any, body: Json, client: WebClient) -> None:
    ack()
    client.chat_update(
        channel=body["channel"]["id"],
        ts=body["message"]["ts"],
        text="Approved",
        blocks=[{"type": "section", "text": plain(f"Approved by {body['user']['id']} of {body['user']['team_id']}")}],
    )


def _deny(ack: Any, body: Json, client: WebClient) -> None:
    ack()
    client.chat_postEphemeral(channel=body["channel"]["id"], user=body["user"]["id"], text="Why not?")


def _more(ack: Any, body: Json, respond: Any) -> None:
    ack()
    respond(text=body["actions"][0]["selected_option"]["value"], replace_original=False, response_type="ephemeral")


def _reveal(ack: Any, respond: Any) -> None:
    ack()
    blocks = [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "crd_made_up"}]}],
        },
        {"type": "actions", "elements": [button("stored", "I stored it", style="primary")]},
    ]
    respond(text="Your credential", blocks=blocks, replace_original=False, response_type="ephemeral")


def _stored(ack: Any, respond: Any) -> None:
    ack()
    respond(delete_original=True)


def _home(event: Json, client: WebClient) -> None:
    text = {"type": "mrkdwn", "text": "*Needs you*\nNothing."}
    client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "section", "text": text}]})


@contextmanager
def over_socket(sandbox: Sandbox) -> Iterator[App]:
    """The demo bot, connected by Socket Mode."""
    app = build(sandbox.url, sandbox.settings)
    web = WebClient(token=sandbox.settings.app_token, base_url=f"{sandbox.url}/api/", retry_handlers=[])
    token = sandbox.settings.app_token
    handler = SocketModeHandler(app, token, web_client=web, logger=app.logger)
    handler.connect()
    try:
        yield app
    finally:
        # The client's own close waits out its receive time-out of 3 s, and fails if it meets the other side's; so the
        # other side closes first.
        handler.client.auto_reconnect_enabled = handler.client.default_auto_reconnect_enabled = False
        control = {"X-Control-Token": sandbox.settings.control_token}
        address = f"{sandbox.url}/control/socket/drop"
        httpx.post(address, json={"how": "close"}, headers=control, trust_env=False, timeout=60)
        eventually(lambda: not handler.client.is_connected())
        handler.client.close()


class HttpDoor:
    """The bot's `/slack/events`: an HTTP server that exists before the sandbox does, and hears its app later."""

    def __init__(self) -> None:
        door = self
        self.app: App | None = None

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                headers = {key: [value] for key, value in self.headers.items()}
                assert door.app is not None
                answer = door.app.dispatch(BoltRequest(body=body, headers=headers))
                self.send_response(answer.status)
                for name, value in answer.first_headers_without_set_cookie().items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write((answer.body or "").encode())

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/slack/events"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def main() -> None:
    """A sandbox with the demo bot, until Ctrl-C."""
    sandbox = Sandbox(settings(port=8137))
    sandbox.start()
    with over_socket(sandbox):
        sandbox.log("The demo bot is connected.")
        print(sandbox.page_url)  # noqa: T201 - the one thing that the person needs
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sandbox.stop()


if __name__ == "__main__":
    main()
