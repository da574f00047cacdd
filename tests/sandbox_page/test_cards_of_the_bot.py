"""Everything the bot can say, as its own snapshots have it, can be shown by the page, on a phone too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.page_content import HOME, MAYA, SECURITY, message

pytestmark = pytest.mark.browser

FILES = {
    file.stem: json.loads(file.read_text())
    for file in (Path(__file__).parents[1] / "slack" / "snapshots").glob("*.json")
}
SNAPSHOTS = {
    f"{name}/{part}": each
    for name, held in FILES.items()
    for part, each in ({"": held} if "blocks" in held else held).items()
    if each is not None
}
"""Some files hold several cards of one request, by the name of who sees them."""


def _snapshots(kind):
    found = {name: each for name, each in SNAPSHOTS.items() if each.get("type") == kind}
    assert found, f"no snapshot of kind {kind}"
    return found


def _blocks(snapshot):
    """The blocks, with the ids that Slack gives to those that have none."""
    return [{"block_id": f"b{index}", **block} for index, block in enumerate(snapshot["blocks"])]


def _shown_whole(page, part):
    assert page.locator(f"{part} .unknown").count() == 0
    assert page.locator(part).evaluate("node => node.scrollWidth <= node.clientWidth")


def test_every_message_is_shown_whole(open_page, workspace):
    snapshots = _snapshots(None)
    workspace.messages[SECURITY] = [
        message(*_blocks(each), text=each["text"], minute=10 * index) for index, each in enumerate(snapshots.values())
    ]
    page = open_page(place=f"{MAYA}/{SECURITY}", width=390, height=844)
    expect(page.get_by_role("article")).to_have_count(len(snapshots))
    _shown_whole(page, "#scroll")


def test_every_form_is_shown_whole(open_page, workspace):
    page = open_page(place=f"{MAYA}/{SECURITY}", width=390, height=844)
    for name, each in _snapshots("modal").items():
        workspace.show_view(MAYA, {**each, "id": name, "hash": "1", "blocks": _blocks(each)})
        dialog = page.get_by_role("dialog", name=each["title"]["text"])
        expect(dialog.locator(".view-body > .block")).to_have_count(len(each["blocks"]))
        _shown_whole(page, ".view-body")
        workspace.show_view(MAYA, None)
        expect(dialog).to_have_count(0)


def test_every_home_is_shown_whole(open_page, workspace):
    page = open_page(place=f"{MAYA}/{HOME}", width=390, height=844)
    for each in _snapshots("home").values():
        workspace.homes[MAYA] = _blocks(each)
        workspace.changed("home")
        expect(page.locator(".home-body > .block")).to_have_count(len(each["blocks"]))
        _shown_whole(page, "#scroll")
