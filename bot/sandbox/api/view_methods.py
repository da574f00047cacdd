"""`views.*`: modals and the Home tab. A trigger is spent before anything else is looked at, as in Slack."""

import json
from typing import Any

from bot.sandbox.api.methods import ANSWER, Call, method
from bot.sandbox.blockkit.views import check_view, too_large
from bot.sandbox.errors import ApiError
from bot.sandbox.site import Site
from bot.sandbox.state.modals import Content, View, next_version
from bot.sandbox.state.renderings import view_object
from bot.sandbox.state.tickets import Trigger


def content_of(site: Site, method_name: str, value: Any, kind: str) -> Content:
    """A checked view. Raises `ApiError`."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, dict):
        site.violation(method_name, "the view is not a JSON object")
        raise ApiError("invalid_arguments")
    if too_large(value):
        site.violation(method_name, "the view is larger than 250 kB")
        raise ApiError("view_too_large")
    complaints = check_view(value, kind)
    for complaint in complaints:
        site.violation(method_name, str(complaint))
    if complaints:
        raise ApiError("invalid_arguments", complaints)
    return value


def _trigger(call: Call) -> Trigger:
    found = call.site.tickets.exchange(call.need("trigger_id"), call.site.clock(), call.site.settings.trigger_seconds)
    if isinstance(found, str):
        call.site.violation(call.method, found)
        raise ApiError(found)
    return found


def _unique(call: Call, content: Content) -> None:
    name = content.get("external_id")
    if name and call.site.modals.external(name) is not None:
        raise ApiError("duplicate_external_id")


@method("views.open", known="trigger_id view interactivity_pointer")
def open_view(call: Call) -> ANSWER:
    trigger = _trigger(call)
    content = content_of(call.site, call.method, call.args.get("view"), "modal")
    _unique(call, content)
    view = call.site.modals.open(trigger.person, content)
    call.site.feed.changed("view", person=view.owner)
    return {"view": view_object(view)}


@method("views.push", known="trigger_id view interactivity_pointer")
def push_view(call: Call) -> ANSWER:
    trigger = _trigger(call)
    content = content_of(call.site, call.method, call.args.get("view"), "modal")
    _unique(call, content)
    below = call.site.modals.top(trigger.person)
    if below is None or below.id != trigger.view_id:
        raise ApiError("not_found")
    view = call.site.modals.push(below, content)
    if view is None:
        call.site.violation(call.method, "push_limit_reached")
        raise ApiError("push_limit_reached")
    call.site.feed.changed("view", person=view.owner)
    return {"view": view_object(view)}


def _named(call: Call) -> View:
    view_id, external = call.args.get("view_id"), call.args.get("external_id")
    if bool(view_id) == bool(external):
        raise ApiError("invalid_arguments")
    found = call.site.modals.find(str(view_id)) if view_id else call.site.modals.external(str(external))
    if found is None or found.content["type"] != "modal":
        raise ApiError("not_found")
    return found


def _same_version(call: Call, view: View | None) -> None:
    if call.args.get("hash") and (view is None or call.args["hash"] != view.hash):
        raise ApiError("hash_conflict")


@method("views.update", known="view_id external_id hash view")
def update_view(call: Call) -> ANSWER:
    content = content_of(call.site, call.method, call.args.get("view"), "modal")
    view = _named(call)
    _same_version(call, view)
    changed = next_version(view, content)
    call.site.modals.put(changed)
    call.site.feed.changed("view", person=view.owner)
    return {"view": view_object(changed)}


@method("views.publish", known="user_id hash view")
def publish(call: Call) -> ANSWER:
    person = call.site.workspace.people.get(call.need("user_id"))
    if person is None or person.is_bot:
        raise ApiError("invalid_arguments")
    content = content_of(call.site, call.method, call.args.get("view"), "home")
    _same_version(call, call.site.modals.homes.get(person.id))
    view = call.site.modals.publish(person.id, content)
    call.site.feed.changed("home", person=person.id)
    return {"view": view_object(view)}
