"""What Slack sends, as its documentation has it: of each kind of payload, the fields that this program reads.

Beyond these a payload may hold anything, since Slack adds to it as it likes. Within them a payload that says something
else than its kind does is none of Slack's: it is refused before anybody looks into it, so that a listener may rely on
what it finds. https://docs.slack.dev/interactivity and https://docs.slack.dev/apis/events-api have the kinds.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

Id = Annotated[str, Meta(max_length=255)]
"""Of a person, a channel, a workspace, a form."""
Somebody = Annotated[str, Meta(max_length=255, pattern=r"\A[UW][A-Z0-9]+\Z")]
"""Whom somebody chose in a form: the form may be shown again with them in it."""
_Open = dict[str, Any]


class _Team(Struct):
    id: Id | None = None
    enterprise_id: Id | None = None


class _Person(Struct):
    id: Id
    team_id: Id | None = None


class _Channel(Struct):
    id: Id | None = None


class _Option(Struct):
    value: str | None = None


class _Entry(Struct):
    """What a field of a form holds."""

    value: str | None = None
    selected_option: _Option | None = None
    selected_user: Somebody | None = None
    selected_date: str | None = None
    selected_options: list[_Option] | None = None


class _State(Struct):
    values: dict[str, dict[str, _Entry]] | None = None


class _View(Struct):
    type: Literal["modal", "home"]
    id: Id
    callback_id: str
    hash: str | None = None
    private_metadata: str | None = None
    state: _State | None = None
    team_id: Id | None = None
    app_installed_team_id: Id | None = None


class _Pressed(Struct):
    action_id: str
    value: str | None = None
    selected_option: _Option | None = None


class _Container(Struct):
    is_ephemeral: bool | None = None


class _Authorization(Struct):
    """On whose behalf an event comes."""

    team_id: Id | None = None
    enterprise_id: Id | None = None
    is_enterprise_install: bool | None = None


class _Command(Struct):
    """A slash command: a form, so that all of it is text."""

    command: str
    user_id: Id
    team_id: Id | None = None
    enterprise_id: Id | None = None
    channel_id: Id | None = None
    text: str | None = None
    trigger_id: str | None = None
    response_url: str | None = None
    is_enterprise_install: str | bool | None = None


class _Interaction(Struct, kw_only=True):
    """What every interaction says: who, of which workspace, on Enterprise Grid of which organization."""

    user: _Person
    team: _Team | None = None
    enterprise: _Team | None = None
    is_enterprise_install: bool | None = None
    trigger_id: str | None = None
    response_url: str | None = None


class _Press(_Interaction, kw_only=True):
    actions: Annotated[list[_Pressed], Meta(min_length=1)]
    container: _Container | None = None
    channel: _Channel | None = None
    message: _Open | None = None
    view: _View | None = None
    state: _State | None = None


class _ResponseUrl(Struct):
    response_url: str | None = None


class _Sent(_Interaction, kw_only=True):
    view: _View
    response_urls: list[_ResponseUrl] = []


class _Closed(_Interaction, kw_only=True):
    view: _View
    is_cleared: bool | None = None


class _Started(_Interaction, kw_only=True):
    callback_id: str


class _OnMessage(_Started, kw_only=True):
    message: _Open
    channel: _Channel


class _Occurrence(Struct):
    """What an event is about. `user` is an ID, or the account itself where it changed."""

    type: str
    user: str | _Person | None = None
    tab: str | None = None
    subteam_id: Id | None = None
    subteam: _Team | None = None
    channel: str | _Channel | None = None
    subtype: str | None = None
    message: _Open | None = None
    enterprise: str | _Team | None = None
    team: str | _Team | None = None


class _Event(Struct):
    event: _Occurrence
    event_id: Id | None = None
    team_id: Id | None = None
    enterprise_id: Id | None = None
    authorizations: list[_Authorization] | None = None


class _Challenge(Struct):
    challenge: str


class _Anything(Struct):
    pass


SHAPES: Final[Mapping[str, type[Struct]]] = {
    "block_actions": _Press,
    "view_submission": _Sent,
    "view_closed": _Closed,
    "shortcut": _Started,
    "message_action": _OnMessage,
    "event_callback": _Event,
    "url_verification": _Challenge,
    "app_rate_limited": _Anything,
}
"""The kinds that say in `type` what they are."""


class UnsoundError(Exception):
    """It is no payload of Slack's."""


class UnheardError(Exception):
    """It is a kind of payload to which nothing here listens."""


def check(payload: object) -> Mapping[str, Any]:
    """The payload, whose fields hold what its kind has in them. Raises `UnsoundError`, or `UnheardError`."""
    if not isinstance(payload, dict):
        raise UnsoundError
    shape = _shape(payload)
    try:
        msgspec.convert(payload, shape)
        msgspec.json.encode(payload)  # half a surrogate pair is no text: nothing could keep it or send it
    except (msgspec.MsgspecError, UnicodeError, OverflowError, RecursionError):
        raise UnsoundError from None
    return payload


def _shape(payload: Mapping[str, Any]) -> type[Struct]:
    if "command" in payload:
        return _Command
    if payload.get("ssl_check") == "1":
        return _Anything
    kind = payload.get("type")
    shape = SHAPES.get(kind) if isinstance(kind, str) else None
    if shape is None:
        raise UnheardError
    return shape
