"""The HTTP face: access tokens, the keys that check them, health; and the door for what Slack sends."""

from bot.web.app import Parts, create
from bot.web.signing import Ed25519Signer

__all__ = ["Ed25519Signer", "Parts", "create"]
