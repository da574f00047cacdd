"""The page on the real sandbox with a small bot behind it: from the form to what only one person sees."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.demo_bot import over_socket
from tests.support.page_content import ANA, APPROVALS, MAYA
from tests.support.sandbox import a_sandbox

pytestmark = pytest.mark.browser


@pytest.fixture
def sandbox():
    with a_sandbox() as running, over_socket(running):
        running.log("the demo bot is connected")
        yield running


@pytest.fixture
def page(visit, sandbox):
    page = visit(sandbox.page_url)
    expect(page.get_by_text("the demo bot is connected")).to_be_visible()
    expect(page.locator("#status")).to_contain_text("Socket Mode")
    return page


def _command(page, text):
    box = page.get_by_label("Message to Cred as Maya Okafor")
    box.fill(text)
    box.press("Enter")


def _ask(page):
    page.get_by_role("button", name="Put /cred add into the message box").click()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Add a credential").wait_for()


def test_token_leaves_the_address_once_it_was_used(page, sandbox):
    assert sandbox.settings.page_token not in page.url
    assert page.url.endswith(f"#/{MAYA}/D{MAYA[1:]}")


def test_form_takes_errors_and_updates_and_its_card_is_decided_by_another(page):
    _ask(page)
    page.get_by_label("Name").fill("taken")
    page.get_by_label("Super Admin").check()
    expect(page.get_by_text("For Super Admin: two people")).to_be_visible()
    page.get_by_role("button", name="Ask").click()
    expect(page.locator("[data-field=name] .error")).to_have_text("This name is taken.")
    page.get_by_label("Name").fill("billing")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Act as Ana Ruiz").click()
    page.get_by_role("button", name="cred-approvals").click()
    page.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Approve").click()
    expect(page.get_by_text(f"Approved by {ANA} of T0HARBOUR")).to_be_visible()
    assert page.url.endswith(f"#/{ANA}/{APPROVALS}")


def test_secret_is_seen_by_its_owner_alone_and_gone_once_stored(page):
    _ask(page)
    page.get_by_label("Name").fill("billing")
    page.get_by_role("button", name="Ask").click()
    page.get_by_role("button", name="Reveal").click()
    expect(page.get_by_text("Only visible to you")).to_be_visible()
    page.get_by_role("button", name="Act as Ana Ruiz").click()
    expect(page.get_by_role("button", name="Acting as Ana Ruiz")).to_be_visible()
    expect(page.get_by_text("crd_made_up")).to_have_count(0)
    page.get_by_role("button", name="Act as Maya Okafor").click()
    page.get_by_role("button", name="I stored it").click()
    expect(page.get_by_text("crd_made_up")).to_have_count(0)


def test_reload_loses_what_only_one_person_saw(page):
    _command(page, "/cred nonsense")
    expect(page.get_by_text("You typed: nonsense")).to_be_visible()
    page.reload()
    expect(page.get_by_text("the demo bot is connected")).to_be_visible()
    page.get_by_text("This is where you and Cred talk.").wait_for()
    expect(page.get_by_text("You typed: nonsense")).to_have_count(0)


def test_home_is_put_together_by_the_bot_when_it_is_opened(page):
    page.get_by_role("button", name="Home").click()
    expect(page.get_by_text("Needs you")).to_be_visible()
