"""What people put into elements: from the page's plain values to Slack's `state.values`, and what is missing. Pure.

The page speaks in plain values: a string (typed text, an option's value, a user id, a date), a list of them, null.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.sandbox.blockkit.blocks import elements_of
from bot.sandbox.blockkit.elements import choices_of

Blocks = list[dict[str, Any]]
Plain = str | list[str] | None
State = dict[str, dict[str, dict[str, Any]]]
"""Block id, then action id, then the element's state as Slack sends it."""


class BadValueError(ValueError):
    """A value that this element cannot have."""


def _text(_element: Mapping[str, Any], value: Plain) -> Any:
    if isinstance(value, list):
        raise BadValueError("This field takes text.")
    return value or None


def _option(element: Mapping[str, Any], value: Plain) -> Any:
    if value is None:
        return None
    found = next((choice for choice in choices_of(element) if choice["value"] == value), None)
    if found is None:
        raise BadValueError("This choice is not on offer any more.")
    return found


def _options(element: Mapping[str, Any], value: Plain) -> Any:
    if value is not None and not isinstance(value, list):
        raise BadValueError("This field takes a list of choices.")
    return [_option(element, each) for each in value or []]


def _several(_element: Mapping[str, Any], value: Plain) -> Any:
    if value is not None and not isinstance(value, list):
        raise BadValueError("This field takes a list.")
    return value or []


Reading = Callable[[Mapping[str, Any], Plain], Any]

STATEFUL: Mapping[str, tuple[str, str, Reading]] = {
    "plain_text_input": ("value", "initial_value", _text),
    "static_select": ("selected_option", "initial_option", _option),
    "radio_buttons": ("selected_option", "initial_option", _option),
    "checkboxes": ("selected_options", "initial_options", _options),
    "multi_static_select": ("selected_options", "initial_options", _options),
    "users_select": ("selected_user", "initial_user", _text),
    "multi_users_select": ("selected_users", "initial_users", _several),
    "datepicker": ("selected_date", "initial_date", _text),
}
"""Element type: the key of its state, the key of what it starts with, and how a plain value is read."""


def stateful(blocks: Blocks) -> list[tuple[dict[str, Any], Mapping[str, Any]]]:
    """Each block and element in which something can stand."""
    return [(block, each) for block in blocks for each in elements_of(block) if each["type"] in STATEFUL]


def _first(element: Mapping[str, Any]) -> dict[str, Any]:
    key, initial, _ = STATEFUL[element["type"]]
    empty: Any = [] if key.endswith("s") else None
    return {"type": element["type"], key: element.get(initial, empty)}


def carried_state(blocks: Blocks, before: State) -> State:
    """The state of new blocks: what stood there before under the same ids and type, else what the bot put there."""
    state: State = {}
    for block, element in stateful(blocks):
        old = before.get(block["block_id"], {}).get(element["action_id"])
        same = old is not None and old["type"] == element["type"] and _still_offered(element, old)
        kept = old if same and old is not None else _first(element)
        state.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return state


def _still_offered(element: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    offered = choices_of(element)
    chosen = [old["selected_option"]] if old.get("selected_option") else old.get("selected_options", [])
    return all(choice in offered for choice in chosen)


def read_state(blocks: Blocks, before: State, typed: Mapping[str, Mapping[str, Plain]]) -> State:
    """The state after a person filled in fields. Raises `BadValueError` where a value cannot be."""
    state = carried_state(blocks, before)
    for block, element in stateful(blocks):
        values = typed.get(block["block_id"], {})
        if element["action_id"] in values:
            kept = state_of(element, values[element["action_id"]])
            state[block["block_id"]][element["action_id"]] = kept
    return state


def state_of(element: Mapping[str, Any], value: Plain) -> dict[str, Any]:
    """One element's state for a plain value. Raises `BadValueError`."""
    key, _, read = STATEFUL[element["type"]]
    return {"type": element["type"], key: read(element, value)}


def plain_state(state: State) -> dict[str, dict[str, Plain]]:
    """The state in the page's plain values: the inverse of `read_state`."""
    return {block: {action: _plain(entry) for action, entry in actions.items()} for block, actions in state.items()}


def _plain(entry: Mapping[str, Any]) -> Plain:
    value = entry[STATEFUL[entry["type"]][0]]
    if isinstance(value, dict):
        return str(value["value"])
    if isinstance(value, list):
        return [str(each["value"]) if isinstance(each, dict) else str(each) for each in value]
    return None if value is None else str(value)


def missing(blocks: Blocks, state: State) -> dict[str, str]:
    """What Slack itself refuses before the bot hears of it: block id and sentence."""
    problems: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        entry = state[block["block_id"]][element["action_id"]]
        value = entry[STATEFUL[element["type"]][0]]
        if not value:
            if not block.get("optional", False):
                problems[block["block_id"]] = "Please complete this required field."
        elif element["type"] == "plain_text_input":
            problems |= _length(block["block_id"], element, len(value))
    return problems


def _length(block_id: str, element: Mapping[str, Any], length: int) -> dict[str, str]:
    if length < element.get("min_length", 0):
        return {block_id: f"Please write at least {element['min_length']} characters."}
    if length > element.get("max_length", 3000):
        return {block_id: f"Please write no more than {element.get('max_length', 3000)} characters."}
    return {}
