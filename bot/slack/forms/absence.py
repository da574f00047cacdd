"""The forms of an absence: who stands in, from when until when; and the end of it."""

from collections.abc import Mapping
from typing import Any

from bot.domain.delegation import Delegation
from bot.domain.ids import DelegationId, UserId
from bot.service.asking import Field, Problem
from bot.service.delegating import Absence, DelegateCommand
from bot.slack.cards.absence import span
from bot.slack.cards.pieces import Json, Known, context, entry, form, section
from bot.slack.forms.sent import date_in, values_of
from bot.slack.ids import Action, Block, Callback, parse_delegation
from bot.slack.text import mention

_WHAT = (
    "While you are away, somebody else can decide what waits for you. Their vote counts as yours, so nobody counts "
    "twice, and it never counts for what one of you asked for or would own. The ledger and the cards say who it was."
)


def build(stands: Absence, known: Known) -> Json:
    """Whom to name; or, where somebody stands in already, whether that is to end."""
    if stands.delegation is not None:
        return _end(stands.delegation, known)
    today = stands.today.isoformat()
    blocks = [
        section(_WHAT),
        entry("Who stands in", _element("users_select"), block=Block.DELEGATE, hint="A full member of this workspace."),
        entry("First day", _element("datepicker", initial_date=today), block=Block.SINCE),
        entry("Last day", _element("datepicker"), block=Block.UNTIL, hint="That whole day is in it."),
    ]
    return form("While you are away", blocks, callback=Callback.DELEGATE, submit="Save")


def parse(sent: Mapping[str, Any], approver: UserId) -> DelegateCommand | tuple[Problem, ...]:
    """The form as it was sent, or what is missing in it."""
    values = values_of(sent)
    first_day, last_day = date_in(values.get(Block.SINCE)), date_in(values.get(Block.UNTIL))
    delegate = values.get(Block.DELEGATE)
    if first_day is None or last_day is None or not delegate:
        wanted = (
            (delegate, Field.DELEGATE, "Choose who stands in for you."),
            (first_day, Field.SINCE, "Choose the first day."),
            (last_day, Field.UNTIL, "Choose the last day."),
        )
        return tuple(Problem(field, sentence) for value, field, sentence in wanted if not value)
    return DelegateCommand(
        submission=str(sent["id"]),
        approver=approver,
        delegate=UserId(delegate),
        first_day=first_day,
        last_day=last_day,
    )


def delegation_of(sent: Mapping[str, Any]) -> DelegationId | None:
    """Which one is to end."""
    return parse_delegation(sent.get("private_metadata"))


def _end(delegation: Delegation, known: Known) -> Json:
    blocks = [
        section(f"{mention(delegation.delegate)} stands in for you {span(delegation, known)}."),
        context("What they have decided so far stands. Once it is ended you can name somebody else."),
    ]
    mark = str(delegation.id)
    return form("While you are away", blocks, callback=Callback.DELEGATION_END, submit="End it", metadata=mark)


def _element(kind: str, **more: str) -> Json:
    return {"type": kind, "action_id": Action.ENTRY.value, **more}
