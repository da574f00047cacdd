"""A SIEM behind an HTTP address: JSON lines, POSTed. Any 2xx means that it has them, and nothing else does."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

import httpx

from bot.config import SiemSettings
from bot.ports.siem import NotTaken, Taken

_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)


class HttpSiem:
    """`bot.ports.siem.Siem`. Redirects are not followed: the token goes to the address that was set, or nowhere."""

    def __init__(self, settings: SiemSettings, client: httpx.Client | None = None) -> None:
        self._settings: Final = settings
        self._client: Final = client or httpx.Client(timeout=_TIMEOUT, follow_redirects=False)

    def send(self, events: Sequence[Mapping[str, Any]]) -> Taken | NotTaken:
        """One request with all of them."""
        lines = "".join(f"{json.dumps(event, separators=(',', ':'))}\n" for event in events)
        headers = {"Content-Type": "application/x-ndjson"}
        if self._settings.token is not None:
            headers["Authorization"] = self._settings.token.disclose()
        try:
            answer = self._client.post(self._settings.url, content=lines.encode(), headers=headers)
        except httpx.HTTPError as error:
            return NotTaken(f"it could not be reached ({type(error).__name__})")
        if answer.is_success:
            return Taken()
        return NotTaken(f"it answered {answer.status_code}", _wait(answer.headers.get("Retry-After", "")))

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()


def _wait(said: str) -> timedelta | None:
    """Seconds; a date is as good as nothing said."""
    return timedelta(seconds=int(said)) if said.isascii() and said.isdigit() and len(said) < len("1000000") else None
