"""The buttons that hand a secret over: *Reveal*, *I did not get it*, *I stored it*.

The secret goes out as the answer to the press, through the press's own URL: a press proves that somebody is there to
see it. What became of that answer is told to the use case at once, so that a secret nobody saw is offered again.
"""

from bot.domain.errors import Denied
from bot.service.handover import issuance, receipts
from bot.slack import errors
from bot.slack.cards import secret as secret_cards
from bot.slack.cards.pieces import Card
from bot.slack.cards.plain import refusal
from bot.slack.face import Face
from bot.slack.ids import RequestMark, SecretMark
from bot.slack.listeners.clicks import Click, tell

_STORED = "Thank you. It is noted that you stored this secret."


def reveal(face: Face, click: Click) -> None:
    """Mint the credential and show its secret."""
    mark = RequestMark.parse(click.value)
    if mark is None or not face.replies.allows(click.reply):
        tell(face, click, errors.NOT_OURS)
        return
    claim = issuance.Claim(request=mark.request, digest=mark.digest, actor=click.person.user)
    _hand_over(face, click, issuance.reveal(face.world, claim))


def reissue(face: Face, click: Click) -> None:
    """Another secret in place of one that did not arrive."""
    mark = SecretMark.parse(click.value)
    if mark is None or not face.replies.allows(click.reply):
        tell(face, click, errors.NOT_OURS)
        return
    press = issuance.Press(credential=mark.credential, secret=mark.secret, actor=click.person.user)
    shown = issuance.reissue(face.world, press)
    if not isinstance(shown, Denied) and click.on_ephemeral:
        face.replies.remove(click.reply)  # the secret in that message is dead
    _hand_over(face, click, shown)


def stored(face: Face, click: Click) -> None:
    """The owner has it: the message that shows it is deleted."""
    mark = SecretMark.parse(click.value)
    if mark is None:
        tell(face, click, errors.NOT_OURS)
        return
    kept = receipts.stored(face.world, mark.credential, mark.secret, click.person.user)
    if isinstance(kept, Denied):
        tell(face, click, kept.sentence)
    elif click.on_ephemeral:
        face.replies.remove(click.reply)
    else:
        face.replies.privately(click.reply, refusal(_STORED))


def _hand_over(face: Face, click: Click, shown: issuance.Shown | Denied) -> None:
    if isinstance(shown, Denied):
        tell(face, click, shown.sentence)
        return
    credential = shown.credential
    card = _card(face, shown)
    delivery = face.replies.privately(click.reply, card)
    receipts.delivered(face.world, credential.id, credential.newest.id, delivery)


def _card(face: Face, shown: issuance.Shown) -> Card:
    left, url = shown.reissues_left, face.public_url
    if shown.secret is None:
        return secret_cards.without_secret(shown.credential, reissues_left=left, public_url=url)
    return secret_cards.shown(shown.credential, shown.secret, reissues_left=left, public_url=url)
