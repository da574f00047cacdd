"""The sandbox's refusals: one root, each with Slack's own code."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.blockkit.schema import Complaint


class SandboxError(Exception):
    """Something that the sandbox will not do. `code` is Slack's word for it."""

    def __init__(self, code: str, sentence: str = "") -> None:
        super().__init__(sentence or code)
        self.code = code


class ApiError(SandboxError):
    """The Web API says no to the bot: an answer `{"ok": false, "error": code}`."""

    def __init__(self, code: str, complaints: Sequence[Complaint] = (), **extra: Any) -> None:
        super().__init__(code)
        self.complaints = tuple(complaints)
        self.extra: Mapping[str, Any] = extra

    def answer(self) -> dict[str, Any]:
        """The JSON that Slack answers."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.complaints:
            body["errors"] = [str(each) for each in self.complaints]
            body["response_metadata"] = {"messages": [f"[ERROR] {each}" for each in self.complaints]}
        return body


class PersonError(SandboxError):
    """A person cannot do this; the sentence says why, as Slack would."""
