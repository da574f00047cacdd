"""Changes of a credential that there is: their form is opened, follows what is chosen in it, and is sent."""

from collections.abc import Callable
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.domain.errors import Denied
from bot.domain.request import Request
from bot.service import requests
from bot.service.asking import Field
from bot.slack import errors
from bot.slack.face import Face, Payload, admitted, who
from bot.slack.forms import change as change_forms
from bot.slack.forms import small as small_forms
from bot.slack.forms.sent import has_field
from bot.slack.ids import ChangeMark
from bot.slack.listeners.clicks import Click, tell
from bot.slack.listeners.commands import open_view
from bot.slack.listeners.opening import change_form, change_view
from bot.slack.listeners.submissions import complain, over

Ack = Callable[..., Any]


def change(face: Face, click: Click) -> None:
    """A button that offers a change."""
    mark = ChangeMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
    else:
        open_change(face, click, mark)


def open_change(face: Face, click: Click, mark: ChangeMark) -> None:
    """Open the form of a change for whoever pressed, or say why it cannot be asked for."""
    view = change_view(face, click.person.user, mark)
    if isinstance(view, Denied):
        tell(face, click, view.sentence)
    else:
        open_view(face, click.body, view, lambda sentence: tell(face, click, sentence))


def change_chosen(face: Face, click: Click) -> None:
    """A new owner or another day was chosen in the open form: who must approve is shown anew."""
    view = click.body.get("view") or {}
    command = change_forms.parse(view, click.person.user)
    if command is None:
        return  # sending the form says what is wrong with it
    if command.owner is not None and face.world.directory.member(command.owner) is None:
        face.world.directory.refresh(frozenset({command.owner}), frozenset())  # somebody who has just joined
    now = change_form(face, command)
    if isinstance(now, Denied):
        return
    try:
        face.client.views_update(view_id=str(view.get("id")), hash=str(view.get("hash")), view=now)
    except SlackApiError as refused:
        # A newer change overtook this one, or the form is closed: both are as they should be.
        if refused.response.get("error") not in {"hash_conflict", "not_found"}:
            raise


def change_sent(face: Face, ack: Ack, body: Payload) -> None:
    """The form of a change: a request, or what is wrong with it at each field."""
    person, view = who(body), body["view"]
    decision, command = admitted(face, person), change_forms.parse(view, person.user)
    if isinstance(decision, Denied) or command is None:
        over(ack, small_forms.said(decision.sentence if isinstance(decision, Denied) else errors.NOT_OURS))
        return
    opened = requests.open_change(face.world, command)
    if isinstance(opened, Request):
        ack(response_action="update", view=small_forms.sent_off(opened, face.known))
    elif any(problem.field is Field.REASON for problem in opened) and not has_field(view, Field.REASON):
        grown = change_form(face, command)  # it was sent before the field that it needs by now was there
        ack(response_action="update", view=small_forms.said(grown.sentence) if isinstance(grown, Denied) else grown)
    else:
        complain(ack, view, opened)
