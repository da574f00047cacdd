"""The app's manifest for Slack's *Create an app from a manifest*: what the program uses, and nothing else.

This is the source; `manifest.yml` is its output, and a test holds the two together.
"""

from typing import Any

from bot.slack.ids import COMMAND, Shortcut
from bot.slack.wire.http import PATH

SCOPES: dict[str, tuple[str, ...]] = {
    "channels:read": ("conversations.info",),
    "chat:write": ("chat.postMessage", "chat.update"),
    "commands": (),
    "groups:read": ("conversations.info",),
    "im:write": ("conversations.open",),
    "usergroups:read": ("usergroups.users.list",),
    "users:read": ("users.info", "users.list"),
}
"""Each scope and the methods that it is for, after Slack's reference of each method.
`commands` is for the command and the shortcuts."""

HISTORY_SCOPES: dict[str, tuple[str, ...]] = {
    "channels:history": ("conversations.history",),
    "groups:history": ("conversations.history",),
    "im:history": ("conversations.history",),
}
"""Asked for only where somebody wants it: with them, a message whose answer was lost is looked up instead of repeated.
They let the bot read all that is said in the channels that it is in."""

WATCH_SCOPES: dict[str, str] = {"channels:history": "message.channels", "groups:history": "message.groups"}
"""Each scope and the event that it is for. Asked for only where channels are to be watched for secrets: Slack then
tells the bot of all that is said in the channels that it is in."""

WITHOUT_SCOPE = ("apps.connections.open", "auth.test", "views.open", "views.publish", "views.update")
"""Methods that need none of the bot's scopes; the first needs the app token's `connections:write`."""

EVENTS = ("app_home_opened", "subteam_members_changed", "subteam_updated", "user_change")
"""What the program listens to; their scopes are `users:read` and `usergroups:read`."""

SHORTCUTS = (
    {
        "name": "Add a credential",
        "type": "global",
        "callback_id": Shortcut.ADD.value,
        "description": "Ask for an API credential",
    },
    {
        "name": "Revoke this credential",
        "type": "message",
        "callback_id": Shortcut.LEAKED.value,
        "description": "Tell of a secret that this message shows",
    },
)
"""What can be started without a command: from anywhere, and on a message."""

_HEADER = "# The Slack app of Cred. Made by `cred manifest`; to change it, change bot/slack/manifest.py.\n"


def manifest(http_url: str | None = None, *, history: bool = False, watch: bool = False) -> dict[str, Any]:
    """The manifest for Socket Mode, or for HTTP mode at a public address such as `https://cred.example.org`.

    `history`: with the scopes that let the bot look for a message after a lost answer. `watch`: with the scopes and
    events that let it look for secrets in its channels.
    """
    scopes = {*SCOPES, *(HISTORY_SCOPES if history else ()), *(WATCH_SCOPES if watch else ())}
    events = [*EVENTS, *(WATCH_SCOPES.values() if watch else ())]
    address = None if http_url is None else http_url.rstrip("/") + PATH
    requests = {} if address is None else {"request_url": address}
    return {
        "display_information": {
            "name": "Cred",
            "description": "API credentials: asked for, approved, handed over once",
            "background_color": "#14532d",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Cred", "always_online": True},
            "shortcuts": [dict(each) for each in SHORTCUTS],
            "slash_commands": [
                {
                    "command": COMMAND,
                    "description": "Ask for, find and look after API credentials",
                    "usage_hint": "add | list | show NAME | rotate NAME | pending | help",
                    "should_escape": True,
                    **({} if address is None else {"url": address}),
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(scopes)}},
        "settings": {
            "event_subscriptions": {"bot_events": sorted(events), **requests},
            "interactivity": {"is_enabled": True, **requests},
            "org_deploy_enabled": False,
            "socket_mode_enabled": address is None,
            "token_rotation_enabled": False,
        },
    }


def to_yaml(http_url: str | None = None, *, history: bool = False, watch: bool = False) -> str:
    """The manifest as a file."""
    import yaml  # noqa: PLC0415 - who starts the program does not wait for it

    made = manifest(http_url, history=history, watch=watch)
    return _HEADER + yaml.safe_dump(made, sort_keys=False, allow_unicode=True)
