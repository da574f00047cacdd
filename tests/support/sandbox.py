"""A person in the sandbox, and the tests' own powers over it: what scenario tests are written in.

with a_sandbox(mode="socket") as sandbox:
    maya = Workspace(sandbox).as_person("U0MAYA000")
    maya.command("/cred add")
    maya.submit({"name": {"value": "billing"}})
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from bot.sandbox import Sandbox, SandboxSettings
from bot.sandbox.blockkit.blocks import elements_of
from tests.support.control import Control

Found = TypeVar("Found")
Json = dict[str, Any]

PATIENCE = 60.0
"""Seconds for what must come about, on a machine many times slower than this. What goes well waits for none of it."""

SCOPES = frozenset(
    {
        "commands",
        "chat:write",
        "users:read",
        "usergroups:read",
        "im:write",
        "channels:read",
        "groups:read",
        "im:read",
        "channels:history",
    }
)

_SLACK_WAITS = 30.0
"""Seconds for an acknowledgement and for a form, and not three: `make bench` measures them, on a quiet machine."""
SETTINGS = SandboxSettings(
    page_token="page-token",
    control_token="control-token",
    bot_token="xoxb-sandbox",
    app_token="xapp-sandbox",
    signing_secret="signing-secret",
    mode="socket",
    scopes=SCOPES,
    retry_seconds=(0.0, 0.0, 0.0),
    ack_seconds=_SLACK_WAITS,
    trigger_seconds=_SLACK_WAITS,
)


def settings(**changes: Any) -> SandboxSettings:
    """A sandbox's settings, with what this test needs differently."""
    return replace(SETTINGS, **changes)


@contextmanager
def a_sandbox(**changes: Any) -> Iterator[Sandbox]:
    """A running sandbox."""
    sandbox = Sandbox(settings(**changes))
    sandbox.start()
    try:
        yield sandbox
    finally:
        sandbox.stop()


def eventually(find: Callable[[], Found], what: str = "the condition", seconds: float = PATIENCE) -> Found:
    """Wait until `find` gives something true (or stops raising `AssertionError`), no longer than `seconds`.

    It looks again and again, but leaves most of the time to those whom it waits for.
    """
    end = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        reason: AssertionError | None = None
        try:
            found = find()
        except AssertionError as error:
            reason = error
        else:
            if found:
                return found
        now = time.monotonic()
        if now > end:
            raise AssertionError(f"{what} did not come about within {seconds} s") from reason
        time.sleep(min(max(0.02, 2 * (now - began)), 0.5))


class ActRefusedError(Exception):
    """The sandbox, or Slack's stand-in in it, refused an act. The sentence is what the person saw."""


def element(blocks: list[Json], action_id: str) -> tuple[Json, Json]:
    """The block and the element with that action id. Raises `AssertionError` where there is none."""
    found = [(block, each) for block in blocks for each in elements_of(block) if each["action_id"] == action_id]
    assert found, f"no element {action_id!r} in {[each['action_id'] for b in blocks for each in elements_of(b)]}"
    return found[0][0], dict(found[0][1])


def words(thing: Any) -> str:
    """Every text in a message or a view, for asserting on what a person reads."""
    if isinstance(thing, dict):
        own = [thing["text"]] if isinstance(thing.get("text"), str) else []
        rest = [words(value) for key, value in thing.items() if not (key == "text" and isinstance(value, str))]
        return "\n".join(part for part in [*own, *rest] if part)
    if isinstance(thing, list):
        return "\n".join(part for part in map(words, thing) if part)
    return ""


class Workspace:
    """The sandbox over HTTP, with the control token."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        headers = {"X-Control-Token": sandbox.settings.control_token}
        self.http = httpx.Client(base_url=sandbox.url, headers=headers, timeout=2 * PATIENCE, trust_env=False)
        self.control = Control(self.http)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.http.close()

    def as_person(self, person: str) -> "Person":
        """Act and see as that person."""
        return Person(http=self.http, id=person)

    def connected(self) -> bool:
        """Whether the bot is there."""
        return bool(self.http.get("/page/api/workspace").json()["bot_connected"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of the people."""

    http: httpx.Client
    id: str

    @property
    def dm(self) -> str:
        """This person's DM with the bot."""
        return f"D{self.id[1:]}"

    def _get(self, path: str, **query: str) -> Json:
        answer = self.http.get(f"/page/api/{path}", params={"as": self.id, **query})
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found

    def _post(self, path: str, **body: Any) -> Json:
        answer: Json = self.http.post(f"/page/api/{path}", json={"as": self.id, **body}).json()
        if not answer["ok"] and "errors" not in answer:
            raise ActRefusedError(answer["error"])
        return answer

    def command(self, text: str, channel: str | None = None, *, wait: bool = True) -> None:
        """Type a slash command, in the DM with the bot unless a channel is named. Raises `ActRefusedError`."""
        self._post("command", channel=channel or self.dm, text=text, wait=wait)

    def say(self, text: str, channel: str | None = None) -> None:
        """A plain message."""
        self._post("message", channel=channel or self.dm, text=text)

    def start(self, callback_id: str, message: Json | None = None, *, wait: bool = True) -> None:
        """Start a shortcut, from anywhere or on a message."""
        where = {} if message is None else {"channel": message["channel"], "ts": message["ts"]}
        self._post("shortcut", callback_id=callback_id, wait=wait, **where)

    def messages(self, channel: str | None = None) -> list[Json]:
        """What this person sees there, oldest first, ephemerals too."""
        found: list[Json] = self._get("messages", channel=channel or self.dm)["messages"]
        return [{**message, "channel": channel or self.dm} for message in found]

    def ephemerals(self, channel: str | None = None) -> list[Json]:
        """What only this person sees."""
        return [message for message in self.messages(channel) if message["ephemeral"]]

    def reload(self) -> None:
        """Reload Slack: ephemerals are gone."""
        self.http.delete("/page/api/ephemerals", params={"as": self.id})

    def view(self) -> Json | None:
        """The modal on top."""
        found: Json | None = self._get("view")["view"]
        return found

    def home(self) -> list[Json] | None:
        """The Home tab; looking at it tells the bot."""
        found: list[Json] | None = self._get("home")["blocks"]
        return found

    def submit(self, state: Json | None = None) -> dict[str, str]:
        """Send the modal on top, with what is typed. Errors by block id; none if it was taken."""
        view = self.view()
        assert view is not None, "no modal is open"
        errors: dict[str, str] = self._post("submit", view_id=view["id"], state=state or {}).get("errors", {})
        return errors

    def close(self) -> None:
        """Close the modal on top."""
        view = self.view()
        assert view is not None, "no modal is open"
        self._post("close", view_id=view["id"])

    def press(self, message: Json, action_id: str, value: Any = None, *, wait: bool = True) -> None:
        """Press or change something on a message."""
        block, _ = element(message["blocks"], action_id)
        where = {"kind": "message", "channel": message["channel"], "ts": message["ts"]}
        self._touch(where, block, action_id, value, wait=wait)

    def change(self, action_id: str, value: Any = None, state: Json | None = None) -> None:
        """Press or change something in the modal on top, with what stands in its fields."""
        view = self.view()
        assert view is not None, "no modal is open"
        block, _ = element(view["blocks"], action_id)
        self._touch({"kind": "view", "view_id": view["id"]}, block, action_id, value, state=state)

    def press_home(self, action_id: str, value: Any = None) -> None:
        """Press something on the Home tab."""
        block, _ = element(self.home() or [], action_id)
        self._touch({"kind": "home"}, block, action_id, value)

    def _touch(self, where: Json, block: Json, action_id: str, value: Any, **more: Any) -> None:
        body = {"where": where, "block_id": block["block_id"], "action_id": action_id, "value": value}
        kept = {key: each for key, each in more.items() if each is not None}
        self._post("action", **body, **kept)
