"""Presses that no button allows: by somebody who does not see it, or with a value that it does not carry.

Slack's signature is right, as it would be if Slack could be made to send them; only the program can refuse them.
"""

from typing import Any

from bot.sandbox.delivery import payloads
from bot.sandbox.state.tickets import ResponseUrl
from tests.support.live import Program
from tests.support.sandbox import element

Json = dict[str, Any]


def press(program: Program, message: Json, action: str, *, by: str, heard_by: str, **claims: Any) -> None:
    """Send a press of that button. `claims` take the place of what the button says; the answer goes to `heard_by`."""
    site = program.workspace.sandbox.site
    block, button = element(message["blocks"], action)
    channel = site.workspace.channels[message["channel"]]
    found = site.workspace.find(channel.id, message["ts"])
    assert found is not None
    pressed = payloads.action_object(block["block_id"], button, {}, site.clock()) | claims
    payload = payloads.message_action(site.workspace.people[by], channel, found, {}, pressed)
    ticket = ResponseUrl(person=heard_by, channel=channel.id, ts=message["ts"], made=site.clock())
    payload["response_url"] = site.response_url(ticket)
    payload["trigger_id"] = site.tickets.trigger(heard_by, site.clock())
    program.control.payload("interactive", payload)
