"""The buttons and forms of credentials that live elsewhere: *It is done there…*, *It is deleted there*."""

from typing import Any

from bot.domain.credential import Credential
from bot.domain.errors import Denied
from bot.service.vendors import errands, tracking
from bot.service.vendors.tracking import MadeCommand
from bot.slack import errors
from bot.slack.face import Face, Payload, admitted, who
from bot.slack.forms import made as made_form
from bot.slack.forms import small as small_forms
from bot.slack.ids import ChangeMark, RequestMark
from bot.slack.listeners.clicks import Click, tell
from bot.slack.listeners.commands import open_view
from bot.slack.listeners.submissions import Ack, complain, counted, over
from bot.slack.text import day


def made(face: Face, click: Click) -> None:
    """Ask for what is there now."""
    mark = RequestMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    request = tracking.to_be_made(face.world, mark.request, mark.digest, click.person.user)
    if isinstance(request, Denied):
        tell(face, click, request.sentence)
    else:
        open_view(face, click.body, made_form.build(request, face.known), lambda sentence: tell(face, click, sentence))


def made_sent(face: Face, ack: Ack, body: Payload) -> None:
    """What is there now. The workspace is asked who is who before it counts, so the outcome may follow."""
    person, view = who(body), body["view"]
    decision, wanted = admitted(face, person), made_form.parse(view, person.user)
    if isinstance(decision, Denied) or wanted is None:
        over(ack, small_forms.said(decision.sentence if isinstance(decision, Denied) else errors.NOT_OURS))
        return
    problems = tracking.problems_with_made(face.world, wanted) if isinstance(wanted, MadeCommand) else wanted
    if problems or not isinstance(wanted, MadeCommand):
        complain(ack, view, problems)
        return
    counted(face, ack, view, lambda: small_forms.said(_told(face, wanted)), typed="")


def gone(face: Face, click: Click) -> None:
    """It is deleted where it lived. The card is the outbox's to edit."""
    mark = ChangeMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    ended = errands.gone_there(face.world, mark.credential, click.person.user)
    told = (
        ended.sentence if isinstance(ended, Denied) else f"“{ended.name}” is deleted, and its name is free. Thank you."
    )
    tell(face, click, told)


def _told(face: Face, wanted: MadeCommand) -> str:
    found: Any = tracking.made(face.world, wanted)
    match found:
        case Credential(name=name) if not wanted.client_id:
            until = day(face.known.policy.last_day(found.expires_at))
            return f"“{name}” works until the end of {until}: you are warned before that. Thank you."
        case Credential(name=name):
            return f"“{name}” is tracked from now on: you are warned before it expires. `/cred show {name}` has it."
        case Denied(sentence=sentence):
            return sentence
        case problems:
            return " ".join(problem.sentence for problem in problems)
