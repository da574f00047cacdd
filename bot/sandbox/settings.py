"""How a sandbox is set up: addresses, tokens, and the app as its manifest would describe it to Slack."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Mode = Literal["socket", "http"]

EVENT_SCOPES: Mapping[str, str | None] = {
    "app_home_opened": None,
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "team_join": "users:read",
    "user_change": "users:read",
}
"""Every event that the sandbox can send, as a manifest names it, and the scope that it takes. A bot gets those that its
manifest subscribes to, where the scope is granted."""
USUAL_EVENTS = frozenset(name for name in EVENT_SCOPES if not name.startswith("message."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    """A shortcut of the manifest: started from anywhere, or on a message."""

    name: str
    type: str
    """`global` or `message`, as the manifest says it."""
    callback_id: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """One sandbox. Tokens are made by whoever starts it; `repr` shows none of them."""

    page_token: str = field(repr=False)
    control_token: str = field(repr=False)
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    mode: Mode
    scopes: frozenset[str]
    """The bot scopes of the manifest."""
    host: str = "127.0.0.1"
    port: int = 0
    """0 means any free port."""
    request_url: str | None = None
    """The bot's `/slack/events`; needed in HTTP mode."""
    slash_commands: tuple[str, ...] = ("/cred",)
    shortcuts: tuple[Shortcut, ...] = ()
    events: frozenset[str] = USUAL_EVENTS
    """The bot events of the manifest."""
    state_file: Path | None = None
    """Where messages and channels stay between two starts; never a modal, never an ephemeral."""
    hint: tuple[str, str] = (
        "Type `/cred add` as Maya to ask for a credential.",
        "Then switch to Ana or Ben: whoever approves has a dot.",
    )
    ack_seconds: float = 3.0
    trigger_seconds: float = 3.0
    """How long a trigger lives after the click that it came with."""
    retry_seconds: tuple[float, ...] = (0.0, 60.0, 300.0)
    """The waits before the three retries of an unacknowledged event."""

    def sends(self, event: str) -> bool:
        """Whether the bot is told of an event: it subscribes to it, and has the scope for it."""
        return event in self.events and EVENT_SCOPES[event] in {None, *self.scopes}
