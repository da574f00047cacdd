"""A real Chromium on the page, and pictures of it for the eye under tests/pictures/ (git-ignored)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.support.chromium import PATIENCE_MS
from tests.support.page_content import harbour
from tests.support.page_server import PageServer, Workspace
from tests.support.sandbox import eventually

PICTURES = Path(__file__).parents[1] / "pictures"
Open = Callable[..., Page]


@pytest.fixture
def workspace() -> Workspace:
    return harbour()


@pytest.fixture
def server(workspace: Workspace) -> Iterator[PageServer]:
    running = PageServer(workspace)
    yield running
    running.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Open]:
    """Opens an address; whatever a script there throws, or the policy blocks, fails the test that caused it."""
    contexts, problems = [], []

    def visited(address: str, *, width: int = 1280, height: int = 800, **context: Any) -> Page:
        settings = {
            "viewport": {"width": width, "height": height},
            "timezone_id": "Europe/Berlin",
            "reduced_motion": "reduce",
        }
        browsing = chromium.new_context(**{**settings, **context})
        contexts.append(browsing)
        page = browsing.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(address)
        page.locator("#title h1").filter(has_not_text="Opening").wait_for()
        return page

    yield visited
    for browsing in contexts:
        browsing.close()
    assert problems == []


@pytest.fixture
def open_page(visit: Open, server: PageServer, workspace: Workspace) -> Open:
    """Opens the page of the workspace at hand, as a person in a place: `PERSON/CONVERSATION`. It hears what changes."""

    def opened(*, place: str = "", **settings: Any) -> Page:
        before = len(workspace.feeds)
        page = visit(f"{server.url}#/{place}" if place else server.url, **settings)
        eventually(lambda: len(workspace.feeds) > before, "the page's feed")
        return page

    return opened


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    PICTURES.mkdir(exist_ok=True)
    return lambda page, name: page.screenshot(path=PICTURES / f"page-{name}.png") and None
