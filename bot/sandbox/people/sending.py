"""A modal is sent or closed, and what the bot's acknowledgement of it does: errors, update, push, clear, or close."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.sandbox.api.view_methods import content_of
from bot.sandbox.blockkit.inputs import missing
from bot.sandbox.delivery import payloads
from bot.sandbox.errors import ApiError, PersonError
from bot.sandbox.people.acting import TROUBLE, Actor
from bot.sandbox.people.touching import Typed, fill_in, shown_view
from bot.sandbox.site import Site
from bot.sandbox.state.modals import Modals, View, next_version

ACK = "view_submission answer"


async def submit(who: Actor, view_id: str, typed: Typed) -> dict[str, str]:
    """Send the modal on top. The errors, by block id, if it stays; none if the bot took it. Raises `PersonError`."""
    view = replace(fill_in(shown_view(who, view_id), typed), errors={})
    if "submit" not in view.content:
        raise PersonError("no_submit", "There is nothing to send in this window.")
    view = replace(view, errors=missing(view.content["blocks"], view.state))
    who.site.modals.put(view)
    if view.errors:
        return view.errors
    payload = payloads.view_submission(who.person, view)
    payload["trigger_id"] = who.site.tickets.trigger(who.person.id, who.site.clock(), view.id)
    ack = await who.courier.deliver("interactive", payload)
    if ack.problem is not None:
        raise PersonError(ack.problem, TROUBLE)
    return _take(who.site, view, ack.body or {})


def _take(site: Site, sent: View, body: Any) -> dict[str, str]:
    """Let the acknowledgement have its effect on the view as it is by now: the bot may have updated it meanwhile."""
    view = site.modals.find(sent.id)
    if view is None:
        return {}
    action = body.get("response_action", "") if isinstance(body, dict) else None
    effect = EFFECTS.get(action) if isinstance(action, str) else None
    if effect is None:
        site.violation(ACK, "an answer that is no response_action of Slack's")
        raise PersonError("invalid_response", TROUBLE)
    try:
        return effect(site, view, body)
    except ApiError as error:
        raise PersonError(error.code, TROUBLE) from None
    finally:
        site.feed.changed("view", person=view.owner)


Effect = Callable[[Site, View, Mapping[str, Any]], dict[str, str]]


def _close(site: Site, view: View, _body: Mapping[str, Any]) -> dict[str, str]:
    site.modals.close(view)
    return {}


def _clear(site: Site, view: View, _body: Mapping[str, Any]) -> dict[str, str]:
    site.modals.clear(view.owner)
    return {}


def _errors(site: Site, view: View, body: Mapping[str, Any]) -> dict[str, str]:
    errors = body.get("errors")
    inputs = {block["block_id"] for block in view.content["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not all(isinstance(each, str) for each in errors.values()):
        site.violation(ACK, "response_action errors without errors")
        raise ApiError("invalid_response")
    for unknown in sorted(errors.keys() - inputs):
        site.violation(ACK, f"an error for a block that is no input of the view: {unknown}")
    if not errors.keys() <= inputs:
        raise ApiError("invalid_response")
    site.modals.put(replace(view, errors=errors))
    return errors


def _update(site: Site, view: View, body: Mapping[str, Any]) -> dict[str, str]:
    site.modals.put(next_version(view, content_of(site, ACK, body.get("view"), "modal")))
    return {}


def _push(site: Site, view: View, body: Mapping[str, Any]) -> dict[str, str]:
    if site.modals.push(view, content_of(site, ACK, body.get("view"), "modal")) is None:
        site.violation(ACK, "push_limit_reached")
        raise ApiError("push_limit_reached")
    return {}


EFFECTS: Mapping[str, Effect] = {
    "": _close,
    "clear": _clear,
    "errors": _errors,
    "update": _update,
    "push": _push,
}


async def close(who: Actor, view_id: str) -> None:
    """Close the modal on top, or all where it says `clear_on_close`. The bot hears of those that asked for it."""
    view = shown_view(who, view_id)
    cleared = bool(view.content.get("clear_on_close"))
    gone = list(who.site.modals.stacks[who.person.id]) if cleared else [view]
    _take_away(who.site.modals, view, cleared=cleared)
    who.site.feed.changed("view", person=who.person.id)
    for each in reversed(gone):
        if each.content.get("notify_on_close"):
            await who.courier.deliver("interactive", payloads.view_closed(who.person, each, cleared=cleared))


def _take_away(modals: Modals, view: View, *, cleared: bool) -> None:
    if cleared:
        modals.clear(view.owner)
    else:
        modals.close(view)
