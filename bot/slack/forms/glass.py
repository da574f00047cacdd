"""The forms of break-glass: what is taken, said loudly before it is sent; and why a taking was not justified."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.domain.break_glass import REVIEWS_NEEDED, Glass
from bot.domain.ids import EstateKey, RoleKey, UserId
from bot.domain.naming import NAME_MAX, REASON_MAX
from bot.domain.request import Request
from bot.service.asking import Field, Problem
from bot.service.break_glass import Offer, TakeCommand
from bot.slack.cards.pieces import Json, Known, context, entry, form, header, option, placeholder, section, view
from bot.slack.forms.sent import values_of
from bot.slack.ids import Action, Block, Callback, RequestMark
from bot.slack.text import mention, when

_LOUD = (
    "🚨 *This gives you a credential at once, without anybody's approval.* As soon as you send this, everybody who "
    "approves and every admin is told, with your name and your reason. Two others must review it: if one finds it not "
    "justified, it is ended."
)


def build(offer: Offer) -> Json:
    """The form."""
    blocks = [
        section(_LOUD),
        _name(),
        _one_of("Estate", [option(estate.name, estate.key) for estate in offer.estates], Block.ESTATE, "static_select"),
        _one_of(
            "Role",
            [option(role.name, role.key, role.summary) for role in offer.roles],
            Block.ROLE,
            "radio_buttons",
        ),
        _words("Reason", "What the emergency is. Everybody who is told reads this."),
        context(
            f"It expires {when(offer.ends_at)}, and is never extended.", f"To be reviewed by {when(offer.review_by)}."
        ),
    ]
    return form("Break the glass", blocks, callback=Callback.GLASS, submit="Break the glass")


def parse(sent: Mapping[str, Any], requester: UserId) -> TakeCommand | tuple[Problem, ...]:
    """The form as it was sent, or what is missing in it."""
    values = values_of(sent)
    wanted = (
        (Block.NAME, Field.NAME, "Give the credential a name."),
        (Block.ESTATE, Field.ESTATE, "Choose the estate that it is for."),
        (Block.ROLE, Field.ROLE, "Choose what it may do."),
    )
    missing = tuple(Problem(field, sentence) for block, field, sentence in wanted if not values.get(block))
    if missing:
        return missing
    return TakeCommand(
        submission=str(sent["id"]),
        requester=requester,
        estate=EstateKey(values[Block.ESTATE]),
        role=RoleKey(values[Block.ROLE]),
        name=values[Block.NAME],
        reason=values.get(Block.REASON, ""),
    )


def taken(request: Request, known: Known) -> Json:
    """What the form turns into once it was taken."""
    asked = request.asked
    blocks = [
        header(f"🚨 Taken without approval: {asked.name}"),
        section(
            f"{known.role(asked.role)} in {known.estate(asked.estate)}, until {when(asked.expires_at)}. "
            "Press *Reveal* in my message to you: it shows the secret once."
        ),
        section(f"Everybody has been told. {REVIEWS_NEEDED} others must review it; I will tell you what they find."),
        context(f"Request {request.code}"),
    ]
    return view("Taken", blocks, callback=Callback.READ)


def refuse(glass: Glass, known: Known) -> Json:
    """Why it was not justified: everybody reads it."""
    asked = glass.request.asked
    what = f"`{asked.name}`: {known.role(asked.role)} in {known.estate(asked.estate)}, taken by {mention(glass.taker)}."
    ends = "It is ended as soon as you send this." if glass.living else "It has ended already; what you say is kept."
    blocks = [section(f"{what} {ends}"), _words("Why not", "Whoever took it, and everybody who was told, reads this.")]
    mark = RequestMark.of(glass.request).pack()
    return form("Not justified", blocks, callback=Callback.UNJUSTIFIED, submit="Not justified", metadata=mark)


def _name() -> Json:
    element = {
        "type": "plain_text_input",
        "action_id": Action.ENTRY.value,
        "max_length": NAME_MAX,
        "placeholder": placeholder("shop-outage"),
    }
    return entry("Name", element, block=Block.NAME, hint="What it is for, in a word or two. Unique in its estate.")


def _one_of(label: str, options: Sequence[Json], block: Block, kind: str) -> Json:
    element = {
        "type": kind,
        "action_id": Action.ENTRY.value,
        "options": list(options),
        "initial_option": options[0],
    }
    return entry(label, element, block=block)


def _words(label: str, hint: str) -> Json:
    element = {
        "type": "plain_text_input",
        "action_id": Action.ENTRY.value,
        "multiline": True,
        "max_length": REASON_MAX,
    }
    return entry(label, element, block=Block.REASON, hint=hint)
