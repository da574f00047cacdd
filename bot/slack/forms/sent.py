"""What comes back of a form that was sent: its fields by their names, and where what is wrong with them is said."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.service.asking import Problem


def values_of(view: Mapping[str, Any]) -> dict[str, str]:
    """What each field holds, by the first part of its block's name, as text; fields that hold nothing are left out."""
    found = {}
    for block, elements in _state(view).items():
        for element in elements.values():
            held = (
                element.get("value")
                or (element.get("selected_option") or {}).get("value")
                or element.get("selected_user")
                or element.get("selected_date")
            )
            if isinstance(held, str):
                found[_field(block)] = held
    return found


def date_in(value: object) -> date | None:
    """The day in a field, or None if there is none."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def errors_of(view: Mapping[str, Any], problems: Sequence[Problem]) -> dict[str, str]:
    """Problems by the name of the field's block, as Slack shows them; those of the form as a whole are not in it."""
    blocks = {_field(block): block for block in _state(view)}
    return {blocks[p.field]: p.sentence for p in problems if p.field in blocks}


def of_the_whole(view: Mapping[str, Any], problems: Sequence[Problem]) -> str:
    """The sentences that no field of the form can carry."""
    fields = {_field(block) for block in _state(view)}
    return " ".join(p.sentence for p in problems if p.field not in fields)


def has_field(view: Mapping[str, Any], name: str) -> bool:
    """Whether the form that was sent has a field of that name."""
    return any(_field(block) == name for block in _state(view))


def _state(view: Mapping[str, Any]) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    state = view.get("state") or {}
    values: Mapping[str, Mapping[str, Mapping[str, Any]]] = state.get("values") or {}
    return values


def _field(block: str) -> str:
    return block.partition(".")[0]
