"""What was taken without approval, as everybody who is told of it sees it: loud, and open until two others reviewed it.

One set of sentences for the two channels and for each person; edited in place as it moves. The buttons stand there for
those who may review it, until it is reviewed.
"""

from bot.domain.break_glass import REVIEWS_NEEDED, Glass, State
from bot.domain.credential import State as CredentialState
from bot.domain.ids import UserId
from bot.domain.request import OPEN, Verdict
from bot.slack.cards.pieces import (
    Button,
    Card,
    Confirm,
    Json,
    Known,
    actions,
    button,
    context,
    fields,
    header,
    section,
)
from bot.slack.cards.plain import details_button
from bot.slack.ids import Action, RequestMark
from bot.slack.text import counted, escape, in_channel, mention, people, quote, when

_QUOTE_MAX = 2900
_TITLES = {
    State.OPEN: "🚨 Taken without approval",
    State.JUSTIFIED: "✅ Found justified",
    State.UNJUSTIFIED: "⛔ Found not justified",
}


def card(glass: Glass, known: Known) -> Card:
    """In a channel."""
    return Card(_fallback(glass, known), (header(_title(glass)), *_body(glass, known), *_foot(glass, known)))


def told(glass: Glass, known: Known, person: UserId | None) -> Card:
    """To somebody who approves, or is an admin: the same, and why they are told."""
    blocks = [header(_title(glass)), *_body(glass, known), context(_why_told(glass, known, person))]
    return Card(_fallback(glass, known), (*blocks, *_foot(glass, known, person=person)))


def reminded(glass: Glass, known: Known, person: UserId | None) -> Card:
    """A day later, and every day after."""
    if glass.state is not State.OPEN:
        return told(glass, known, person)
    who = glass.waits_for(known.policy, known.roster)
    text = "It still waits for a review. " + (
        f"{counted(_missing(glass, known), 'more is', 'more are')} needed, by {when(glass.review_by)}."
        if not glass.missed
        else f"It was to be reviewed by {when(glass.review_by)}."
    )
    if not who:
        text += " *Nobody is left who could review it*: name more approvers for this estate in the policy."
    blocks = [header(f"⏰ Not reviewed yet: {glass.request.asked.name}"), section(text), *_body(glass, known)]
    return Card(f"{text} {_fallback(glass, known)}", (*blocks, *_foot(glass, known, person=person)))


def outcome(glass: Glass, known: Known, person: UserId | None) -> Card:
    """What the review has come to: a message of its own, short."""
    where = in_channel(known.policy.channel_of(glass.request.asked.estate))
    text = f"{_life(glass)} {_verdict(glass)}"
    if person == glass.taker and glass.state is State.JUSTIFIED and glass.living:
        text += f" `/cred delete {glass.request.asked.name}` ends it sooner."
    blocks = [header(_title(glass)), section(text), context(f"The card is in {where}.", _code(glass))]
    return Card(f"{_title(glass)}. {text}", tuple(blocks))


def _title(glass: Glass) -> str:
    overdue = glass.missed and glass.state is State.OPEN
    return f"{'🚨 Not reviewed in time' if overdue else _TITLES[glass.state]}: {glass.request.asked.name}"


def _body(glass: Glass, known: Known) -> list[Json]:
    asked, role = glass.request.asked, known.policy.roles.get(glass.request.asked.role)
    summary = "" if role is None else f"\n{escape(role.summary)}"
    what = f"*{known.role(asked.role)}* in *{known.estate(asked.estate)}*"
    blocks = [
        section(f"{mention(glass.taker)} broke the glass for {what}: *nobody has approved this.*{summary}"),
        fields(
            ("Taken by", mention(glass.taker)),
            ("Name", f"`{asked.name}`"),
            ("Expires", when(asked.expires_at)),
            ("Review by", when(glass.review_by)),
        ),
        section(f"*Reason*\n{quote(asked.reason, _QUOTE_MAX)}"),
        section(_life(glass)),
    ]
    if glass.state is State.OPEN:
        consequence = (
            "Nobody had reviewed it in time, so it is ended. The review stays open until two others have done it."
            if glass.missed
            else "Two others must review it, even if it has ended by then. If one finds it not justified, "
            "or the time passes, it ends at once."
        )
        return [*blocks, section(consequence)]
    return [*blocks, section(_verdict(glass))]


def _life(glass: Glass) -> str:
    """What became of the credential, in a sentence."""
    asked = glass.request.asked
    if glass.credential is None:
        if glass.request.state in OPEN and glass.state is not State.UNJUSTIFIED and not glass.missed:
            return "Its secret has not been revealed yet."
        return "Its secret was never revealed, so nothing could be done with it."
    match glass.credential.state:
        case CredentialState.ACTIVE:
            return f"It works until {when(asked.expires_at)}."
        case CredentialState.SUSPENDED:
            return f"It is suspended, and expires {when(asked.expires_at)}."
        case CredentialState.EXPIRED | CredentialState.DELETING | CredentialState.DELETED:
            ended = glass.credential.ended_at
            return f"It no longer works{'' if ended is None else f': it ended {when(ended)}'}."


def _verdict(glass: Glass) -> str:
    if glass.state is State.OPEN:
        return f"Nobody had reviewed it by {when(glass.review_by)}, so what {mention(glass.taker)} took is ended."
    if glass.state is State.JUSTIFIED:
        return f"Found justified by {people(r.voter for r in glass.reviews if r.verdict is Verdict.APPROVE)}."
    against = [review for review in glass.reviews if review.verdict is Verdict.DENY][-1]
    reason = f"\n{quote(against.reason, _QUOTE_MAX)}" if against.reason else ""
    return f"{mention(against.voter)} found it not justified and so ended it, {when(against.at)}.{reason}"


def _why_told(glass: Glass, known: Known, person: UserId | None) -> str:
    estate = known.estate(glass.request.asked.estate)
    if person in glass.reviewers(known.policy, known.roster):
        return f"You are told because you are one of those who approve for {estate}, and so can review this."
    return f"You are told because you are an admin, or approve for {estate}. Others review it."


def _foot(glass: Glass, known: Known, person: UserId | None = None) -> list[Json]:
    """How far the review is, and the buttons: in a channel for everybody, in a message for who can still press them."""
    if glass.state is not State.OPEN:
        return [actions(details_button(glass.request)), context(_code(glass))]
    reviewers = sorted(glass.reviewers(known.policy, known.roster))
    done = glass.counted(known.policy, known.roster)
    progress = f"*{len(done)} of {REVIEWS_NEEDED}* reviewed" + "".join(f" · {mention(who)} ✓" for who in done)
    small = context(progress, f"Who may review: {people(reviewers, 'or') or 'nobody at the moment'}", _code(glass))
    if person is None or person in reviewers:
        return [small, actions(*_buttons(glass, person), details_button(glass.request))]
    return [small, actions(details_button(glass.request))]


def _buttons(glass: Glass, person: UserId | None) -> list[Json]:
    mark, name = RequestMark.of(glass.request).pack(), glass.request.asked.name
    question = Confirm(
        title="Was it justified?",
        text=f"{mention(glass.taker)} took `{name}` without approval. You say that the emergency was real.",
        yes="Justified",
    )
    yes = Button(
        action=Action.JUSTIFIED,
        label="Justified",
        value=mark,
        style="primary",
        confirm=question,
        hint=f"Taking {name} was justified",
    )
    no = Button(
        action=Action.UNJUSTIFIED,
        label="Not justified…",
        value=mark,
        style="danger",
        hint=f"Taking {name} was not justified",
    )
    already = any(review.voter == person for review in glass.reviews)
    return [button(no)] if already else [button(yes), button(no)]


def _missing(glass: Glass, known: Known) -> int:
    return REVIEWS_NEEDED - len(glass.counted(known.policy, known.roster))


def _code(glass: Glass) -> str:
    return f"Request {glass.request.code}"


def _fallback(glass: Glass, known: Known) -> str:
    asked = glass.request.asked
    what = f"{known.role(asked.role)} in {known.estate(asked.estate)}"
    return f"{_title(glass)} ({what}), by {mention(glass.taker)}."
