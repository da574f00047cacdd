"""The road without a mouse: from the first command to the secret by keyboard alone, the focus never lost."""

import re

import pytest
from playwright.sync_api import expect

from tests.support import newcomers_road as road

pytestmark = pytest.mark.browser


def _press(walker, target, key="Enter"):
    walker.tab_to(target)
    walker.page.keyboard.press(key)


def _become(walker, name):
    _press(walker, walker.page.get_by_role("button", name=f"Act as {name}"))
    expect(walker.page.get_by_role("button", name=f"Acting as {name}")).to_be_focused()


def _ask(walker):
    keyboard = walker.page.keyboard
    expect(walker.page.locator("#message-box")).to_be_focused()
    keyboard.type("/cred add")
    keyboard.press("Enter")
    terms, form = walker.form("Terms of use"), walker.form("Add a credential")
    expect(terms.get_by_label("I have read this and accept it")).to_be_focused()
    keyboard.press("Space")
    _press(walker, terms.get_by_role("button", name="Accept"))
    expect(form.get_by_label("Name", exact=True)).to_be_focused()
    keyboard.type(road.NAME)
    walker.tab_to(form.get_by_label("Reason"))
    keyboard.type(road.REASON)
    _press(walker, form.get_by_role("button", name="Ask for it"))
    expect(walker.form("Request sent")).to_be_focused()
    keyboard.press("Escape")
    expect(walker.page.locator("#message-box")).to_be_focused()


def _confirm(walker, button, answer):
    _press(walker, button)
    question = walker.page.get_by_role("alertdialog")
    expect(question.get_by_role("button", name="Not now")).to_be_focused()
    _press(walker, question.get_by_role("button", name=answer, exact=True))
    expect(question).to_have_count(0)


def test_road_is_walked_by_keyboard_alone_and_the_focus_is_never_lost(start, visit):
    walker = visit(start(http=False).address)
    _ask(walker)
    _become(walker, "Ana Ruiz")
    _press(walker, walker.page.get_by_role("button", name=re.compile("^cred-approvals")))
    _confirm(walker, walker.page.get_by_role("button", name=f"Approve {road.NAME}"), "Approve")
    expect(walker.newest).to_contain_text("Approved by @Ana Ruiz")
    assert walker.focus_is_kept()
    _become(walker, "Maya Okafor")
    _press(walker, walker.page.get_by_role("button", name=re.compile("^Messages")))
    _confirm(walker, walker.page.get_by_role("button", name="Reveal"), "Reveal")
    expect(walker.newest).to_contain_text("Client secret")
    assert walker.focus_is_kept()
    _press(walker, walker.newest.get_by_role("button", name="I stored it"))
    expect(walker.page.get_by_text("Client secret")).to_have_count(0)
    assert walker.focus_is_kept()


def test_what_is_new_is_read_out_and_what_was_there_is_not_read_again(start, visit):
    walker = visit(start(http=False).address)
    live = walker.page.get_by_role("log", name="Messages")
    assert live.get_attribute("aria-live") == "polite"
    walker.type("/cred help")
    expect(walker.newest).to_contain_text("/cred pending")
    walker.newest.evaluate("node => { node.mark = 'same' }")
    walker.type("/cred pending")
    expect(walker.messages).to_have_count(2)
    assert walker.messages.first.evaluate("node => node.mark") == "same"
