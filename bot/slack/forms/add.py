"""The add form: built from what holds now and what was chosen so far, and read back when it is sent.

`build` and `parse_add` are each other's inverse: a form that was built and sent untouched gives back what it showed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.errors import Denied
from bot.domain.estate import Estate
from bot.domain.ids import BUILTIN, AuthorityKey, EstateKey, RoleKey, UserId
from bot.domain.naming import DESCRIPTION_MAX, NAME_MAX, REASON_MAX
from bot.domain.policy import Policy
from bot.service.asking import AddCommand, Field, Preview, Problem
from bot.slack.cards.pieces import Json, context, entry, form, option, placeholder, section
from bot.slack.forms.sent import date_in, values_of
from bot.slack.ids import Action, Block, Callback
from bot.slack.text import day, escape, people

_KEY_MAX = 3000
"""Characters; the longest key that is taken has half as many."""
KEY_FORMS = "Its PEM or JWK, or the https address of a JWKS; never the private half."


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the form shows. `expires_on` is None where the suggested day is to be shown."""

    estate: EstateKey
    role: RoleKey
    owner: UserId
    authority: AuthorityKey = BUILTIN
    expires_on: date | None = None
    name: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the form offers: the estates in which this person may ask, and the policy with its roles."""

    estates: tuple[Estate, ...]
    policy: Policy


def first_choice(offer: Offer, user: UserId) -> Chosen:
    """What a new form shows: the first estate, the least powerful role, the person themselves as owner."""
    return Chosen(estate=offer.estates[0].key, role=next(iter(offer.policy.roles)), owner=user)


def build(offer: Offer, chosen: Chosen, preview: Preview | Denied) -> Json:
    """The form. A field that has a name keeps what was typed when the form is updated."""
    suggested = chosen.expires_on
    if suggested is None and isinstance(preview, Preview):
        suggested = preview.suggested
    blocks = [
        _name(chosen),
        _description(chosen),
        _estate(offer, chosen),
        *_authority(offer, chosen),
        _role(offer, chosen),
        *_warning(offer, chosen),
        _owner(chosen),
        _expires(chosen, suggested, preview),
        key("Public key", f"{KEY_FORMS} Leave it empty to get a client secret instead.", optional=True),
        reason(),
        _approvers(preview),
    ]
    metadata = "" if suggested is None else suggested.isoformat()
    return form("Add a credential", blocks, callback=Callback.ADD.value, submit="Ask for it", metadata=metadata)


def read_choice(view: Mapping[str, Any], offer: Offer) -> Chosen | None:
    """What the menus of an open form show; None if the form is none of ours.

    The day is kept if the person changed it, and left to be suggested anew if not.
    """
    values = values_of(view)
    estate, role, owner = (values.get(block) for block in (Block.ESTATE, Block.ROLE, Block.OWNER))
    if estate not in {e.key for e in offer.estates} or role not in offer.policy.roles or not owner:
        return None
    authority = values.get(Block.AUTHORITY, BUILTIN)
    if authority not in {BUILTIN, *offer.policy.vendors}:
        return None
    picked, shown = date_in(values.get(Block.EXPIRES)), date_in(view.get("private_metadata"))
    return Chosen(
        estate=EstateKey(str(estate)),
        role=RoleKey(str(role)),
        owner=UserId(owner),
        authority=AuthorityKey(authority),
        expires_on=None if picked == shown else picked,
        name=values.get(Block.NAME, ""),
    )


def parse_add(view: Mapping[str, Any], requester: UserId) -> AddCommand | tuple[Problem, ...]:
    """The form as it was sent, or what is missing in it. What its values mean is the use case's to judge."""
    values = values_of(view)
    expires_on = date_in(values.get(Block.EXPIRES))
    missing = tuple(_missing(values, expires_on))
    if missing or expires_on is None:
        return missing
    return AddCommand(
        submission=str(view["id"]),
        requester=requester,
        owner=UserId(values[Block.OWNER]),
        estate=EstateKey(values[Block.ESTATE]),
        role=RoleKey(values[Block.ROLE]),
        name=values[Block.NAME],
        description=values.get(Block.DESCRIPTION, ""),
        reason=values.get(Block.REASON, ""),
        expires_on=expires_on,
        authority=AuthorityKey(values.get(Block.AUTHORITY, BUILTIN)),
        key=values.get(Block.KEY, ""),
    )


def _missing(values: Mapping[str, str], expires_on: date | None) -> Iterator[Problem]:
    for block, field, sentence in (
        (Block.NAME, Field.NAME, "Give the credential a name."),
        (Block.ESTATE, Field.ESTATE, "Choose the estate that it is for."),
        (Block.ROLE, Field.ROLE, "Choose what it may do."),
        (Block.OWNER, Field.OWNER, "Choose who will own it."),
    ):
        if not values.get(block):
            yield Problem(field, sentence)
    if expires_on is None:
        yield Problem(Field.EXPIRES, "Choose the last day on which it works.")


def _name(chosen: Chosen) -> Json:
    element: Json = {
        "type": "plain_text_input",
        "action_id": Action.ENTRY.value,
        "max_length": NAME_MAX,
        "placeholder": placeholder("payroll-sync"),
    }
    if chosen.name:
        element["initial_value"] = chosen.name[:NAME_MAX]
    return entry("Name", element, block=Block.NAME, hint="What it is for, in a word or two. Unique in its estate.")


def _description(chosen: Chosen) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": Action.ENTRY.value, "max_length": DESCRIPTION_MAX}
    if chosen.description:
        element["initial_value"] = chosen.description[:DESCRIPTION_MAX]
    return entry("What it is", element, block=Block.DESCRIPTION, optional=True)


def _estate(offer: Offer, chosen: Chosen) -> Json:
    options = [option(estate.name, estate.key) for estate in offer.estates]
    element: Json = {
        "type": "static_select",
        "action_id": Action.ESTATE.value,
        "initial_option": _by(options, chosen.estate),
        "options": options,
    }
    return {**entry("Estate", element, block=Block.ESTATE), "dispatch_action": True}


def _authority(offer: Offer, chosen: Chosen) -> list[Json]:
    """Where it is to live, where there is a choice."""
    if not offer.policy.vendors:
        return []
    places = [option("Cred itself", BUILTIN), *(option(v.name, v.key) for v in offer.policy.vendors.values())]
    element: Json = {
        "type": "static_select",
        "action_id": Action.ENTRY.value,
        "options": places,
        "initial_option": _by(places, chosen.authority),
    }
    hint = "Elsewhere its owner makes it, once it is approved; here it is tracked, without its secret."
    return [entry("Where it lives", element, block=Block.AUTHORITY, hint=hint)]


def _role(offer: Offer, chosen: Chosen) -> Json:
    options = [option(role.name, role.key, role.summary) for role in offer.policy.roles.values()]
    element: Json = {
        "type": "radio_buttons",
        "action_id": Action.ROLE.value,
        "options": options,
        "initial_option": _by(options, chosen.role),
    }
    return {**entry("Role", element, block=Block.ROLE), "dispatch_action": True}


def _owner(chosen: Chosen) -> Json:
    element = {"type": "users_select", "action_id": Action.OWNER.value, "initial_user": chosen.owner}
    made = entry("Owner", element, block=Block.OWNER, hint="Who will use it. The secret is shown to this person alone.")
    return {**made, "dispatch_action": True}


def _expires(chosen: Chosen, suggested: date | None, preview: Preview | Denied) -> Json:
    element: Json = {"type": "datepicker", "action_id": Action.ENTRY.value}
    if suggested is not None:
        element["initial_date"] = suggested.isoformat()
    hint = f"{day(preview.longest)} is the latest for this role." if isinstance(preview, Preview) else ""
    return entry("Works until the end of", element, block=f"{Block.EXPIRES}.{chosen.role}", hint=hint)


def _warning(offer: Offer, chosen: Chosen) -> list[Json]:
    warning = offer.policy.roles[chosen.role].warning
    return [section(f"⚠️ {escape(warning)}")] if warning else []


def reason() -> Json:
    """Why it is asked for."""
    element = {
        "type": "plain_text_input",
        "action_id": Action.ENTRY.value,
        "multiline": True,
        "max_length": REASON_MAX,
    }
    return entry("Reason", element, block=Block.REASON, hint="Those who approve read this.")


def key(label: str, hint: str, *, optional: bool = False) -> Json:
    """By which key it authenticates, where it has no secret. Nothing of a key stands in a form that is built."""
    element = {
        "type": "plain_text_input",
        "action_id": Action.ENTRY.value,
        "multiline": True,
        "max_length": _KEY_MAX,
    }
    return entry(label, element, block=Block.KEY, hint=hint, optional=optional)


def who_must_approve(needed: int, approvers: Sequence[UserId], problem: str | None) -> Json:
    """The small print under a form: who must approve what it shows, or why nobody could."""
    if problem is not None:
        told = f"⛔ {escape(problem)}"
    elif needed == len(approvers):
        told = f"*Who must approve:* {people(approvers)}."
    else:
        told = f"*Who must approve:* {'one' if needed == 1 else needed} of {people(approvers, 'or')}."
    return {**context(told), "block_id": Block.APPROVERS.value}


def _approvers(preview: Preview | Denied) -> Json:
    if isinstance(preview, Denied):
        return who_must_approve(0, (), preview.sentence)
    people_decide = who_must_approve(preview.needed, preview.approvers, preview.problem)
    if preview.free_until is None:
        return people_decide
    last = day(preview.free_until)
    free = f"*It needs nobody's approval if its last day is {last} or earlier:* rule `{preview.rule}` of the policy."
    rest = [] if preview.free_until >= preview.longest else people_decide["elements"]
    return {**context(free), "elements": [*context(free)["elements"], *rest], "block_id": Block.APPROVERS.value}


def _by(options: Sequence[Json], value: str) -> Json:
    return next(made for made in options if made["value"] == value)
