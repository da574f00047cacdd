"""`conversations.history`: what was said, newest first, to whoever was granted it; metadata where it is asked for."""

import re

from bot.sandbox.api.directory_methods import granted
from bot.sandbox.api.methods import ANSWER, Call, method, page_of
from bot.sandbox.errors import ApiError
from bot.sandbox.state import seed
from bot.sandbox.state.renderings import message_object
from bot.sandbox.state.workspace import Channel

_MOST = 999
_TS = re.compile(r"\d{1,10}(\.\d{1,6})?")


@method(
    "conversations.history",
    scopes="channels:history groups:history im:history mpim:history",
    known="channel cursor limit oldest latest inclusive include_all_metadata",
)
def conversations_history(call: Call) -> ANSWER:
    channel = call.site.channel(call.need("channel", "channel_not_found"))
    granted(channel, "history", call)
    if seed.BOT_USER not in channel.members:
        raise ApiError("not_in_channel")
    limit = str(call.args.get("limit") or 100)
    if not limit.isdecimal() or not 1 <= int(limit) <= _MOST:
        call.site.violation(call.method, f"limit must be from 1 to {_MOST}")
        raise ApiError("invalid_limit")
    rows, following = page_of(call, _between(call, channel))
    return {"messages": rows, "has_more": bool(following["next_cursor"]), "response_metadata": following}


def _between(call: Call, channel: Channel) -> list[ANSWER]:
    """Newest first; never a reply in a thread, never an ephemeral."""
    oldest, latest = _moment(call, "oldest", "0"), _moment(call, "latest", "9" * 10)
    ends = {oldest, latest} if call.flag("inclusive") else set()
    rows = []
    for message in sorted(call.site.workspace.messages.get(channel.id, {}).values(), key=lambda each: each.ts):
        inside = float(oldest) < float(message.ts) < float(latest) or message.ts in ends
        if inside and message.thread_ts in {None, message.ts}:
            metadata = {"metadata": message.metadata} if message.metadata and call.flag("include_all_metadata") else {}
            rows.append(message_object(message) | metadata)
    return rows[::-1]


def _moment(call: Call, name: str, default: str) -> str:
    """A timestamp as messages have it. Raises `ApiError("invalid_ts_oldest")` or `…_latest`."""
    value = str(call.args.get(name) or default)
    if not _TS.fullmatch(value):
        raise ApiError(f"invalid_ts_{name}")
    return value
