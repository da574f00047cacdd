"""What the page and the tests may send, field by field. An unknown field or a wrong type is a 400."""

from typing import Any, Literal

import msgspec

from bot.sandbox.blockkit.inputs import Plain
from bot.sandbox.state.faults import Kind, When

Values = dict[str, dict[str, Plain]]


class Body(msgspec.Struct, forbid_unknown_fields=True):
    """Nothing but what is written down."""


class Act(Body, kw_only=True):
    """Somebody does something. `wait`: answer only once the bot's acknowledgement has taken effect."""

    person: str = msgspec.field(name="as")
    wait: bool = True


class CommandBody(Act, kw_only=True):
    channel: str
    text: str


class Where(Body, kw_only=True):
    kind: Literal["message", "ephemeral", "view", "home"]
    channel: str = ""
    ts: str = ""
    view_id: str = ""


class ActionBody(Act, kw_only=True):
    where: Where
    block_id: str
    action_id: str
    value: Plain = None
    state: Values = {}


class ShortcutBody(Act, kw_only=True):
    """`channel` and `ts`: of the message that it is started on, if it is one of those."""

    callback_id: str
    channel: str = ""
    ts: str = ""


class ViewBody(Act, kw_only=True):
    view_id: str


class StateBody(ViewBody, kw_only=True):
    state: Values = {}


class PersonBody(Body, kw_only=True):
    id: str
    name: str
    username: str = ""
    title: str = ""
    team_id: str = ""
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False
    channels: list[str] = []


class PersonChange(Body, kw_only=True):
    """What is left out stays as it is. `silent`: the bot gets no `user_change`."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    title: str | msgspec.UnsetType = msgspec.UNSET
    team_id: str | msgspec.UnsetType = msgspec.UNSET
    is_admin: bool | msgspec.UnsetType = msgspec.UNSET
    is_restricted: bool | msgspec.UnsetType = msgspec.UNSET
    is_ultra_restricted: bool | msgspec.UnsetType = msgspec.UNSET
    deleted: bool | msgspec.UnsetType = msgspec.UNSET
    present: bool | msgspec.UnsetType = msgspec.UNSET
    silent: bool = False


class GroupBody(Body, kw_only=True):
    users: list[str]
    handle: str = ""
    silent: bool = False


class ChannelBody(Body, kw_only=True):
    id: str
    name: str
    members: list[str]
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_ext_shared: bool = False


class MessageBody(Body, kw_only=True):
    """A message that stands in a channel; with `ts`, in the place of one that did. `user`: empty for a bot."""

    channel: str
    ts: str = ""
    user: str = ""
    bot_id: str | None = None
    text: str = ""
    subtype: str | None = None
    thread_ts: str | None = None
    blocks: list[dict[str, Any]] = []
    attachments: list[dict[str, Any]] = []
    files: list[dict[str, Any]] = []


class DeleteBody(Body, kw_only=True):
    channel: str
    ts: str


class FaultBody(Body, kw_only=True):
    kind: Kind
    method: str = "*"
    times: int = 1
    channel: str | None = None
    when: When = "before"
    status: int = 500
    retry_after: int = 1
    seconds: float = 1.0
    code: str = "internal_error"


class BendingBody(Body, kw_only=True):
    twice: bool = False
    late_seconds: float = 0.0
    times: int = 1


class ReplayBody(Body, kw_only=True):
    delivery: str


class PayloadBody(Body, kw_only=True):
    """A payload that nobody's click made: what a forger would send, if Slack signed it."""

    kind: Literal["slash_commands", "interactive", "events_api"]
    payload: dict[str, Any]


class DropBody(Body, kw_only=True):
    """`one`: only the connection that has stood longest."""

    how: Literal["close", "disconnect_frame"] = "close"
    one: bool = False
