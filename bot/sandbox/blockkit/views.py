"""What Slack documents of modals and of the Home tab, and the check of one. Pure.

Source: Slack's reference, "Views".
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.sandbox.blockkit.blocks import ANY_BLOCK, VIEW_BLOCKS, check_blocks
from bot.sandbox.blockkit.elements import plain
from bot.sandbox.blockkit.schema import Chars, Complaint, Flag, Many, Spec, shape

DEPTH = 3
"""How many modals may lie on one another."""
MOST_BYTES = 250_000
"""A view above this is `view_too_large`."""

_COMMON: Mapping[str, Spec] = {
    "blocks": Many(of=ANY_BLOCK, most=VIEW_BLOCKS, least=0),
    "private_metadata": Chars(most=3000, least=0),
    "callback_id": Chars(most=255, least=0),
    "external_id": Chars(most=255, least=0),
}


def _inputs_need_submit(view: Mapping[str, Any], at: str) -> Iterator[Complaint]:
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        yield Complaint(what="missing required field: submit (the blocks hold an input)", at=at)


def _blocks_agree(view: Mapping[str, Any], at: str) -> Iterator[Complaint]:
    yield from check_blocks(view["blocks"], f"{at}/blocks", VIEW_BLOCKS)


MODAL = shape(
    "modal",
    "title blocks",
    {
        **_COMMON,
        "title": plain(24),
        "submit": plain(24),
        "close": plain(24),
        "clear_on_close": Flag(),
        "notify_on_close": Flag(),
    },
    _inputs_need_submit,
    _blocks_agree,
)
HOME = shape("home", "blocks", _COMMON, _blocks_agree)


def check_view(view: Any, kind: str) -> list[Complaint]:
    """Every complaint about a view that ought to be a `modal` or a `home`."""
    complaints = list((MODAL if kind == "modal" else HOME).check(view, "/view"))
    if complaints:
        return [Complaint(what="failed to match all allowed schemas", at="/view"), *complaints]
    return []


def too_large(view: Any) -> bool:
    """Whether Slack would refuse the view for its size alone."""
    return len(json.dumps(view).encode()) > MOST_BYTES
