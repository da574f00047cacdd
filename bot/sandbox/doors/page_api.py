"""`/page/api/*`: what the page shows and what it does, as one of the people. JSON in, JSON out."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.sandbox.delivery.courier import Courier
from bot.sandbox.doors import page_views
from bot.sandbox.doors.bodies import ActionBody, Body, CommandBody, ShortcutBody, StateBody, ViewBody
from bot.sandbox.errors import PersonError
from bot.sandbox.people import acting, sending, starting, touching
from bot.sandbox.people.acting import Actor, actor
from bot.sandbox.site import Site
from bot.sandbox.state.record import as_json

PING_SECONDS = 10.0

AnyBody = TypeVar("AnyBody", bound=Body)


def site_of(request: Request) -> Site:
    """The sandbox that was asked."""
    site: Site = request.app.state.site
    return site


def courier_of(request: Request) -> Courier:
    """The way to the bot."""
    courier: Courier = request.app.state.courier
    return courier


async def read(request: Request, kind: type[AnyBody]) -> AnyBody:
    """The body of a request. Raises `msgspec.ValidationError`, which is answered with 400."""
    return msgspec.json.decode(await request.body(), type=kind)


def _as(request: Request) -> str:
    return request.query_params.get("as", "")


def _actor(request: Request, name: str) -> Actor:
    return actor(site_of(request), courier_of(request), name)


async def get_workspace(request: Request) -> Response:
    connected = courier_of(request).carrier.connected()
    return JSONResponse(page_views.workspace(site_of(request), bot_connected=connected))


async def get_conversations(request: Request) -> Response:
    return JSONResponse(page_views.conversations(site_of(request), _as(request)))


async def get_messages(request: Request) -> Response:
    site, person = site_of(request), _as(request)
    if request.query_params.get("fresh") == "1":
        site.workspace.forget_ephemerals(person)
    rows = page_views.messages(site, person, request.query_params.get("channel", ""))
    return JSONResponse({"messages": rows})


async def delete_ephemerals(request: Request) -> Response:
    site_of(request).workspace.forget_ephemerals(_as(request))
    return JSONResponse({"ok": True})


async def get_home(request: Request) -> Response:
    """The Home tab. Looking again at what was seen before tells the bot; fetching its news does not (else: a loop)."""
    who = _actor(request, _as(request))
    home = who.site.modals.homes.get(who.person.id)
    if who.site.modals.seen_home(who.person.id):
        who.courier.later(acting.open_home(who))
    return JSONResponse({"blocks": home.content["blocks"] if home else None})


async def get_view(request: Request) -> Response:
    return JSONResponse(page_views.view(site_of(request).modals.top(_as(request))))


async def get_log(request: Request) -> Response:
    record = site_of(request).record
    return JSONResponse({"lines": as_json(record.lines), "violations": as_json(record.violations)})


async def _done(request: Request, work: Coroutine[Any, Any, Any], *, wait: bool) -> Response:
    """Do it now and say how it went, or later and say nothing."""
    if not wait:
        courier_of(request).later(_quietly(work))
        return JSONResponse({"ok": True})
    errors = await work
    return JSONResponse({"ok": False, "errors": errors} if errors else {"ok": True})


async def _quietly(work: Awaitable[Any]) -> None:
    """A refusal that nobody waits for is nobody's."""
    with suppress(PersonError):
        await work


async def post_command(request: Request) -> Response:
    body = await read(request, CommandBody)
    who = _actor(request, body.person)
    return await _done(request, acting.type_command(who, body.channel, body.text), wait=body.wait)


async def post_message(request: Request) -> Response:
    body = await read(request, CommandBody)
    message = acting.say(_actor(request, body.person), body.channel, body.text)
    return JSONResponse({"ok": True, "ts": message.ts})


async def post_action(request: Request) -> Response:
    body = await read(request, ActionBody)
    who = _actor(request, body.person)
    touch = touching.Touch(block_id=body.block_id, action_id=body.action_id, value=body.value, typed=body.state)
    where = body.where
    if where.kind == "view":
        work = touching.touch_view(who, where.view_id, touch)
    elif where.kind == "home":
        work = touching.touch_home(who, touch)
    else:
        work = touching.touch_message(who, where.channel, where.ts, touch)
    return await _done(request, work, wait=body.wait)


async def post_shortcut(request: Request) -> Response:
    body = await read(request, ShortcutBody)
    who = _actor(request, body.person)
    if body.ts:
        work = starting.start_on(who, body.callback_id, body.channel, body.ts)
    else:
        work = starting.start(who, body.callback_id)
    return await _done(request, work, wait=body.wait)


async def post_submit(request: Request) -> Response:
    body = await read(request, StateBody)
    work = sending.submit(_actor(request, body.person), body.view_id, body.state)
    return await _done(request, work, wait=body.wait)


async def post_state(request: Request) -> Response:
    """Keep what was typed, without a word to the bot."""
    body = await read(request, StateBody)
    who = _actor(request, body.person)
    who.site.modals.put(touching.fill_in(touching.shown_view(who, body.view_id), body.state))
    return JSONResponse({"ok": True})


async def post_close(request: Request) -> Response:
    body = await read(request, ViewBody)
    work = sending.close(_actor(request, body.person), body.view_id)
    return await _done(request, work, wait=body.wait)


async def get_events(request: Request) -> Response:
    """Server-sent events: what this person's page may want to fetch again."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_events(site_of(request), _as(request)), media_type="text/event-stream", headers=headers)


async def _events(site: Site, person: str) -> AsyncIterator[bytes]:
    with site.feed.listening(page_views.hears(site, person)) as queue:
        yield b"retry: 1000\n\n"
        while True:
            try:
                change = await asyncio.wait_for(queue.get(), PING_SECONDS)
            except TimeoutError:
                yield b": ping\n\n"
                continue
            if change is None:
                return
            known = {"channel": change.channel, "person": change.person}
            told = {"type": "changed", "what": change.what, **{key: value for key, value in known.items() if value}}
            yield b"data: " + msgspec.json.encode(told) + b"\n\n"
