"""Answers that are mostly words: help, about, what waits, a refusal."""

import difflib

from bot.domain.break_glass import Glass
from bot.domain.request import Request
from bot.service.inventory import Pending
from bot.slack.cards import request as request_cards
from bot.slack.cards import wording
from bot.slack.cards.pieces import (
    MESSAGE_BLOCKS_MAX,
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
    section,
)
from bot.slack.cards.sentences import outcome
from bot.slack.ids import COMMAND, Action, RequestMark
from bot.slack.text import in_channel, mention, typed, when

COMMANDS = {
    "add": "ask for a new credential",
    "list": "the credentials that you may see; `list pay`: those whose name begins with “pay”",
    "show": "one of them: `show NAME`, or `show estate/NAME`",
    "rotate": "another secret for one of them; the old one works for a while yet: `rotate NAME`",
    "suspend": "stop one at once; `resume NAME` asks for it back",
    "resume": "let a suspended one work again",
    "transfer": "hand one on to another owner, who must accept it",
    "extend": "let one work longer",
    "delete": "end one for good; for a while that can be undone",
    "audit": "for auditors: what the ledger says of one, with proofs: `audit NAME`",
    "pending": "what waits for you, and what you wait for",
    "help": "this list",
    "about": "version and policy",
}
FOR_THE_FEW = {"break-glass": "a credential at once, in an emergency: everybody is told, and others review it"}
"""Shown to those who may."""
_SHOWN = 7
"""Of each kind in a list, so that all kinds fit into one message; the rest is counted."""


def help_card(*, glass: bool = False) -> Card:
    """What can be typed. `glass`: by one of the few who may break it."""
    known = {**COMMANDS, **(FOR_THE_FEW if glass else {})}
    lines = "\n".join(f"`{COMMAND} {name}`  {what}" for name, what in known.items())
    return Card(
        f"{COMMAND} {' | '.join(known)}",
        (
            header("Credentials, asked for and handed over by chat"),
            section(lines),
            context("Other people approve each request, and a secret is shown once, to its owner alone."),
        ),
    )


def unknown_command(word: str, *, glass: bool = False) -> Card:
    """A wrong word, and the nearest right one."""
    near = difflib.get_close_matches(word.casefold(), [*COMMANDS, *(FOR_THE_FEW if glass else ())], n=1)
    text = f"I do not know “{typed(word, 40)}”." + (f" Did you mean `{COMMAND} {near[0]}`?" if near else "")
    return Card(text, (section(text), *help_card(glass=glass).blocks[1:]))


def refusal(sentence: str) -> Card:
    """What did not happen, why, and what to do."""
    told = typed(sentence, SECTION_MAX)
    return Card(told, (section(told),))


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
    for name, requests, row in (
        ("Waits for your decision", waiting.on_me, _decide_row),
        ("Approved: it is yours", waiting.to_reveal, _reveal_row),
        ("Offered to you: accept it or not", waiting.to_accept, _accept_row),
        ("You asked for", waiting.mine, _own_row),
    ):
        if requests:
            blocks.append(header(name))
            blocks += [block for request in requests[:_SHOWN] for block in row(request, known)]
            blocks += _more(len(requests))
    text = (
        (f"{len(waiting.to_review)} to review, " if waiting.to_review else "")
        + f"{len(waiting.on_me)} to decide, {len(waiting.to_reveal)} to reveal, {len(waiting.to_accept)} to accept, "
        f"{len(waiting.mine)} of your own open."
    )
    return Card(text, tuple(blocks[:MESSAGE_BLOCKS_MAX]))


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
    does = "Make it where it lives, and say so," if request.asked.made_elsewhere else "Reveal it"
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
    return [context(f"… and {count - _SHOWN} more."), divider()] if count > _SHOWN else []


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
