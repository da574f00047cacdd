"""What only tests may do in the sandbox: change people, read everything, break things, send what nobody clicked."""

from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Control:
    """What only tests may do."""

    http: httpx.Client

    def _get(self, path: str, key: str, **query: str) -> list[Json]:
        found: list[Json] = self.http.get(f"/control/{path}", params=query).json()[key]
        return found

    def _post(self, path: str, **body: Any) -> Json:
        answer = self.http.post(f"/control/{path}", json=body)
        assert answer.is_success, answer.text
        found: Json = answer.json()
        return found

    def messages(self, channel: str | None = None) -> list[Json]:
        """Everything that was said."""
        return self._get("messages", "messages", **({"channel": channel} if channel else {}))

    def requests(self, method: str | None = None) -> list[Json]:
        """The bot's calls."""
        return [each for each in self._get("requests", "requests") if method in {None, each["method"]}]

    def deliveries(self, kind: str | None = None) -> list[Json]:
        """The payloads that went to the bot."""
        return [each for each in self._get("deliveries", "deliveries") if kind in {None, each["kind"]}]

    def violations(self) -> list[Json]:
        """Slack's rules that the bot broke."""
        return self._get("violations", "violations")

    def write(self, channel: str, ts: str = "", **message: Any) -> str:
        """Anybody's message, as no page could write it, or the new words of one. Its timestamp."""
        return str(self._post("messages", channel=channel, ts=ts, **message)["ts"])

    def delete(self, channel: str, ts: str) -> None:
        """Whoever wrote a message deletes it."""
        answer = self.http.request("DELETE", "/control/messages", json={"channel": channel, "ts": ts})
        assert answer.is_success, answer.text

    def replay(self, delivery: str) -> Json:
        """The same bytes again."""
        return self._post("replay", delivery=delivery)

    def payload(self, kind: str, payload: Json) -> Json:
        """Any payload, signed."""
        return self._post("payload", kind=kind, payload=payload)

    def add_person(self, person: str, name: str, **more: Any) -> None:
        """Somebody new."""
        self._post("people", id=person, name=name, **more)

    def change_person(self, person: str, **changes: Any) -> None:
        """Somebody changes: `deleted=True`, `present=False`, `silent=True`, …"""
        self._post(f"people/{person}", **changes)

    def set_group(self, group: str, users: list[str], **more: Any) -> None:
        """Who is in a user group."""
        self._post(f"usergroups/{group}", users=users, **more)

    def set_channel(self, channel: str, name: str, members: list[str], **more: Any) -> None:
        """A channel, new or changed."""
        self._post("channels", id=channel, name=name, members=members, **more)

    def fail(self, kind: str, **more: Any) -> None:
        """Order a fault: `fail("rate_limited", method="chat.postMessage", retry_after=1, times=2)`."""
        self._post("faults", kind=kind, **more)

    def heal(self) -> None:
        """No more faults."""
        self.http.delete("/control/faults")

    def bend(self, **how: Any) -> None:
        """The next delivery comes twice, or late."""
        self._post("deliver", **how)

    def drop_socket(self, how: str = "close", *, one: bool = False) -> None:
        """Lose the WebSockets, or one of them."""
        self._post("socket/drop", how=how, one=one)
