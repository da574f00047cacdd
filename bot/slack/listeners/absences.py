"""`/cred delegate`: somebody is away, and names who stands in for them; or is back, and ends it."""

import threading
from collections.abc import Callable
from typing import Any

from bot.domain.delegation import Delegation
from bot.domain.errors import Denied, Reason
from bot.domain.ids import GroupId, UserId
from bot.service import delegating
from bot.service.delegating import Absence, DelegateCommand
from bot.slack import errors
from bot.slack.cards import plain
from bot.slack.cards.absence import span
from bot.slack.cards.pieces import Card, Json
from bot.slack.face import Face, Later, Payload, Person, admitted, who
from bot.slack.forms import absence as delegation_forms
from bot.slack.forms import small as small_forms
from bot.slack.listeners.submissions import PATIENCE, complain, over
from bot.slack.text import mention

Ack = Callable[..., Any]


def form_of(face: Face, person: Person, _rest: str) -> Card | Json | Later:
    """The form, or why there is none for this person: that only once the approvers' user groups were read anew.

    Right after the very first start nobody has read them yet.
    """
    stands = delegating.absence(face.world, person.user)
    groups = face.world.policy.approver_groups
    if isinstance(stands, Denied) and stands.reason is Reason.NOT_APPROVER and groups:
        return Later(lambda: _read_anew(face, person, groups))
    return _form(face, stands)


def _read_anew(face: Face, person: Person, groups: frozenset[GroupId]) -> Card | Json:
    face.world.directory.refresh(frozenset(), groups)
    return _form(face, delegating.absence(face.world, person.user))


def _form(face: Face, stands: Absence | Denied) -> Card | Json:
    return plain.refusal(stands.sentence) if isinstance(stands, Denied) else delegation_forms.build(stands, face.known)


def sent(face: Face, ack: Ack, body: Payload) -> None:
    """Somebody was named: who stands in, or what is wrong with it at each field."""
    person, view = who(body), body["view"]
    decision = admitted(face, person)
    if isinstance(decision, Denied):
        over(ack, small_forms.said(decision.sentence))
        return
    wanted = delegation_forms.parse(view, person.user)
    if isinstance(wanted, DelegateCommand):
        _look_up(face, wanted.delegate)
    begun = delegating.begin(face.world, wanted) if isinstance(wanted, DelegateCommand) else wanted
    if isinstance(begun, Delegation):
        told = f"{mention(begun.delegate)} stands in for you {span(begun, face.known)}, and I have told them."
        ack(response_action="update", view=small_forms.shown(f"{told} `/cred delegate` ends it sooner."))
    else:
        complain(ack, view, begun)


def _look_up(face: Face, user: UserId) -> None:
    """Ask the workspace who somebody is that has just joined, for as long as Slack waits for the answer to the form."""
    if face.world.directory.member(user) is not None:
        return
    done = threading.Event()

    def ask() -> None:
        try:
            face.world.directory.refresh(frozenset({user}), frozenset())
        finally:
            done.set()

    if face.later(ask, lambda _sentence: None):
        done.wait(PATIENCE)


def end_sent(face: Face, ack: Ack, body: Payload) -> None:
    """It is to end."""
    person, delegation = who(body), delegation_forms.delegation_of(body["view"])
    decision = admitted(face, person)
    if isinstance(decision, Denied) or delegation is None:
        sentence = decision.sentence if isinstance(decision, Denied) else errors.NOT_OURS
        ack(response_action="update", view=small_forms.said(sentence))
        return
    ended = delegating.end(face.world, delegation, person.user)
    if isinstance(ended, Denied):
        ack(response_action="update", view=small_forms.said(ended.sentence))
    else:
        told = f"{mention(ended.delegate)} no longer stands in for you, and I have told them."
        ack(response_action="update", view=small_forms.shown(told))
