"""A press of a button, as Slack sent it: who, on what, from where, and how to answer."""

from dataclasses import dataclass

from bot.domain.errors import Denied
from bot.domain.ids import RequestId
from bot.domain.request import Request
from bot.service import requests
from bot.service.reading import inventory
from bot.slack.cards import offer as offer_cards
from bot.slack.cards import plain
from bot.slack.cards import request as request_cards
from bot.slack.cards.pieces import Card
from bot.slack.face import Face, Payload, Person, who
from bot.slack.forms.small import said
from bot.slack.listeners.commands import open_view


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """One press. `reply` is the URL to answer to: empty for a press in a view, which has a trigger only."""

    person: Person
    value: object
    reply: str
    body: Payload

    @property
    def in_dm(self) -> bool:
        """Whether the button stood in a message of the bot to this person."""
        return str((self.body.get("channel") or {}).get("id") or "").startswith("D")

    @property
    def on_ephemeral(self) -> bool:
        """Whether the button stood in an answer that only this person sees."""
        return (self.body.get("container") or {}).get("is_ephemeral") is True


def click_of(body: Payload) -> Click:
    """The press in a payload of Slack's."""
    pressed: Payload = (body.get("actions") or [{}])[0]
    chosen = pressed.get("selected_option") or {}
    return Click(
        person=who(body),
        value=pressed.get("value", chosen.get("value")),
        reply=str(body.get("response_url") or ""),
        body=body,
    )


def tell(face: Face, click: Click, sentence: str) -> None:
    """Say something to the person who pressed, and to nobody else."""
    if click.reply:
        face.replies.privately(click.reply, plain.refusal(sentence))
    else:
        open_view(face, click.body, said(sentence), lambda _too_late: None)


def answer(face: Face, click: Click, card: Card) -> None:
    """Show a card to the person who pressed."""
    face.replies.privately(click.reply, card)


def redraw(face: Face, click: Click, request: RequestId) -> None:
    """Put the request as it is now where the button was. The outbox edits the card in a channel."""
    if not click.reply:
        return
    if click.on_ephemeral:
        waiting = inventory.pending(face.world, click.person.user)
        if not isinstance(waiting, Denied):
            face.replies.in_place(click.reply, plain.pending(waiting, face.known))
        return
    found = inventory.request(face.world, click.person.user, request)
    if isinstance(found, Denied):
        return
    if click.in_dm:
        subject = inventory.subject(face.world, found)
        face.replies.in_place(click.reply, request_cards.asked(found, face.known, click.person.user, subject))
    else:
        requests.show_anew(face.world, found)


def redraw_offer(face: Face, click: Click, request: RequestId) -> None:
    """The same where the button stood in the message to whoever takes what was approved."""
    found = inventory.request(face.world, click.person.user, request)
    if click.in_dm and click.reply and isinstance(found, Request):
        subject = inventory.subject(face.world, found)
        face.replies.in_place(click.reply, offer_cards.offer(found, face.known, subject))
