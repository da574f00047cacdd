"""Snapshots as plain JSON files. `CRED_SNAPSHOTS=write` writes them anew: look at the difference before committing."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.sandbox.blockkit.blocks import check_blocks
from bot.sandbox.blockkit.views import check_view

FOLDER = Path(__file__).parent / "snapshots"


def same_as_before(name: str, made: dict[str, Any]) -> None:
    """Compare with the file of that name."""
    file = FOLDER / f"{name}.json"
    text = json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("CRED_SNAPSHOTS") == "write":
        file.write_text(text)
    assert file.read_text() == text, f"{name} changed: if it was meant, run once with CRED_SNAPSHOTS=write"


def slack_takes(made: dict[str, Any]) -> None:
    """Whether Slack would take a message or a view, and make nothing of what somebody typed into it."""
    assert [text for text in _marked_up(made) if text.get("verbatim") is not True] == []
    if made.get("type") in ("modal", "home"):
        assert check_view(made, made["type"]) == []
    else:
        assert made["text"].strip()
        assert check_blocks(made["blocks"]) == []


def _marked_up(made: Any) -> Iterator[dict[str, Any]]:
    """Every object of Slack's markup in it, however deep."""
    if isinstance(made, dict):
        if made.get("type") == "mrkdwn":
            yield made
        made = list(made.values())
    if isinstance(made, list):
        for part in made:
            yield from _marked_up(part)
