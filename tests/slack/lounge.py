"""The whole face over the real use cases: payloads go in as Slack sends them, a double of Slack hears the answers."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from slack_bolt import App, BoltResponse

from bot.domain.request import Request, State
from bot.slack.app import build_app
from bot.slack.background import Background
from bot.slack.face import Face
from bot.slack.ids import COMMAND, Action, RequestMark, Shortcut
from bot.slack.reply import Replies
from bot.slack.wire.directory import SlackDirectory
from bot.slack.wire.door import Door
from bot.slack.wire.web_api import web_client
from tests.slack.double import Double
from tests.slack.filled import filled
from tests.support import people
from tests.support.house import House

SIGNING_SECRET = "made-up-signing-secret"


@dataclass
class Lounge:
    """Where a test acts as one person after another."""

    house: House
    slack: Double
    face: Face
    app: App
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def type(self, text: str, user=people.MAYA, *, team=people.HOME) -> dict[str, Any]:
        """Type `/cred …`; the answer that stands in the acknowledgement."""
        payload = {
            "command": COMMAND,
            "text": text,
            "user_id": user,
            "team_id": team,
            "channel_id": "C0GENERAL",
            "trigger_id": "1.2.abc",
            "response_url": self.url(),
        }
        return self._answer(payload)

    def press(self, action: Action, value: str, user, *, channel="C0RETAIL", team=people.HOME, **more) -> BoltResponse:
        """Press a button, in a channel, in a DM or in an ephemeral answer."""
        chosen = {"selected_option": {"value": value}} if action in (Action.MORE, Action.ANSWER) else {"value": value}
        payload = {
            "type": "block_actions",
            "user": {"id": user, "team_id": team},
            "team": {"id": people.HOME},
            "trigger_id": "1.2.abc",
            "container": {"type": "message", "is_ephemeral": False},
            "channel": {"id": channel},
            "response_url": self.url(),
            "actions": [{"type": "button", "action_id": action.value, "block_id": "b", **chosen}],
            **more,
        }
        return self.dispatch(payload)

    def send(self, view: dict[str, Any], user, *, team=people.HOME, **typed) -> dict[str, Any]:
        """Fill a form and send it; the answer."""
        payload = {
            "type": "view_submission",
            "user": {"id": user, "team_id": team},
            "team": {"id": people.HOME},
            "view": {**filled(view, typed), "id": typed.pop("view_id", f"V0{next(self.numbers)}")},
        }
        return self._answer(payload)

    def start(self, shortcut: Shortcut, user, *, team=people.HOME, **message) -> None:
        """Start a shortcut; `message`: that it is started on."""
        payload = {
            "type": "message_action" if message else "shortcut",
            "callback_id": shortcut.value,
            "user": {"id": user, "team_id": team},
            "team": {"id": people.HOME},
            "trigger_id": "1.2.abc",
            **({"message": message, "channel": {"id": "C0GENERAL"}, "response_url": self.url()} if message else {}),
        }
        assert self.dispatch(payload).status == 200

    def happens(self, event: dict[str, Any], event_id: str = "") -> None:
        """An event of Slack's."""
        payload = {
            "type": "event_callback",
            "team_id": people.HOME,
            "event_id": event_id or f"Ev0{next(self.numbers)}",
            "event": event,
        }
        assert self.dispatch(payload).status == 200

    def dispatch(self, payload: dict[str, Any]) -> BoltResponse:
        """One payload, as Socket Mode brings it."""
        return Door(self.app).take(payload)

    def settle(self) -> None:
        """Wait for what goes on after the answers."""
        assert self.face.background.drain(60)

    def url(self) -> str:
        return f"{self.slack.url.removesuffix('api/')}response/{next(self.numbers)}"

    def replies(self) -> list[dict[str, Any]]:
        """What was sent to the URLs of clicks and commands."""
        self.settle()
        return [body for path, body in self.slack.calls if path.startswith("response/")]

    def told(self) -> str:
        """The text of the newest of them."""
        return str(self.replies()[-1]["text"])

    def opened(self) -> dict[str, Any]:
        """The view that was opened last."""
        self.settle()
        return dict(self.slack.of("views.open")[-1]["view"])

    def now(self, request: Request) -> Request:
        """The request as it is now."""
        with self.house.world.store.read() as reader:
            found = reader.requests.get(request.id)
        assert found is not None
        return found

    def _answer(self, payload: dict[str, Any]) -> dict[str, Any]:
        response = self.dispatch(payload)
        assert response.status == 200
        return json.loads(response.body) if response.body else {}


def furnish(house: House, slack: Double) -> Lounge:
    """A lounge for a house."""
    client = web_client("xoxb-made-up", slack.url)
    slack.always["auth.test"] = lambda _args: {
        "team_id": people.HOME,
        "user_id": "U0CRED",
        "bot_id": "B0CRED",
        "user": "cred",
        "team": "Harbour",
        "url": "https://harbour.example/",
    }
    face = Face(
        world=house.world,
        client=client,
        replies=Replies(slack.url),
        background=Background(threads=4),
        public_url="https://cred.example",
        version="0.1.0",
    )
    directory = SlackDirectory(client, _NoCopy(), house.clock)
    return Lounge(house, slack, face, build_app(face, directory))


class _NoCopy:
    """The house has a directory of its own; what events would write is kept for the test to look at."""

    def __init__(self) -> None:
        self.saved: list[Any] = []

    def member(self, _user):
        return None

    def group(self, _group):
        return frozenset()

    def save_members(self, members, _at):
        self.saved += members

    def save_group(self, group, users):
        self.saved.append((group, users))


def mark(request: Request) -> str:
    """What the buttons of its card carry."""
    return RequestMark.of(request).pack()


def all_requests(lounge: Lounge) -> list[Request]:
    """In whatever state."""
    with lounge.house.world.store.read() as reader:
        return reader.requests.in_state(list(State), limit=50)


def turns(message):
    """The buttons of a list that lead to the pages beside it."""
    """The buttons to other pages."""
    return [element for block in message["blocks"] if block["type"] == "actions" for element in block["elements"]]
