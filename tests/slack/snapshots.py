"""Snapshots as plain JSON files. `CRED_SNAPSHOTS=write` writes them anew: look at the difference before committing."""

import json
import os
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
    """Whether Slack would take a message or a view."""
    if made.get("type") in ("modal", "home"):
        assert check_view(made, made["type"]) == []
    else:
        assert made["text"].strip()
        assert check_blocks(made["blocks"]) == []
