"""What Slack documents of Block Kit's blocks, and the check of a list of them. Pure.

Source: Slack's reference, "Blocks". `check_blocks` is what stands between the bot and a person: Slack would refuse
whatever it complains about.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.blockkit.elements import IDENTIFIER, IMAGE, URL, only, plain, prose
from bot.sandbox.blockkit.rich_text import RICH_TEXT
from bot.sandbox.blockkit.schema import Chars, Complaint, Flag, Many, Spec, Tagged, shape

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100

_NAMED: Mapping[str, Spec] = {"block_id": IDENTIFIER}


def _text_or_fields(block: Mapping[str, Any], at: str) -> Iterator[Complaint]:
    if "text" not in block and "fields" not in block:
        yield Complaint(what="must define either text or fields", at=at)


BLOCKS: Mapping[str, Spec] = {
    "actions": shape(
        "actions",
        "elements",
        {
            **_NAMED,
            "elements": Many(
                of=only("button static_select users_select overflow radio_buttons checkboxes datepicker"), most=25
            ),
        },
    ),
    "context": shape(
        "context", "elements", {**_NAMED, "elements": Many(of=Tagged({**prose(3000).shapes, "image": IMAGE}), most=10)}
    ),
    "divider": shape("divider", "", _NAMED),
    "header": shape("header", "text", {**_NAMED, "text": plain(150)}),
    "image": shape(
        "image",
        "image_url alt_text",
        {**_NAMED, "image_url": URL, "alt_text": Chars(most=2000), "title": plain(2000)},
    ),
    "input": shape(
        "input",
        "label element",
        {
            **_NAMED,
            "label": plain(2000),
            "hint": plain(2000),
            "optional": Flag(),
            "dispatch_action": Flag(),
            "element": only(
                "plain_text_input static_select multi_static_select users_select multi_users_select"
                " radio_buttons checkboxes datepicker"
            ),
        },
    ),
    "rich_text": shape("rich_text", "elements", {**_NAMED, **RICH_TEXT}),
    "section": shape(
        "section",
        "",
        {
            **_NAMED,
            "text": prose(3000),
            "fields": Many(of=prose(2000), most=10),
            "expand": Flag(),
            "accessory": only(
                "button static_select multi_static_select users_select multi_users_select overflow"
                " radio_buttons checkboxes datepicker image"
            ),
        },
        _text_or_fields,
    ),
}
"""Every block that the sandbox knows, by its type."""

ANY_BLOCK = Tagged(BLOCKS)


def elements_of(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The elements of a checked block that a person can touch."""
    if block["type"] == "actions":
        return list(block["elements"])
    touched = block.get("element") or block.get("accessory")
    return [touched] if touched is not None and touched["type"] != "image" else []


def check_blocks(blocks: Any, at: str = "/blocks", most: int = MESSAGE_BLOCKS) -> list[Complaint]:
    """Every complaint about a list of blocks; no complaint means that Slack would take it."""
    complaints = list(Many(of=ANY_BLOCK, most=most, least=0).check(blocks, at))
    return complaints or [*_repeated_blocks(blocks, at), *_repeated_actions(blocks, at), *_focus(blocks, at)]


def _repeated_blocks(blocks: list[Mapping[str, Any]], at: str) -> Iterator[Complaint]:
    counts = Counter(block["block_id"] for block in blocks if "block_id" in block)
    for index, block in enumerate(blocks):
        if counts[block.get("block_id", "")] > 1:
            yield Complaint(what="`block_id` must be unique", at=f"{at}/{index}/block_id")


def _repeated_actions(blocks: list[Mapping[str, Any]], at: str) -> Iterator[Complaint]:
    for index, block in enumerate(blocks):
        counts = Counter(element["action_id"] for element in elements_of(block) if "action_id" in element)
        if any(count > 1 for count in counts.values()):
            yield Complaint(what="`action_id` must be unique within the block", at=f"{at}/{index}/elements")


def _focus(blocks: list[Mapping[str, Any]], at: str) -> Iterator[Complaint]:
    focused = [element for block in blocks for element in elements_of(block) if element.get("focus_on_load")]
    if len(focused) > 1:
        yield Complaint(what="only one element may set focus_on_load", at=at)


def with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The blocks as Slack keeps them: each block and each element has an id, by its place where the bot gave none."""
    return [_with_block_id(block, f"b{index}") for index, block in enumerate(blocks)]


def _with_block_id(block: dict[str, Any], name: str) -> dict[str, Any]:
    kept = {"block_id": name, **block}
    if kept["type"] == "actions":
        kept["elements"] = [{"action_id": f"{name}a{index}", **each} for index, each in enumerate(kept["elements"])]
    for place in ("element", "accessory"):
        if place in kept and kept[place]["type"] != "image":
            kept[place] = {"action_id": f"{name}a0", **kept[place]}
    return kept
