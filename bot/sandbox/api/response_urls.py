"""`/actions/<team>/<random>`: the bot's answer to one click, through its `response_url`.

The default is Slack's and a trap: without `replace_original: false` the answer to a button takes the place of the
message that held it.
"""

import json
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.api.answering import Answer, answer
from bot.sandbox.api.message_methods import said
from bot.sandbox.errors import ApiError
from bot.sandbox.site import Site
from bot.sandbox.state import seed
from bot.sandbox.state.faults import RESPONSE_URL
from bot.sandbox.state.tickets import ResponseUrl
from bot.sandbox.state.workspace import Message

_SHAPE = "text blocks response_type replace_original delete_original thread_ts"
_LOOKS = "mrkdwn metadata unfurl_links unfurl_media"
KNOWN = frozenset(f"{_SHAPE} {_LOOKS}".split())
VISIBLE_TO = ("ephemeral", "in_channel")


def _original(site: Site, ticket: ResponseUrl) -> Message | None:
    if ticket.ts is None:
        return None
    return site.workspace.ephemerals.get(ticket.ts) or site.workspace.find(ticket.channel, ticket.ts)


def _replaces(ticket: ResponseUrl, args: dict[str, Any]) -> bool:
    if ticket.ts is None:
        return False
    return bool(args.get("replace_original", args.get("response_type") != "in_channel"))


def speak(site: Site, ticket: ResponseUrl, args: dict[str, Any]) -> None:
    """Do what an answer to a click asks for. Raises `ApiError`; whoever is away sees nothing, and nobody is told."""
    for unknown in sorted(args.keys() - KNOWN):
        site.violation(RESPONSE_URL, f"undocumented argument: {unknown}")
    original = _original(site, ticket)
    if args.get("delete_original"):
        if original is not None:
            site.remove(original.channel, original.ts)
        return
    if args.get("response_type", "ephemeral") not in VISIBLE_TO:
        raise ApiError("invalid_arguments")
    text, blocks = said(site, RESPONSE_URL, args)
    if _replaces(ticket, args):
        if original is not None:
            site.put(replace(original, text=text, blocks=blocks, edited_ts=site.workspace.next_ts(site.clock())))
        return
    only_for = None if args.get("response_type") == "in_channel" else ticket.person
    if only_for is not None and not site.workspace.reaches(only_for, ticket.channel):
        return
    ts = site.workspace.next_ts(site.clock())
    site.put(Message(ts=ts, channel=ticket.channel, user=seed.BOT_USER, text=text, blocks=blocks, only_for=only_for))


def _use(site: Site, name: str, args: dict[str, Any]) -> Answer:
    ticket = site.tickets.look_up(name, site.clock())
    if isinstance(ticket, str):
        site.violation(RESPONSE_URL, ticket)
        return Answer(body={"ok": False, "error": ticket}, status=404)
    try:
        speak(site, ticket, args)
    except ApiError as error:
        return Answer(body=error.answer(), status=400)
    ticket.uses += 1
    return Answer(body={"ok": True})


async def use_response_url(request: Request) -> Response:
    """One use. Only JSON, only POST; 404 once the URL is used up or too old."""
    site: Site = request.app.state.site
    try:
        args = json.loads(await request.body())
    except ValueError:
        args = None
    if not isinstance(args, dict):
        return JSONResponse({"ok": False, "error": "invalid_payload"}, status_code=400)
    name = request.path_params["name"]
    ticket = site.tickets.responses.get(name)
    place = {"channel": ticket.channel} if ticket else {}
    return await answer(site, RESPONSE_URL, {**args, **place}, lambda: _use(site, name, args))
