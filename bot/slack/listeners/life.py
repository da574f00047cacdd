"""The buttons of a credential's life that take effect at once: *Accept*, *Decline*, *Undo*, *Suspend*.

Pressed twice, each has one effect; what was on the screen is redrawn as it is now.
"""

from collections.abc import Callable
from typing import Any

from bot.domain.credential import Credential
from bot.domain.errors import Denied
from bot.domain.ids import CredentialId, RequestId, UserId
from bot.domain.request import Request
from bot.ports import World
from bot.service import effects, lifecycle
from bot.service.reading.looking import look_again
from bot.slack import errors
from bot.slack.cards import credential as credential_cards
from bot.slack.face import Face, Payload, admitted, who
from bot.slack.forms import small as small_forms
from bot.slack.ids import RequestMark, parse_credential
from bot.slack.listeners.clicks import Click, redraw_offer, tell

Ack = Callable[..., Any]
Answer = Callable[[World, RequestId, str, UserId], Request | Denied]


def accept(face: Face, click: Click) -> None:
    """The new owner takes a credential over."""
    _answer(face, click, effects.accept)


def decline(face: Face, click: Click) -> None:
    """The new owner does not want it."""
    _answer(face, click, effects.decline)


def undo(face: Face, click: Click) -> None:
    """A deletion is taken back."""
    credential = parse_credential(click.value)
    if credential is None:
        tell(face, click, errors.NOT_OURS)
        return
    restored = lifecycle.undo_deletion(face.world, credential, click.person.user)
    if isinstance(restored, Denied):
        tell(face, click, restored.sentence)
    _redraw_credential(face, click, credential)


def suspend(face: Face, click: Click) -> None:
    """A credential stops at once."""
    credential = parse_credential(click.value)
    if credential is None:
        tell(face, click, errors.NOT_OURS)
        return
    stopped = lifecycle.suspend(face.world, credential, click.person.user)
    if isinstance(stopped, Denied):
        tell(face, click, stopped.sentence)
    _redraw_credential(face, click, credential)


def suspension_sent(face: Face, ack: Ack, body: Payload) -> None:
    """The same, by the form of `/cred suspend`."""
    person, credential = who(body), parse_credential(body["view"].get("private_metadata"))
    decision = admitted(face, person)
    if isinstance(decision, Denied) or credential is None:
        sentence = decision.sentence if isinstance(decision, Denied) else errors.NOT_OURS
    else:
        sentence = _said_of(lifecycle.suspend(face.world, credential, person.user))
    ack(response_action="update", view=small_forms.said(sentence))


def _said_of(stopped: Credential | Denied) -> str:
    if isinstance(stopped, Denied):
        return stopped.sentence
    return f"“{stopped.name}” is suspended: it no longer authenticates. `/cred resume {stopped.name}` asks for it back."


def _answer(face: Face, click: Click, answer: Answer) -> None:
    mark = RequestMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    answered = answer(face.world, mark.request, mark.digest, click.person.user)
    if isinstance(answered, Denied):
        tell(face, click, answered.sentence)
    redraw_offer(face, click, mark.request)


def _redraw_credential(face: Face, click: Click, credential: CredentialId) -> None:
    """What `/cred show` answered is made anew. A card in a channel or a DM is the outbox's to edit."""
    view = look_again(face.world, click.person.user, credential) if click.on_ephemeral else None
    if view is not None and click.reply:
        face.replies.in_place(click.reply, credential_cards.show(view, face.known))
