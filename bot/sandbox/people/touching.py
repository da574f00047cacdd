"""What people do with their hands: press, pick, tick, type, on a message, in a modal, on the Home tab.

Only what that person has before them can be touched, and only to values that stand on offer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.blockkit.blocks import elements_of
from bot.sandbox.blockkit.elements import choices_of
from bot.sandbox.blockkit.inputs import STATEFUL, BadValueError, Plain, read_state, state_of
from bot.sandbox.delivery import payloads
from bot.sandbox.delivery.courier import Ack
from bot.sandbox.errors import PersonError
from bot.sandbox.people.acting import TROUBLE, Actor
from bot.sandbox.state.modals import View
from bot.sandbox.state.workspace import Blocks, Message

Typed = Mapping[str, Mapping[str, Plain]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """An element that was touched: which, to what value, and what stands in the fields around it."""

    block_id: str
    action_id: str
    value: Plain = None
    typed: Typed = field(default_factory=dict)


def _gone() -> PersonError:
    return PersonError("not_found", "That is not there any more: it has changed in the meantime.")


def _element(blocks: Blocks, touch: Touch) -> Mapping[str, Any]:
    for block in blocks:
        if block["block_id"] != touch.block_id:
            continue
        for element in elements_of(block):
            if element["action_id"] == touch.action_id:
                if block["type"] == "input" and not block.get("dispatch_action", False):
                    raise PersonError("no_action", "This field does nothing by itself.")
                return element
    raise _gone()


def _touched(element: Mapping[str, Any], touch: Touch) -> dict[str, Any]:
    """The value part of the action. Raises `PersonError` for what is not on offer."""
    if element["type"] == "button":
        return {}
    try:
        if element["type"] in STATEFUL:
            return state_of(element, touch.value)
    except BadValueError as error:
        raise PersonError("invalid_value", str(error)) from None
    chosen = next((choice for choice in choices_of(element) if choice["value"] == touch.value), None)
    if chosen is None:
        raise _gone()
    return {"selected_option": chosen}


def _action(who: Actor, blocks: Blocks, touch: Touch) -> dict[str, Any]:
    element = _element(blocks, touch)
    return payloads.action_object(touch.block_id, element, _touched(element, touch), who.site.clock())


def _with_touch(blocks: Blocks, touch: Touch) -> Typed:
    """What stands in the fields, the touched one included."""
    stands = {block: dict(actions) for block, actions in touch.typed.items()}
    if _element(blocks, touch)["type"] in STATEFUL:
        stands.setdefault(touch.block_id, {})[touch.action_id] = touch.value
    return stands


def fill_in(view: View, typed: Typed) -> View:
    """The view with what a person typed. Raises `PersonError`."""
    try:
        return replace(view, state=read_state(view.content["blocks"], view.state, typed))
    except BadValueError as error:
        raise PersonError("invalid_value", str(error)) from None


def shown_message(who: Actor, channel_id: str, ts: str) -> Message:
    """A message that this person sees, ephemeral or not. Raises `PersonError`."""
    seen = who.site.workspace.seen_by(who.person.id, channel_id)
    found = next((message for message in seen if message.ts == ts), None)
    if found is None:
        raise _gone()
    return found


def shown_view(who: Actor, view_id: str) -> View:
    """The top modal of this person. Raises `PersonError` if it is another."""
    top = who.site.modals.top(who.person.id)
    if top is None or top.id != view_id:
        raise _gone()
    return top


def _worked(ack: Ack) -> None:
    if ack.problem is not None:
        raise PersonError(ack.problem, TROUBLE)


async def touch_message(who: Actor, channel_id: str, ts: str, touch: Touch) -> None:
    """Press or change something on a message."""
    message = shown_message(who, channel_id, ts)
    channel = who.sees(channel_id)
    action = _action(who, message.blocks, touch)
    try:
        state = read_state(message.blocks, {}, _with_touch(message.blocks, touch))
    except BadValueError as error:
        raise PersonError("invalid_value", str(error)) from None
    payload = payloads.message_action(who.person, channel, message, state, action)
    payload["trigger_id"] = who.site.tickets.trigger(who.person.id, who.site.clock())
    payload["response_url"] = who.site.response_url(who.ticket(channel.id, message.ts))
    _worked(await who.courier.deliver("interactive", payload))


async def touch_view(who: Actor, view_id: str, touch: Touch) -> None:
    """Press or change something in the modal on top."""
    view = shown_view(who, view_id)
    filled = fill_in(view, _with_touch(view.content["blocks"], touch))
    who.site.modals.put(filled)
    await _touch_in(who, filled, touch)


async def touch_home(who: Actor, touch: Touch) -> None:
    """Press or change something on the Home tab."""
    home = who.site.modals.homes.get(who.person.id)
    if home is None:
        raise _gone()
    filled = fill_in(home, _with_touch(home.content["blocks"], touch))
    who.site.modals.put(filled)
    await _touch_in(who, filled, touch)


async def _touch_in(who: Actor, view: View, touch: Touch) -> None:
    payload = payloads.view_action(who.person, view, _action(who, view.content["blocks"], touch))
    payload["trigger_id"] = who.site.tickets.trigger(who.person.id, who.site.clock(), view.id)
    _worked(await who.courier.deliver("interactive", payload))
