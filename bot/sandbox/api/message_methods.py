"""`chat.*`: what the bot says. Every text and block passes the checks before anybody sees it."""

import json
from dataclasses import replace
from typing import Any

from bot.sandbox.api.methods import ANSWER, Call, method
from bot.sandbox.blockkit.blocks import check_blocks, with_ids
from bot.sandbox.errors import ApiError
from bot.sandbox.site import Site
from bot.sandbox.state import seed
from bot.sandbox.state.renderings import message_object
from bot.sandbox.state.workspace import Blocks, Channel, Message

POST_CHARS = 40_000
UPDATE_CHARS = 4_000
METADATA_BYTES = 16_000

_SAID = "channel text blocks as_user link_names parse mrkdwn unfurl_links unfurl_media"


def blocks_of(site: Site, method_name: str, value: Any) -> Blocks:
    """Checked blocks, with ids. Raises `ApiError("invalid_blocks")`."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            site.violation(method_name, "blocks are not JSON")
            raise ApiError("invalid_blocks_format") from None
    complaints = check_blocks(value)
    for complaint in complaints:
        site.violation(method_name, str(complaint))
    if complaints:
        raise ApiError("invalid_blocks", complaints)
    return with_ids(value)


def text_of(site: Site, method_name: str, value: Any, most: int = POST_CHARS) -> str:
    """Checked text. Raises `ApiError("msg_too_long")`."""
    text = "" if value is None else value
    if not isinstance(text, str):
        raise ApiError("invalid_arguments")
    if len(text) > most:
        site.violation(method_name, f"text must be less than {most + 1} characters")
        raise ApiError("msg_too_long")
    return text


def said(site: Site, method_name: str, args: Any, most: int = POST_CHARS) -> tuple[str, Blocks]:
    """Text and blocks of a message. Blocks without a fallback text break a rule, though Slack takes them."""
    text = text_of(site, method_name, args.get("text"), most)
    blocks = blocks_of(site, method_name, args["blocks"]) if args.get("blocks") else []
    if not text and not blocks:
        raise ApiError("no_text")
    if not text:
        site.violation(method_name, "blocks without a fallback text: screen readers and notifications get nothing")
    return text, blocks


def _metadata(call: Call) -> dict[str, Any] | None:
    value = call.args.get("metadata")
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise ApiError("invalid_metadata_format") from None
    if not value:
        return None
    if not isinstance(value, dict) or set(value) != {"event_type", "event_payload"}:
        raise ApiError("invalid_metadata_schema")
    if len(json.dumps(value).encode()) > METADATA_BYTES:
        raise ApiError("metadata_too_large")
    return value


def _place(call: Call) -> Channel:
    """Where the bot may write now; a person's id stands for the DM with that person."""
    name = call.need("channel", "channel_not_found")
    workspace = call.site.workspace
    if name in workspace.people and not workspace.people[name].is_bot:
        channel = workspace.dm_of(name)
    else:
        channel = call.site.channel(name)
    if channel.is_archived:
        raise ApiError("is_archived")
    if seed.BOT_USER not in channel.members and "chat:write.public" not in call.site.settings.scopes:
        raise ApiError("not_in_channel")
    if channel.kind == "dm" and any(workspace.people[member].deleted for member in channel.members):
        raise ApiError("is_inactive")
    return channel


def _thread(call: Call, channel: Channel) -> str | None:
    thread = call.args.get("thread_ts")
    if not thread:
        return None
    if call.site.workspace.find(channel.id, str(thread)) is None:
        raise ApiError("thread_not_found")
    return str(thread)


@method(
    "chat.postMessage",
    scopes="chat:write",
    known=f"{_SAID} metadata thread_ts reply_broadcast client_msg_id",
)
def post_message(call: Call) -> ANSWER:
    channel = _place(call)
    text, blocks = said(call.site, call.method, call.args)
    message = Message(
        ts=call.site.workspace.next_ts(call.site.clock()),
        channel=channel.id,
        user=seed.BOT_USER,
        text=text,
        blocks=blocks,
        thread_ts=_thread(call, channel),
        metadata=_metadata(call),
    )
    call.site.put(message)
    return {"channel": channel.id, "ts": message.ts, "message": message_object(message)}


@method("chat.postEphemeral", scopes="chat:write", known=f"{_SAID} user thread_ts")
def post_ephemeral(call: Call) -> ANSWER:
    channel = _place(call)
    person = call.need("user", "user_not_found")
    text, blocks = said(call.site, call.method, call.args)
    if not call.site.workspace.may_see(person, channel.id):
        raise ApiError("user_not_in_channel")
    ts = call.site.workspace.next_ts(call.site.clock())
    if call.site.workspace.reaches(person, channel.id):
        call.site.put(Message(ts=ts, channel=channel.id, user=seed.BOT_USER, text=text, blocks=blocks, only_for=person))
    return {"message_ts": ts}


def _own(call: Call, missing: str, foreign: str) -> Message:
    """The bot's own message that the call names; an ephemeral cannot be found so."""
    channel = call.site.channel(call.need("channel", "channel_not_found"))
    if channel.is_archived:
        raise ApiError("is_inactive")
    message = call.site.workspace.find(channel.id, call.need("ts", missing))
    if message is None:
        raise ApiError(missing)
    if message.user != seed.BOT_USER:
        raise ApiError(foreign)
    return message


@method("chat.update", scopes="chat:write", known=f"{_SAID} ts metadata reply_broadcast")
def update(call: Call) -> ANSWER:
    message = _own(call, "message_not_found", "cant_update_message")
    merged = {"text": message.text, **call.args}
    if "blocks" not in call.args:
        merged["blocks"] = message.blocks
    text, blocks = said(call.site, call.method, merged, UPDATE_CHARS)
    changed = replace(
        message,
        text=text,
        blocks=blocks,
        edited_ts=call.site.workspace.next_ts(call.site.clock()),
        metadata=_metadata(call) if "metadata" in call.args else message.metadata,
    )
    call.site.put(changed)
    return {"channel": changed.channel, "ts": changed.ts, "text": text, "message": message_object(changed)}


@method("chat.delete", scopes="chat:write", known="channel ts as_user")
def delete(call: Call) -> ANSWER:
    message = _own(call, "message_not_found", "cant_delete_message")
    call.site.remove(message.channel, message.ts)
    return {"channel": message.channel, "ts": message.ts}


@method("chat.getPermalink", known="channel message_ts")
def get_permalink(call: Call) -> ANSWER:
    channel = call.site.channel(call.need("channel", "channel_not_found"))
    message = call.site.workspace.find(channel.id, call.need("message_ts", "message_not_found"))
    if message is None:
        raise ApiError("message_not_found")
    link = f"{call.site.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}
