"""`SLACK_API_URL` at another implementation of Slack's API: a dozen methods, nothing of the sandbox's, and more in each
answer than anybody reads. Whatever else is asked of it is written down, and fails the test.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs

import pytest

from bot.domain.ids import ChannelId
from bot.domain.request import State
from bot.ports import Sent
from bot.slack.ids import Action, RequestMark
from bot.slack.notifier import SlackNotifier
from bot.slack.wire.directory import SlackDirectory
from tests.slack import lounge as lounges
from tests.support import people

API, ANSWERS = "/somewhere/else/api/", "/somewhere/else/response/"
MORE = {"warning": "x", "response_metadata": {"warnings": []}, "added_in_2031": {"deep": [None, {"er": 1.5}]}}
BOT = {"user_id": "U0CRED", "bot_id": "B0CRED", "user": "cred", "url": "https://elsewhere.example/"}


class Elsewhere(ThreadingHTTPServer):
    """The other implementation. `always` is what a lounge would set, and nobody here looks at it."""

    daemon_threads = True
    always: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.strange: list[str] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}{API}"

    def of(self, method: str) -> list[dict[str, Any]]:
        return [args for name, args in list(self.calls) if name == method]

    def answer(self, method: str, args: dict[str, Any]) -> dict[str, Any] | None:
        """What Slack's documentation shows for it, and no more methods than this bot needs."""
        user = {"id": args.get("user"), "team_id": people.HOME, "name": "x", "profile": {}, "color": "9f69e7"}
        channel = {"id": args.get("channel"), "is_ext_shared": False, "properties": {"added": 2031}}
        return {
            "auth.test": {"team_id": people.HOME, "team": "Elsewhere", **BOT},
            "users.info": {"user": user},
            "usergroups.users.list": {"users": [people.ANA, people.BEN]},
            "views.open": {"view": {"id": "V1", "hash": "1"}},
            "views.update": {"view": {"id": "V1", "hash": "2"}},
            "views.publish": {"view": {"id": "V2", "hash": "1"}},
            "conversations.open": {"channel": {"id": f"D{args.get('users')}"}, "no_op": True},
            "conversations.info": {"channel": channel},
            "chat.postMessage": {"channel": args.get("channel"), "ts": "1.000100", "message": {"text": "x"}},
            "chat.update": {"channel": args.get("channel"), "ts": args.get("ts"), "text": "x"},
        }.get(method)


class _Handler(BaseHTTPRequestHandler):
    server: Elsewhere

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if self.headers.get_content_type() == "application/json":
            args = json.loads(raw or "{}")
        else:
            args = {name: values[0] for name, values in parse_qs(raw).items()}
        method = self.path.removeprefix(API)
        answer = {} if self.path.startswith(ANSWERS) else self.server.answer(method, args)
        if answer is None:
            self.server.strange.append(self.path)
        self.server.calls.append((method, args))
        self._say({"ok": False, "error": "unknown_method"} if answer is None else {"ok": True, **MORE, **answer})

    def _say(self, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    server = Elsewhere()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    assert server.strange == []
    server.shutdown()
    server.server_close()


@pytest.fixture
def lounge(house, elsewhere):
    made = lounges.furnish(house, elsewhere)
    yield made
    made.face.background.stop()
    made.face.replies.close()


def test_a_credential_is_asked_for_approved_and_revealed_there(lounge, elsewhere):
    lounge.type("add")
    assert lounge.send(lounge.opened(), people.MAYA, name="payroll", reason="Because")["response_action"] == "update"
    with lounge.house.store.read() as reader:
        (request,) = reader.requests.in_state([State.PENDING], limit=2)
    for action, user, channel in ((Action.APPROVE, people.ANA, "C0RETAIL"), (Action.REVEAL, people.MAYA, "D0MAYA")):
        lounge.press(action, RequestMark.of(request).pack(), user, channel=channel)
        lounge.settle()
    assert lounge.now(request).state is State.FULFILLED
    shown = [body for path, body in elsewhere.calls if path.startswith(ANSWERS) and "crd_" in json.dumps(body)]
    assert len(shown) == 1


def test_cards_go_out_and_people_and_home_are_read_there(lounge, elsewhere):
    lounge.house.opened()
    known = lounge.face.known
    notifier = SlackNotifier(lounge.face.client, known.policy, known.roster)
    with lounge.house.store.read() as reader:
        for notice in lounge.house.waiting():
            assert isinstance(notifier.send(notice, reader.requests.get(notice.request), None), Sent)
    assert any(args["channel"] == ChannelId("C0RETAIL") for args in elsewhere.of("chat.postMessage"))
    copy = lounges._NoCopy()
    SlackDirectory(lounge.face.client, copy, lounge.house.clock).refresh(
        frozenset({people.ANA}), frozenset({people.APPROVERS})
    )
    assert people.ANA in {getattr(each, "user", None) for each in copy.saved}
    lounge.happens({"type": "app_home_opened", "user": people.ANA, "tab": "home"})
    lounge.settle()
    assert elsewhere.of("views.publish")
