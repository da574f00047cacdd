"""Shortcuts on the page: a form from anywhere, and a message that shows a secret."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_shortcuts_are_started_from_the_box_and_from_a_message(start, visit):
    walker = visit(start(http=False).address)
    walker.page.get_by_role("button", name="Add a credential").click()
    expect(walker.form("Terms of use")).to_be_visible()
    walker.page.keyboard.press("Escape")
    walker.become("Ana Ruiz")
    walker.go("cred-approvals")
    walker.type("look, our key: hunter2")
    message = walker.page.get_by_role("article").last
    message.hover()
    message.get_by_role("button", name="Revoke this credential").click()
    expect(walker.newest).to_contain_text("There is no secret of mine in it.")
