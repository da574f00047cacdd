"""`/cred …`: each answer is made of local reads, stands in the acknowledgement, and only its author sees it.

What has to write first, an auditor's reading, is answered after the acknowledgement: a store that is locked for longer
than Slack waits costs the answer, and not the truth about it.
"""

from collections.abc import Callable
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.domain.credential import Credential
from bot.domain.errors import Allowed, Denied
from bot.domain.kind import Kind
from bot.service import lifecycle, terms
from bot.service.delivery import checkpoints
from bot.service.reading import inventory, listing, looking
from bot.slack import errors
from bot.slack.cards import credential as credential_cards
from bot.slack.cards import help as help_cards
from bot.slack.cards import ledger, plain
from bot.slack.cards import listing as list_cards
from bot.slack.cards.pieces import Card, Json
from bot.slack.cards.spoken import spoken
from bot.slack.cards.wording import WORDINGS
from bot.slack.face import Face, Later, Payload, Person, Tell, admitted, introduced, unknown, who
from bot.slack.forms import small as small_forms
from bot.slack.ids import COMMAND, ChangeMark
from bot.slack.listeners import absences, audits
from bot.slack.listeners.opening import change_view, glass_to_open, to_open
from bot.slack.looking_for import Asker, read
from bot.slack.manual import MANUAL, called
from bot.slack.text import unescape

Ack = Callable[..., Any]
Answered = Card | Json | Later
"""A card to answer with, a view to open, or one of them that is made only after the acknowledgement."""
Answer = Callable[[Face, Person, str], Answered]
_QUOTES = str.maketrans("", "", '"“”„`*')
"""What people write around a name or copy with one. No name has them in it; a list reads its own."""
_TOO_LATE = "The form did not open in time. Please try it again."


def command(face: Face, ack: Ack, body: Payload) -> None:
    """Answer what was typed."""
    person, reply = who(body), str(body.get("response_url") or "")

    def tell(sentence: str) -> None:
        face.replies.privately(reply, plain.refusal(sentence))

    decision = admitted(face, person)
    if unknown(decision):
        started = face.later(lambda: _after_introduction(face, person, body), tell)
        ack(**({} if started else _privately(plain.refusal(errors.BUSY))))
    elif isinstance(decision, Denied):
        ack(**_privately(plain.refusal(decision.sentence)))
    else:
        answer = _answer(face, person, str(body.get("text") or ""))
        if isinstance(answer, Card):
            ack(**_privately(answer))
        else:
            started = face.later(lambda: _deliver(face, body, answer, tell), tell)
            ack(**({} if started else _privately(plain.refusal(errors.BUSY))))


def _deliver(face: Face, body: Payload, answer: Answered, tell: Tell) -> None:
    """What goes out after the acknowledgement."""
    if isinstance(answer, Later):
        answer = answer.make()
    if isinstance(answer, Card):
        face.replies.privately(str(body.get("response_url") or ""), answer)
    else:
        open_view(face, body, answer, tell)


def open_view(face: Face, body: Payload, view: Json, tell: Callable[[str], None]) -> None:
    """Open a view for a trigger; where the trigger is too old, say so."""
    try:
        face.client.views_open(trigger_id=str(body.get("trigger_id")), view=view)
    except SlackApiError as refused:
        if refused.response.get("error") not in {"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"}:
            raise
        tell(_TOO_LATE)


def _after_introduction(face: Face, person: Person, body: Payload) -> None:
    reply = str(body.get("response_url") or "")
    decision = introduced(face, person)
    answer = (
        plain.refusal(decision.sentence)
        if isinstance(decision, Denied)
        else _answer(face, person, str(body.get("text") or ""))
    )
    _deliver(face, body, answer, lambda sentence: _say(face, reply, sentence))


def _say(face: Face, reply: str, sentence: str) -> None:
    face.replies.privately(reply, plain.refusal(sentence))


def _answer(face: Face, person: Person, typed: str) -> Answered:
    """What the word that was typed is answered with."""
    word, rest = [*unescape(typed).split(maxsplit=1), "", ""][:2]
    name, rest = called(word or "help"), rest.strip()
    if name is None:
        return help_cards.unknown_command(word, few=_may_break_glass(face, person))
    if rest.casefold() == "help":
        return _help(face, person, name)
    return ANSWERS[name](face, person, rest if name == "list" else rest.translate(_QUOTES).strip())


def _add(face: Face, person: Person, _rest: str) -> Card | Json:
    view = to_open(face, person.user)
    return plain.refusal(view.sentence) if isinstance(view, Denied) else view


def _list(face: Face, person: Person, rest: str) -> Card:
    user = person.user
    wanted = read(rest, Asker(user, face.world.policy, lambda: listing.estates_known(face.world, user)))
    found = wanted if isinstance(wanted, Denied) else listing.listing(face.world, user, wanted)
    return plain.refusal(found.sentence) if isinstance(found, Denied) else list_cards.listing(found, face.known)


def _show(face: Face, person: Person, rest: str) -> Card:
    if not rest:
        return plain.refusal("Say which one: `/cred show NAME`. `/cred list` has the names.")
    found = looking.look(face.world, person.user, rest)
    if isinstance(found, Denied):
        return plain.refusal(found.sentence)
    if isinstance(found, inventory.Choice):
        return list_cards.choice(found.items, face.known)
    return credential_cards.show(found, face.known)


def _changing(kind: Kind) -> Answer:
    """The command that opens the form of a change."""

    def form(face: Face, person: Person, credential: Credential) -> Json | Denied:
        return change_view(face, person.user, ChangeMark(kind, credential.id))

    return _of_one(WORDINGS[kind].again, form)


def _suspension(face: Face, person: Person, credential: Credential) -> Json | Denied:
    decision = lifecycle.may_suspend(face.world, credential, person.user)
    return decision if isinstance(decision, Denied) else small_forms.suspend(credential, face.known)


def _of_one(word: str, form: Callable[[Face, Person, Credential], Json | Denied]) -> Answer:
    """A command about one credential, named after it: its form, or which ones it could be, or why not."""

    def answer(face: Face, person: Person, rest: str) -> Card | Json:
        if not rest:
            return plain.refusal(f"Say which one: `/cred {word} NAME`. `/cred list` has the names.")
        found = inventory.show(face.world, person.user, rest)
        if isinstance(found, inventory.Choice):
            return list_cards.choice(found.items, face.known, command=word)
        view = found if isinstance(found, Denied) else form(face, person, found)
        return plain.refusal(view.sentence) if isinstance(view, Denied) else view

    return answer


def _pending(face: Face, person: Person, _rest: str) -> Card:
    waiting = inventory.pending(face.world, person.user)
    return plain.refusal(waiting.sentence) if isinstance(waiting, Denied) else plain.pending(waiting, face.known)


def _break_glass(face: Face, person: Person, _rest: str) -> Card | Json:
    view = glass_to_open(face, person.user)
    return plain.refusal(view.sentence) if isinstance(view, Denied) else view


def _may_break_glass(face: Face, person: Person) -> bool:
    return isinstance(face.world.policy.may_break_glass(person.user, face.world.directory), Allowed)


def _help(face: Face, person: Person, rest: str) -> Card:
    few = _may_break_glass(face, person)
    if not rest:
        return help_cards.help_card(few=few)
    name = called(rest.removeprefix(COMMAND).strip())
    if name is None or (MANUAL[name].few and not few):
        return help_cards.unknown_command(rest, few=few)
    return help_cards.page(name)


def _terms(face: Face, person: Person, _rest: str) -> Card:
    return plain.terms(face.world.policy.terms, accepted=terms.accepted(face.world, person.user))


def _about(face: Face, _person: Person, _rest: str) -> Card:
    return ledger.about(face.world.policy, version=face.version, ledger=checkpoints.standing(face.world))


ANSWERS: dict[str, Answer] = {
    "add": _add,
    "list": _list,
    "show": _show,
    "rotate": _changing(Kind.ROTATE),
    "suspend": _of_one("suspend", _suspension),
    "resume": _changing(Kind.RESUME),
    "transfer": _changing(Kind.TRANSFER),
    "extend": _changing(Kind.EXTEND),
    "delete": _changing(Kind.DELETE),
    "audit": audits.answered,
    "delegate": absences.form_of,
    "pending": _pending,
    "break-glass": _break_glass,
    "terms": _terms,
    "help": _help,
    "about": _about,
}
"""What answers each command of the manual."""


def _privately(card: Card) -> Json:
    return {**spoken(card), "response_type": "ephemeral"}
