"""`/control/*`: for tests. Change people and groups, read everything, break things, send what nobody clicked."""

import secrets
from dataclasses import replace
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.delivery.courier import Ack
from bot.sandbox.delivery.signed_http import SignedHttp
from bot.sandbox.delivery.socket_mode import SocketMode
from bot.sandbox.doors.bodies import (
    BendingBody,
    ChannelBody,
    DeleteBody,
    DropBody,
    FaultBody,
    GroupBody,
    MessageBody,
    PayloadBody,
    PersonBody,
    PersonChange,
    ReplayBody,
)
from bot.sandbox.doors.page_api import courier_of, read, site_of
from bot.sandbox.errors import PersonError
from bot.sandbox.people.acting import put, take_back, tell
from bot.sandbox.state import seed
from bot.sandbox.state.faults import Bending, Fault
from bot.sandbox.state.record import as_json
from bot.sandbox.state.renderings import group_object, message_object, user_object
from bot.sandbox.state.workspace import Channel, Message, Person, UserGroup

OK = {"ok": True}


async def post_people(request: Request) -> Response:
    """Somebody new; the bot gets a `team_join`."""
    body = await read(request, PersonBody)
    site = site_of(request)
    kept = {name: getattr(body, name) for name in body.__struct_fields__ if name != "channels"}
    kept |= {"username": body.username or body.id.lower(), "team_id": body.team_id or seed.TEAM}
    person = Person(**kept)
    site.workspace.people[person.id] = person
    site.workspace.dm_of(person.id)
    for channel in body.channels:
        site.workspace.join(person.id, channel)
    site.feed.changed("workspace")
    await tell(site, courier_of(request), {"type": "team_join", "user": user_object(person, site.clock())})
    return JSONResponse(OK)


async def post_person(request: Request) -> Response:
    """Somebody changes; the bot gets a `user_change`, unless `silent`."""
    body = await read(request, PersonChange)
    site, name = site_of(request), request.path_params["person"]
    if name not in site.workspace.people:
        raise PersonError("user_not_found", "There is nobody of that id.")
    changes = msgspec.structs.asdict(body)
    silent = changes.pop("silent")
    kept = {field: value for field, value in changes.items() if value is not msgspec.UNSET}
    person = replace(site.workspace.people[name], **kept)
    site.workspace.people[name] = person
    if person.deleted:
        site.modals.clear(name)
        site.workspace.forget_ephemerals(name)
    site.feed.changed("workspace")
    if not silent:
        await tell(site, courier_of(request), {"type": "user_change", "user": user_object(person, site.clock())})
    return JSONResponse(OK)


async def post_group(request: Request) -> Response:
    """Who is in a user group from now on; the bot gets both events that Slack has for it, unless `silent`."""
    body = await read(request, GroupBody)
    site, name = site_of(request), request.path_params["group"]
    before = site.workspace.groups.get(name)
    handle = body.handle or (before.handle if before else name.lower())
    group = UserGroup(id=name, handle=handle, users=tuple(body.users))
    site.workspace.groups[name] = group
    site.feed.changed("workspace")
    if not body.silent:
        await _tell_of_group(request, group, before.users if before else ())
    return JSONResponse(OK)


async def _tell_of_group(request: Request, group: UserGroup, before: tuple[str, ...]) -> None:
    site, courier = site_of(request), courier_of(request)
    about = group_object(group, site.workspace) | {"users": list(group.users)}
    await tell(site, courier, {"type": "subteam_updated", "subteam": about})
    members: dict[str, Any] = {
        "type": "subteam_members_changed",
        "subteam_id": group.id,
        "team_id": seed.TEAM,
        "added_users": [user for user in group.users if user not in before],
        "removed_users": [user for user in before if user not in group.users],
    }
    await tell(site, courier, members)


async def post_channel(request: Request) -> Response:
    """A channel, new or changed."""
    body = await read(request, ChannelBody)
    site = site_of(request)
    fields = msgspec.structs.asdict(body) | {"members": frozenset(body.members)}
    site.workspace.channels[body.id] = Channel(**fields)
    site.feed.changed("conversations")
    return JSONResponse(OK)


async def post_message(request: Request) -> Response:
    """Anybody's message, as no page writes it: a bot's, in a thread, with blocks, attachments, files; or edited."""
    body = await read(request, MessageBody)
    site = site_of(request)
    fields = msgspec.structs.asdict(body)
    now = site.workspace.next_ts(site.clock())
    edited = now if body.ts else None
    message = Message(**{**fields, "ts": body.ts or now, "edited_ts": edited})
    put(site, courier_of(request), message)
    return JSONResponse({"ok": True, "ts": message.ts})


async def delete_message(request: Request) -> Response:
    """Whoever wrote it deletes it."""
    body = await read(request, DeleteBody)
    site = site_of(request)
    message = site.workspace.find(body.channel, body.ts)
    if message is None:
        raise PersonError("message_not_found", "There is no such message.")
    take_back(site, courier_of(request), message)
    return JSONResponse(OK)


async def get_messages(request: Request) -> Response:
    """Everything that was said, ephemerals too, with whom they were for."""
    site, wanted = site_of(request), request.query_params.get("channel")
    said = [message for rows in site.workspace.messages.values() for message in rows.values()]
    found = [each for each in [*said, *site.workspace.ephemerals.values()] if wanted in {None, each.channel}]
    rows = [
        message_object(each) | {"channel": each.channel, "only_for": each.only_for, "metadata": each.metadata}
        for each in sorted(found, key=lambda message: message.ts)
    ]
    return JSONResponse({"messages": rows})


async def get_requests(request: Request) -> Response:
    return JSONResponse({"requests": as_json(site_of(request).record.calls)})


async def get_deliveries(request: Request) -> Response:
    return JSONResponse({"deliveries": as_json(site_of(request).record.deliveries)})


async def get_violations(request: Request) -> Response:
    return JSONResponse({"violations": as_json(site_of(request).record.violations)})


def _told(ack: Ack) -> Response:
    return JSONResponse({"ok": ack.problem is None, "status": ack.status, "body": ack.body, "problem": ack.problem})


async def post_replay(request: Request) -> Response:
    """The same signed bytes again."""
    body = await read(request, ReplayBody)
    ack = await courier_of(request).replay(body.delivery)
    if ack is None:
        raise PersonError("delivery_not_found", "There was no such delivery.")
    return _told(ack)


async def post_verify(request: Request) -> Response:
    """What Slack does when a request URL is saved: the bot must send a challenge back."""
    carrier = courier_of(request).carrier
    verified = isinstance(carrier, SignedHttp) and await carrier.verify(secrets.token_hex(16))
    return JSONResponse({"ok": verified})


async def post_payload(request: Request) -> Response:
    """Any payload at all, signed as Slack signs it."""
    body = await read(request, PayloadBody)
    return _told(await courier_of(request).deliver(body.kind, body.payload))


async def post_fault(request: Request) -> Response:
    body = await read(request, FaultBody)
    fields = msgspec.structs.asdict(body)
    times = fields.pop("times")
    site_of(request).faults.order(Fault(**fields), times)
    return JSONResponse(OK)


async def delete_faults(request: Request) -> Response:
    site_of(request).faults.clear()
    return JSONResponse(OK)


async def post_bending(request: Request) -> Response:
    """How the next deliveries go wrong: twice, or late."""
    body = await read(request, BendingBody)
    bending = Bending(twice=body.twice, late_seconds=body.late_seconds)
    site_of(request).faults.bendings.extend([bending] * body.times)
    return JSONResponse(OK)


async def post_drop(request: Request) -> Response:
    body = await read(request, DropBody)
    carrier = courier_of(request).carrier
    if isinstance(carrier, SocketMode):
        await carrier.drop(body.how, one=body.one)
    return JSONResponse(OK)
