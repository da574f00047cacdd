"""Forms that were sent: validated, committed and answered before anything slow begins."""

import threading
from collections.abc import Callable
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.domain.errors import Denied
from bot.domain.ids import Words
from bot.domain.request import Request, Verdict
from bot.domain.voting import Ballot
from bot.service import requests, terms
from bot.service.asking import AddCommand, Problem
from bot.service.expiry import deciding
from bot.slack import errors
from bot.slack.cards.pieces import Json
from bot.slack.face import Face, Payload, admitted, who
from bot.slack.forms import small as small_forms
from bot.slack.forms.add import parse_add
from bot.slack.forms.sent import errors_of, of_the_whole
from bot.slack.ids import Block, Callback
from bot.slack.listeners.opening import glass_to_open, to_open

Ack = Callable[..., Any]
_WHY_NOT = "Say in a few words why not: the person who asked reads this."
PATIENCE = 1.5
"""Seconds that an answer waits for an outcome, of the three that Slack waits for the answer."""


def add_sent(face: Face, ack: Ack, body: Payload) -> None:
    """The add form: a request, or what is wrong with it at each field."""
    person, view = who(body), body["view"]
    decision = admitted(face, person)
    if isinstance(decision, Denied):
        over(ack, small_forms.said(decision.sentence))
        return
    wanted = parse_add(view, person.user)
    opened = requests.open_add(face.world, wanted) if isinstance(wanted, AddCommand) else wanted
    if isinstance(opened, Request):
        ack(response_action="update", view=small_forms.sent_off(opened, face.known))
    else:
        complain(ack, view, opened)


def terms_sent(face: Face, ack: Ack, body: Payload) -> None:
    """The terms: once accepted, the form takes their place."""
    person = who(body)
    decision = admitted(face, person)
    digest = small_forms.accepted_digest(body["view"])
    if not isinstance(decision, Denied) and digest is not None:
        # Terms that have changed meanwhile are refused here, and shown anew by `to_open`.
        terms.accept(face.world, person.user, digest)
    opens = glass_to_open if small_forms.leads_to(body["view"]) is Callback.GLASS else to_open
    following = decision if isinstance(decision, Denied) else opens(face, person.user)
    view = small_forms.said(following.sentence) if isinstance(following, Denied) else following
    ack(response_action="update", view=view)


def denial_sent(face: Face, ack: Ack, body: Payload) -> None:
    """A denial with its reason."""

    def count(ballot: Ballot) -> str | Denied:
        told = requests.vote(face.world, ballot)
        return told if isinstance(told, Denied) else f"Denied. I have told the requester. Request {told.code}."

    against(face, ack, body, _WHY_NOT, count)


def against(face: Face, ack: Ack, body: Payload, ask_why: str, count: Callable[[Ballot], str | Denied]) -> None:
    """A vote against, with its reason; `ask_why` is said where there is none, and `count` says what became of it.

    The workspace is asked who is who before it counts, so the outcome follows.
    """
    person, view = who(body), body["view"]
    decision, sent = admitted(face, person), small_forms.denial(view)
    if isinstance(decision, Denied) or sent is None:
        sentence = decision.sentence if isinstance(decision, Denied) else errors.NOT_OURS
        ack(response_action="update", view=small_forms.said(sentence))
        return
    mark, reason = sent
    problem = small_forms.wrong_with(reason, ask_why)
    if problem:
        ack(response_action="errors", errors={Block.REASON.value: problem})
        return
    ballot = Ballot(
        request=mark.request, digest=mark.digest, voter=person.user, verdict=Verdict.DENY, reason=Words(reason)
    )

    def outcome() -> Json:
        told = count(ballot)
        return small_forms.said(told.sentence, typed=reason) if isinstance(told, Denied) else small_forms.said(told)

    counted(face, ack, view, outcome, typed=reason)


def counted(face: Face, ack: Ack, view: Payload, count: Callable[[], Json], *, typed: str) -> None:
    """Count a decision after the answer, or within it if that is quick; the form turns into what became of it."""
    outcome = _Outcome(lambda shown: _show(face, view, shown))
    if face.later(lambda: outcome.is_(count()), lambda sentence: outcome.is_(small_forms.said(sentence, typed=typed))):
        ack(response_action="update", view=outcome.in_time() or small_forms.said("Counting your decision…"))
    else:
        apologise(ack, errors.BUSY)


def withdrawal_sent(face: Face, ack: Ack, body: Payload) -> None:
    """A request is taken back."""
    person, mark = who(body), small_forms.withdrawal(body["view"])
    decision = admitted(face, person)
    if isinstance(decision, Denied) or mark is None:
        sentence = decision.sentence if isinstance(decision, Denied) else errors.NOT_OURS
    else:
        ended = requests.withdraw(face.world, mark.request, person.user)
        sentence = ended.sentence if isinstance(ended, Denied) else f"Your request {ended.code} is withdrawn."
    ack(response_action="update", view=small_forms.said(sentence))


def let_expire_sent(face: Face, ack: Ack, body: Payload) -> None:
    """Somebody lets a credential expire."""
    person, credential_id = who(body), small_forms.let_expire_of(body["view"])
    decision = admitted(face, person)
    if isinstance(decision, Denied) or credential_id is None:
        sentence = decision.sentence if isinstance(decision, Denied) else errors.NOT_OURS
    else:
        left = deciding.let_expire(face.world, credential_id, person.user)
        sentence = left.sentence if isinstance(left, Denied) else f"“{left.name}” may expire. Nobody is warned of it."
    ack(response_action="update", view=small_forms.said(sentence))


class _Outcome:
    """What a form turns into: the answer itself carries it if it is there in time, and the form is updated if not."""

    def __init__(self, show_late: Callable[[Json], None]) -> None:
        self._show_late = show_late
        self._lock = threading.Lock()
        self._there = threading.Event()
        self._view: Json | None = None
        self._answered = False

    def is_(self, view: Json) -> None:
        """The outcome."""
        with self._lock:
            self._view = view
            late = self._answered
            self._there.set()
        if late:
            self._show_late(view)

    def in_time(self) -> Json | None:
        """The outcome, if it came while an answer may still wait for it."""
        self._there.wait(PATIENCE)
        with self._lock:
            self._answered = True
            return self._view


def apologise(ack: Ack, sentence: str) -> None:
    """Something failed: say so on top of the form, so that what was typed stays."""
    over(ack, small_forms.said(sentence))


def complain(ack: Ack, view: Payload, problems: tuple[Problem, ...]) -> None:
    """Say what is wrong: at its fields, or on top of the form where no field can carry it."""
    at_fields = errors_of(view, problems)
    if at_fields:
        ack(response_action="errors", errors=at_fields)
    else:
        over(ack, small_forms.said(of_the_whole(view, problems)))


def over(ack: Ack, view: Json) -> None:
    """Show a view on top of the form, so that what was typed stays."""
    ack(response_action="push", view=view)


def _show(face: Face, form: Payload, view: Json) -> None:
    """Put an outcome where the form was, if it is still open."""
    try:
        face.client.views_update(view_id=str(form["id"]), view=view)
    except SlackApiError as refused:
        if refused.response.get("error") != "not_found":
            raise
