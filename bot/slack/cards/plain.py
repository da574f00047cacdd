"""What waits for somebody, the terms, and a refusal."""

from bot.domain.break_glass import Glass
from bot.domain.request import Request
from bot.domain.terms import Terms
from bot.service.reading.inventory import Pending
from bot.slack.cards import request as request_cards
from bot.slack.cards import wording
from bot.slack.cards.pieces import (
    SECTION_MAX,
    Button,
    Card,
    Json,
    Known,
    actions,
    button,
    context,
    divider,
    header,
    paragraphs,
    section,
)
from bot.slack.cards.sentences import elsewhere, outcome
from bot.slack.ids import Action, RequestMark
from bot.slack.text import escape, in_channel, mention, typed, when

_PARAGRAPHS = 45
"""Sections of terms that a message holds beside the rest."""
_SHOWN = 5
"""Of each kind in a list, so that all kinds fit into one message; the rest is counted."""


def refusal(sentence: str) -> Card:
    """What did not happen, why, and what to do."""
    told = typed(sentence, SECTION_MAX)
    return Card(told, (section(told),))


def terms(what: Terms, *, accepted: bool) -> Card:
    """The terms of use, and whether this person has accepted them."""
    title = f"Terms of use, version {what.version}"
    stands = "You have accepted them." if accepted else "You have not accepted them yet: `/cred add` asks you to."
    blocks = (header(title), *paragraphs(what.text, most=_PARAGRAPHS), context(stands))
    return Card(f"{escape(title)}. {stands}\n{escape(what.text)}", blocks)


def pending(waiting: Pending, known: Known) -> Card:
    """What waits for somebody and on somebody."""
    if not (waiting.to_review or waiting.on_me or waiting.mine or waiting.to_reveal or waiting.to_accept):
        text = "Nothing waits for you, and you wait for nothing."
        return Card(text, (section(f"✨ {text}"),))
    blocks: list[Json] = []
    if waiting.to_review:
        blocks.append(header("Taken without approval: review it"))
        for glass in waiting.to_review[:_SHOWN]:
            text = f"{summary(glass.request, known)}\n{review_where(glass, known)}"
            blocks.append(section(text, accessory=details_button(glass.request)))
        blocks += _more(len(waiting.to_review))
    to_decide = len(waiting.on_me) + waiting.more_on_me
    for name, requests, count, row in (
        ("Waits for your decision", waiting.on_me, to_decide, _decide_row),
        ("Approved: it is yours", waiting.to_reveal, len(waiting.to_reveal), _reveal_row),
        ("Offered to you: accept it or not", waiting.to_accept, len(waiting.to_accept), _accept_row),
        ("You asked for", waiting.mine, len(waiting.mine), _own_row),
    ):
        if requests:
            blocks.append(header(name))
            blocks += [block for request in requests[:_SHOWN] for block in row(request, known)]
            blocks += _more(count)
    counted = (
        (len(waiting.to_review), "to review"),
        (to_decide, "to decide"),
        (len(waiting.to_reveal), "approved for you"),
        (len(waiting.to_accept), "to accept or decline"),
        (len(waiting.mine), "of your own open"),
    )
    return Card(f"{', '.join(f'{count} {what}' for count, what in counted if count)}.", tuple(blocks))


def summary(request: Request, known: Known) -> str:
    """A request in two lines."""
    asked, words = request.asked, wording.of(request)
    verb = f"{words.sign} {words.verb} " if words.noun else ""
    return (
        f"{verb}*`{asked.name}`* · {known.role(asked.role)} in {known.estate(asked.estate)}\n"
        f"asked by {mention(asked.requester)} for {mention(asked.owner)} · request {request.code}"
    )


def review_where(glass: Glass, known: Known) -> str:
    """Where the buttons of a review are, and until when."""
    channel = in_channel(known.policy.channel_of(glass.request.asked.estate))
    by = "Its time has passed: review it now" if glass.missed else f"Review it by {when(glass.review_by)}"
    return f"{by}, in {channel} or in the Messages tab."


def _decide_row(request: Request, known: Known) -> list[Json]:
    return [
        section(f"{summary(request, known)} · decide by {when(request.lapses_at)}"),
        actions(*request_cards.pressable(request), details_button(request)),
    ]


def _reveal_row(request: Request, known: Known) -> list[Json]:
    there = elsewhere(request)
    does = f"{there.capitalize()} where it lives, and say so," if there else "Reveal it"
    by = f"The button is in my messages to you. {does} by {when(request.lapses_at)}."
    return [section(f"{summary(request, known)}\n{by}", accessory=details_button(request))]


def _accept_row(request: Request, known: Known) -> list[Json]:
    by = f"Decide in my messages to you by {when(request.lapses_at)}: *Accept* or *Decline*."
    return [section(f"{summary(request, known)}\n{by}", accessory=details_button(request))]


def _own_row(request: Request, known: Known) -> list[Json]:
    where = in_channel(known.policy.channel_of(request.asked.estate))
    text = f"{summary(request, known)}\n{outcome(request)} The card is in {where}."
    return [section(text, accessory=details_button(request))]


def _more(count: int) -> list[Json]:
    more = f"… and {count - _SHOWN} more. They are shown here as the ones above are settled."
    return [context(more), divider()] if count > _SHOWN else []


def details_button(request: Request) -> Json:
    """Opens the whole of a request."""
    return button(
        Button(
            action=Action.DETAILS,
            label="Details",
            value=RequestMark.of(request).pack(),
            hint=f"Details of {request.asked.name}",
        )
    )
