"""Everything the bot can say, as its own snapshots have it, can be shown by the page, on a phone too.

`make pictures` takes a picture of each, for the eye, at the width of a desk and of a phone: `tests/pictures/cards/`.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.page_content import HOME, MAYA, SECURITY, message

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "tests" / "pictures" / "cards"
FILES = {file.stem: json.loads(file.read_text()) for file in (ROOT / "tests" / "slack" / "snapshots").glob("*.json")}
WINDOWS = {"phone": {"width": 390, "height": 844}}
"""Where a phone shows it whole, a desk does; for the eye there are pictures of both."""
if "CRED_PICTURES" in os.environ:
    WINDOWS["desk"] = {"width": 1280, "height": 800}
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


@pytest.fixture
def picture():
    if "CRED_PICTURES" not in os.environ:
        return lambda _part, _name, _scrolled=None: None
    PICTURES.mkdir(parents=True, exist_ok=True)

    def taken(part, name, scrolled=None):
        size = part.page.viewport_size
        if scrolled is not None:
            _grow(part.page, scrolled, size)
        part.screenshot(path=PICTURES / f"{name.strip('/').replace('/', '-')}.png")
        part.page.set_viewport_size(size)

    return taken


def _grow(page, scrolled, size):
    """A window so high that nothing of that part has to be scrolled to: in a picture nobody can."""
    height = size["height"]
    for _ in range(4):  # a dialog is not as high as its window
        height += page.locator(scrolled).evaluate("node => node.scrollHeight - node.clientHeight")
        page.set_viewport_size({**size, "height": height})


def _shown_whole(page, part):
    assert page.locator(f"{part} .unknown").count() == 0
    assert page.locator(part).evaluate("node => node.scrollWidth <= node.clientWidth")


@pytest.mark.parametrize("window", WINDOWS)
def test_every_message_is_shown_whole(open_page, workspace, window, picture):
    snapshots = _snapshots(None)
    workspace.messages[SECURITY] = [
        message(*_blocks(each), text=each["text"], minute=10 * index) for index, each in enumerate(snapshots.values())
    ]
    page = open_page(place=f"{MAYA}/{SECURITY}", **WINDOWS[window])
    articles = page.get_by_role("article")
    expect(articles).to_have_count(len(snapshots))
    _shown_whole(page, "#scroll")
    for index, name in enumerate(snapshots):
        picture(articles.nth(index), f"{name}-{window}")


@pytest.mark.parametrize("window", WINDOWS)
def test_every_form_is_shown_whole(open_page, workspace, window, picture):
    page = open_page(place=f"{MAYA}/{SECURITY}", **WINDOWS[window])
    for name, each in _snapshots("modal").items():
        workspace.show_view(MAYA, {**each, "id": name, "hash": "1", "blocks": _blocks(each)})
        dialog = page.get_by_role("dialog", name=each["title"]["text"])
        expect(dialog.locator(".view-body > .block")).to_have_count(len(each["blocks"]))
        _shown_whole(page, ".view-body")
        picture(dialog, f"{name}-{window}", ".view-body")
        workspace.show_view(MAYA, None)
        expect(dialog).to_have_count(0)


@pytest.mark.parametrize("window", WINDOWS)
def test_every_home_is_shown_whole(open_page, workspace, window, picture):
    page = open_page(place=f"{MAYA}/{HOME}", **WINDOWS[window])
    for name, each in _snapshots("home").items():
        workspace.homes[MAYA] = _blocks(each)
        workspace.changed("home")
        expect(page.locator(".home-body > .block")).to_have_count(len(each["blocks"]))
        _shown_whole(page, "#scroll")
        picture(page.locator(".home-body"), f"{name}-{window}", "#scroll")


def test_every_emoji_is_a_picture_of_the_pages_own():
    said = set(
        re.findall(
            "[\u2190-\u21ff\u2300-\u24ff\u25a0-\u2bff\U0001f000-\U0001faff]", json.dumps(FILES, ensure_ascii=False)
        )
    )
    drawn = (ROOT / "bot" / "sandbox" / "page" / "glyphs.js").read_text()
    assert [each for each in sorted(said) if f'"{each}": {{' not in drawn] == ["✓"]  # a letter of every font
