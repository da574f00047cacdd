"""Channels that are watched for secrets: each message that Slack tells of is looked through, where the policy says so.

It is an opt-in twice over: `leaks.watch_channels` in the policy, and the scopes of `cred manifest --watch-channels`.
What holds nothing of the form of a secret is gone at once. Of what does, the secrets are looked up before Slack is
answered: an answer that nobody got makes Slack tell again, and telling twice has one effect.
"""

from collections.abc import Iterator
from typing import Any

from bot.domain import secret_format
from bot.domain.ids import ChannelId
from bot.service import leaks
from bot.slack.face import Face, Payload

EVENT = "message"
"""What Slack calls the event, whatever has become of the message and whatever kind of channel it is in."""
_GONE = "message_deleted"


def heard(face: Face, body: Payload) -> None:
    """Something was said, changed or deleted. Raises `StoreBusyError` where it is to be told again."""
    event = body["event"]
    if not face.world.policy.leaks.watch_channels or event.get("subtype") == _GONE:
        return
    message = event.get("message") or event  # of one that was changed, what it says now
    secrets = secret_format.find("\n".join(texts(message)))
    if secrets:
        leaks.seen(face.world, secrets, channel=ChannelId(str(event.get("channel") or "")))


def texts(part: Any) -> Iterator[str]:
    """Every text in a message: its own, of its blocks, of what is attached, of its files."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for each in part.values():
            yield from texts(each)
    elif isinstance(part, list):
        for each in part:
            yield from texts(each)
