"""Break-glass in Slack: the form is taken at once; the two buttons of a review count as a vote's do."""

from collections.abc import Callable
from typing import Any

from bot.domain.errors import Denied, Reason
from bot.domain.ids import RequestId
from bot.domain.request import Request, Verdict
from bot.domain.voting import Ballot
from bot.service import beforehand, break_glass, reviewing
from bot.service.break_glass import TakeCommand
from bot.slack import errors
from bot.slack.cards import glass as glass_cards
from bot.slack.face import Face, Payload, admitted, who
from bot.slack.forms import glass as glass_forms
from bot.slack.forms import small as small_forms
from bot.slack.ids import RequestMark
from bot.slack.listeners.clicks import Click, tell
from bot.slack.listeners.commands import open_view
from bot.slack.listeners.submissions import against, complain, over

Ack = Callable[..., Any]
_CARD_WAS_OLD = frozenset({Reason.STALE, Reason.WRONG_STATE, Reason.ALREADY_VOTED})
_WHY_NOT = "Say in a few words why not: everybody who was told reads this."


def sent(face: Face, ack: Ack, body: Payload) -> None:
    """The form of a broken glass: a credential to reveal, or what is wrong with it at each field."""
    person, view = who(body), body["view"]
    decision = admitted(face, person)
    if isinstance(decision, Denied):
        over(ack, small_forms.said(decision.sentence))
        return
    wanted = glass_forms.parse(view, person.user)
    taken = break_glass.take(face.world, wanted) if isinstance(wanted, TakeCommand) else wanted
    if isinstance(taken, Request):
        ack(response_action="update", view=glass_forms.taken(taken, face.known))
    else:
        complain(ack, view, taken)


def justified(face: Face, click: Click) -> None:
    """Count a review in favour, and show what became of it."""
    mark = RequestMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    reviewed = reviewing.review(face.world, _ballot(mark, click, Verdict.APPROVE))
    if isinstance(reviewed, Denied):
        tell(face, click, reviewed.sentence)
    if not isinstance(reviewed, Denied) or reviewed.reason in _CARD_WAS_OLD:
        _redraw(face, click, mark.request)


def unjustified(face: Face, click: Click) -> None:
    """Ask for the reason, if this person may review it."""
    mark = RequestMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    glass = beforehand.refusable(face.world, _ballot(mark, click, Verdict.DENY))
    if not isinstance(glass, Denied):
        form = glass_forms.refuse(glass, face.known)
        open_view(face, click.body, form, lambda sentence: tell(face, click, sentence))
        return
    tell(face, click, glass.sentence)
    if glass.reason in _CARD_WAS_OLD:
        _redraw(face, click, mark.request)


def refusal_sent(face: Face, ack: Ack, body: Payload) -> None:
    """A refusal with its reason."""

    def count(ballot: Ballot) -> str | Denied:
        told = reviewing.review(face.world, ballot)
        if isinstance(told, Denied):
            return told
        return f"It is ended, and everybody is told. Request {told.request.code}."

    against(face, ack, body, _WHY_NOT, count)


def _ballot(mark: RequestMark, click: Click, verdict: Verdict) -> Ballot:
    return Ballot(request=mark.request, digest=mark.digest, voter=click.person.user, verdict=verdict)


def _redraw(face: Face, click: Click, request: RequestId) -> None:
    """Put it as it is now where the button was. The cards in channels are the outbox's to edit."""
    glass = reviewing.look(face.world, click.person.user, request)
    if glass is not None and click.in_dm and click.reply:
        face.replies.in_place(click.reply, glass_cards.told(glass, face.known, click.person.user))
