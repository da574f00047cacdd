"""Forms: by keyboard alone, with errors in their place, and never losing what a person has typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.page_cards import add_view
from tests.support.page_content import ANA, DM, MAYA, mrkdwn
from tests.support.sandbox import eventually

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_page, workspace):
    workspace.views[MAYA] = add_view()
    page = open_page(place=f"{MAYA}/{DM}")
    page.get_by_role("dialog", name="Add a credential").wait_for()
    return page


def test_form_is_filled_and_sent_by_keyboard_alone(page, workspace):
    keyboard = page.keyboard
    expect(page.get_by_label("Name")).to_be_focused()
    keyboard.type("billing-export")
    keyboard.press("Tab")
    keyboard.type("Invoices, monthly")
    keyboard.press("Tab")
    keyboard.press("ArrowDown")  # typed, its letters would have to come within a second of each other
    keyboard.press("ArrowDown")
    keyboard.press("Tab")
    keyboard.press("ArrowDown")
    expect(page.get_by_label("Standard")).to_be_checked()
    keyboard.press("Tab")
    keyboard.press("S")
    keyboard.press("Tab")
    expect(page.get_by_label("Expires")).to_be_focused()
    while not page.get_by_label("The estate's channel").evaluate("node => node === document.activeElement"):
        keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Tab")
    expect(page.get_by_role("button", name="Cancel")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    eventually(lambda: workspace.sent("submit"), "the form")
    [sent] = workspace.sent("submit")
    assert sent["as"] == MAYA
    assert sent["view_id"] == "V1"
    assert sent["state"] == {
        "name": {"value": "billing-export"},
        "about": {"value": "Invoices, monthly"},
        "estate": {"value": "rail"},
        "role": {"value": "std"},
        "owner": {"value": "U0SAM0000"},
        "expires": {"value": "2026-12-31"},
        "notify": {"value": ["channel"]},
    }


def test_missing_answers_are_named_before_the_bot_is_asked(page, workspace):
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.get_by_label("Name")).to_be_focused()
    expect(page.get_by_label("Name")).to_have_accessible_description(
        "Please fill this in. Small letters, digits and hyphens."
    )
    expect(page.get_by_text("Please fill this in.")).to_have_count(2)
    assert workspace.sent("submit") == []
    page.keyboard.type("x")
    expect(page.get_by_text("Please fill this in.")).to_have_count(1)


def test_errors_of_the_bot_stand_beside_their_field(page, workspace):
    workspace.answers["submit"] = {"ok": False, "errors": {"name": "That name is taken in Harbour Rail."}}
    page.get_by_label("Name").fill("fleet-sync")
    page.get_by_label("Estate", exact=True).select_option("rail")
    page.get_by_role("button", name="Ask for approval").click()
    expect(page.locator("[data-field=name] .error")).to_have_text("That name is taken in Harbour Rail.")
    expect(page.get_by_label("Name")).to_be_focused()
    assert page.get_by_label("Name").get_attribute("aria-invalid") == "true"


def test_live_update_keeps_what_was_typed_and_the_caret(page, workspace):
    page.get_by_label("Description").fill("half a thou")
    page.get_by_label("Name").fill("billing")
    page.get_by_label("Name").press("ArrowLeft")
    newer = add_view(hash="2.b")
    newer["blocks"][0]["hint"]["text"] = "Taken: billing-export."
    newer["blocks"][-1]["elements"] = [mrkdwn("*Two people* must approve.")]
    workspace.show_view(MAYA, newer)
    page.get_by_text("Two people").wait_for()
    expect(page.get_by_text("Taken: billing-export.")).to_be_visible()
    expect(page.get_by_label("Description")).to_have_value("half a thou")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("X")
    expect(page.get_by_label("Name")).to_have_value("billinXg")


def test_choice_that_the_bot_wants_to_know_is_told_with_all_that_was_typed(page, workspace):
    page.get_by_label("Name").fill("billing")
    page.get_by_label("Super Admin").check()
    eventually(lambda: workspace.sent("action"), "the choice")
    [sent] = workspace.sent("action")
    assert sent["where"] == {"kind": "view", "view_id": "V1"}
    assert (sent["block_id"], sent["action_id"], sent["value"]) == ("role", "value", "super")
    assert sent["state"]["name"] == {"value": "billing"}


def test_form_is_found_as_it_was_left_after_acting_as_somebody_else(page):
    page.get_by_label("Name").fill("billing")
    page.get_by_role("button", name="Act as Ana Ruiz").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Act as Maya Okafor").click()
    expect(page.get_by_label("Name")).to_have_value("billing")


def test_the_room_behind_a_form_is_out_of_reach(page):
    for _ in range(40):
        page.keyboard.press("Tab")
        assert not page.evaluate("document.getElementById('room').contains(document.activeElement)")


def test_escape_closes_and_gives_the_keyboard_back(page, workspace):
    page.keyboard.press("Escape")
    eventually(lambda: workspace.sent("close"), "the end of the form")
    workspace.show_view(MAYA, None)
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert workspace.sent("close") == [{"as": MAYA, "view_id": "V1"}]
    expect(page.get_by_label("Message to Cred as Maya Okafor")).to_be_focused()


def test_form_of_one_person_is_not_on_the_page_of_another(open_page, workspace):
    workspace.views[MAYA] = add_view()
    page = open_page(place=f"{ANA}/{DM}")
    expect(page.get_by_role("dialog")).to_have_count(0)
