"""A sandbox that listens, a clock that stands still, and the bot's side of the Web API."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from bot.sandbox import Sandbox
from tests.support.sandbox import Workspace, settings


@dataclass
class Clock:
    """Seconds since the epoch, moved by hand."""

    now: float = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Api:
    """The Web API as a bot calls it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        token = {"Authorization": f"Bearer {sandbox.settings.bot_token}"}
        self.http = httpx.Client(base_url=sandbox.url, headers=token, trust_env=False, timeout=60)

    def __call__(self, method: str, **args: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.http.post(f"/api/{method}", json=args).json()
        return answer

    def trigger(self, person: str = "U0MAYA000", view_id: str | None = None) -> str:
        """The trigger of a click that just happened."""
        return self.sandbox.site.tickets.trigger(person, self.sandbox.site.clock(), view_id)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sandbox(clock):
    running = Sandbox(settings(), clock)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def api(sandbox):
    found = Api(sandbox)
    yield found
    found.http.close()


@pytest.fixture
def workspace(sandbox):
    with Workspace(sandbox) as found:
        yield found
