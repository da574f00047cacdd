"""A strict local Slack: Slack's side of the wire, for people who try Cred and for the tests.

It imports nothing of the bot: whatever it knows of the bot, it learned over HTTP and WebSocket.
"""

from bot.sandbox.server import Sandbox
from bot.sandbox.settings import SandboxSettings, Shortcut

__all__ = ["Sandbox", "SandboxSettings", "Shortcut"]
