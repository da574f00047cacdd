"""A form as Slack sends it back: the state of each field, as the person left it."""

from typing import Any


def filled(view: dict[str, Any], typed: dict[str, Any]) -> dict[str, Any]:
    """The view with its state: what was typed by the first part of a block's name, and what was preset elsewhere."""
    values = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element, name = block["element"], block["block_id"].partition(".")[0]
            given = typed.get(name, _preset(element))
            values[block["block_id"]] = {element["action_id"]: _state(element, given)}
    return {**view, "id": "V0FORM", "hash": "1.abc", "state": {"values": values}}


def sent(view: dict[str, Any], **typed: Any) -> dict[str, Any]:
    """The same, with names."""
    return filled(view, typed)


def _preset(element: dict[str, Any]) -> Any:
    if "initial_option" in element:
        return element["initial_option"]["value"]
    return element.get("initial_user") or element.get("initial_date") or element.get("initial_value")


def _state(element: dict[str, Any], given: Any) -> dict[str, Any]:
    match element["type"]:
        case "plain_text_input":
            held = {"value": given}
        case "users_select":
            held = {"selected_user": given}
        case "datepicker":
            held = {"selected_date": given}
        case "checkboxes":
            held = {"selected_options": [{"value": value} for value in given or []]}
        case _:
            held = {"selected_option": None if given is None else {"value": given}}
    return {"type": element["type"], **held}
