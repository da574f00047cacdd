"""The Home tab: what needs this person, what expires soon, what is theirs."""

from bot.domain.errors import Denied
from bot.domain.request import Request
from bot.service.reading.home import SOON_DAYS, HomeView
from bot.slack.cards import listing as list_cards
from bot.slack.cards.pieces import (
    VIEW_BLOCKS_MAX,
    Button,
    Json,
    Known,
    actions,
    button,
    context,
    divider,
    header,
    section,
)
from bot.slack.cards.plain import details_button, review_where, summary
from bot.slack.cards.sentences import elsewhere
from bot.slack.ids import COMMAND, Action
from bot.slack.text import escape, in_channel, when

_SHOWN = 7
"""Of each kind that needs somebody: with two pages of credentials all of it fits into one tab; the rest is counted."""


def home(view: HomeView, known: Known) -> Json:
    """The whole tab, as `views.publish` takes it."""
    if isinstance(view.decision, Denied):
        return {"type": "home", "blocks": [section(escape(view.decision.sentence))]}
    blocks = [*_greeting(view), *_needs_you(view, known), *_mine(view, known)]
    blocks += [*_expiring(view, known), *_yours(view, known)]
    return {"type": "home", "blocks": blocks[:VIEW_BLOCKS_MAX]}


def _greeting(view: HomeView) -> list[Json]:
    blocks: list[Json] = [header("Credentials")]
    if view.estates:
        add = Button(action=Action.ADD, label="Add a credential", value="add", style="primary")
        blocks.append(actions(button(add)))
    return [*blocks, context(f"`{COMMAND} help` in any channel says what else there is."), divider()]


def _needs_you(view: HomeView, known: Known) -> list[Json]:
    waiting = view.pending
    blocks: list[Json] = [header("Needs you")]
    blocks += [
        _row(glass.request, known, f"🚨 Taken without approval. {review_where(glass, known)}")
        for glass in waiting.to_review[:_SHOWN]
    ]
    blocks += _rest(len(waiting.to_review), "to review")
    for request in waiting.to_reveal[:_SHOWN]:
        there = elsewhere(request)
        press = f"{there} where it lives, and say so" if there else "press *Reveal*"
        where = f"Approved: {press} in the Messages tab by {when(request.lapses_at)}."
        blocks.append(_row(request, known, where))
    blocks += _rest(len(waiting.to_reveal), "approved for you")
    for request in waiting.to_accept[:_SHOWN]:
        where = f"Offered to you: *Accept* or *Decline* in the Messages tab by {when(request.lapses_at)}."
        blocks.append(_row(request, known, where))
    blocks += _rest(len(waiting.to_accept), "offered to you")
    for request in waiting.on_me[:_SHOWN]:
        channel = in_channel(known.policy.channel_of(request.asked.estate))
        where = f"Decide by {when(request.lapses_at)}, in {channel} or in the Messages tab."
        blocks.append(_row(request, known, where))
    blocks += _rest(len(waiting.on_me) + waiting.more_on_me, "to decide")
    if len(blocks) == 1:
        blocks.append(section("Nothing at the moment."))
    return [*blocks, divider()]


def _mine(view: HomeView, known: Known) -> list[Json]:
    mine = view.pending.mine
    if not mine:
        return []
    rows = [_row(request, known, f"Open until {when(request.lapses_at)}.") for request in mine[:_SHOWN]]
    return [header("You asked for"), *rows, *_rest(len(mine), "of your own open"), divider()]


def _expiring(view: HomeView, known: Known) -> list[Json]:
    if not view.expiring:
        return []
    blocks = [header("Expiring soon"), *(list_cards.line(credential, known) for credential in view.expiring)]
    if view.more_expiring:
        blocks.append(context(f"There are more: `{COMMAND} list expiring:{SOON_DAYS}d` shows all of them."))
    return [*blocks, divider()]


def _yours(view: HomeView, known: Known) -> list[Json]:
    blocks: list[Json] = [header("Your credentials")]
    if not view.yours.items:
        return [*blocks, section("You own none yet.")]
    blocks += [list_cards.line(credential, known) for credential in view.yours.items]
    blocks += list_cards.turn(view.yours, Action.HOME_PAGE)
    return [*blocks, context(f"`{COMMAND} list` shows all that you may see.")]


def _rest(count: int, what: str) -> list[Json]:
    return [context(f"… and {count - _SHOWN} more {what}.")] if count > _SHOWN else []


def _row(request: Request, known: Known, where: str) -> Json:
    return section(f"{summary(request, known)}\n{where}", accessory=details_button(request))
