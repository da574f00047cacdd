"""What people start without a command: a shortcut from anywhere, or one on a message. Raises `PersonError`."""

from typing import Any

from bot.sandbox.delivery import payloads
from bot.sandbox.errors import PersonError
from bot.sandbox.people.acting import TROUBLE, Actor
from bot.sandbox.people.touching import shown_message


async def start(who: Actor, callback_id: str) -> None:
    """Start a shortcut from anywhere."""
    _offered(who, callback_id, "global")
    await _deliver(who, payloads.global_shortcut(who.person, callback_id, who.site.clock()))


async def start_on(who: Actor, callback_id: str, channel_id: str, ts: str) -> None:
    """Start a shortcut on a message that this person sees. An ephemeral one has none: it is in no history."""
    _offered(who, callback_id, "message")
    channel, message = who.sees(channel_id), shown_message(who, channel_id, ts)
    if message.only_for is not None:
        raise PersonError("message_not_found", "Slack offers no shortcuts on a message that only you can see.")
    payload = payloads.message_shortcut(who.person, channel, message, callback_id, who.site.clock())
    await _deliver(who, {**payload, "response_url": who.site.response_url(who.ticket(channel.id, message.ts))})


def _offered(who: Actor, callback_id: str, kind: str) -> None:
    if (callback_id, kind) not in {(each.callback_id, each.type) for each in who.site.settings.shortcuts}:
        raise PersonError("unknown_shortcut", "The app has no such shortcut.")


async def _deliver(who: Actor, payload: dict[str, Any]) -> None:
    trigger = who.site.tickets.trigger(who.person.id, who.site.clock())
    ack = await who.courier.deliver("interactive", {**payload, "trigger_id": trigger})
    if ack.problem is not None:
        raise PersonError(ack.problem, TROUBLE)
