"""What is started without a command: *Add a credential* from anywhere, and *Revoke this credential* on a message."""

from bot.domain.errors import Denied
from bot.domain.ids import ChannelId
from bot.service import leaks
from bot.slack.cards import leak as cards
from bot.slack.cards import plain
from bot.slack.face import Face, Payload, introduced, who
from bot.slack.forms.small import said
from bot.slack.listeners.commands import open_view
from bot.slack.listeners.opening import to_open
from bot.slack.listeners.watching import texts


def add(face: Face, body: Payload) -> None:
    """The form of a new credential, or why not."""
    person = who(body)
    decision = introduced(face, person)
    view = decision if isinstance(decision, Denied) else to_open(face, person.user)
    open_view(face, body, said(view.sentence) if isinstance(view, Denied) else view, lambda _too_late: None)


def leaked(face: Face, body: Payload) -> None:
    """Whoever has to know of the secrets in a message is told."""
    person, reply = who(body), str(body.get("response_url") or "")
    decision = introduced(face, person)
    if isinstance(decision, Denied):
        face.replies.privately(reply, plain.refusal(decision.sentence))
        return
    channel = ChannelId(str((body.get("channel") or {}).get("id") or ""))
    text = "\n".join(texts(body.get("message")))
    found = leaks.report(face.world, text, by=person.user, channel=channel)
    answer = plain.refusal(found.sentence) if isinstance(found, Denied) else cards.thanks(found)
    face.replies.privately(reply, answer)
