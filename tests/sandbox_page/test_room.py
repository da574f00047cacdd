"""Who one is, where one is, what one types, and what the page says when something is wrong."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.page_content import ANA, APPROVALS, DM, MAYA, message

pytestmark = pytest.mark.browser


def test_page_starts_as_the_first_person_in_the_bots_messages(open_page):
    page = open_page()
    expect(page.get_by_role("button", name="Acting as Maya Okafor, Platform lead")).to_have_attribute(
        "aria-current", "true"
    )
    expect(page.get_by_label("Message to Cred as Maya Okafor")).to_be_focused()
    assert page.url.endswith(f"#/{MAYA}/{DM}")


def test_dot_shows_who_has_something_waiting_and_leads_there(open_page, workspace):
    page = open_page(place=f"{MAYA}/{APPROVALS}")
    workspace.workspace["people"][1]["unread"] = 2
    workspace.conversations[ANA][0]["unread"] = 2
    workspace.changed("workspace")
    page.get_by_role("button", name="Act as Ana Ruiz, Security engineer, 2 waiting").click()
    expect(page.get_by_role("heading", name="Cred Messages")).to_be_visible()


def test_outsider_is_marked_and_told_what_is_in_sight(open_page):
    page = open_page()
    page.get_by_role("button", name="Act as Otto Brandt, Consultant, Fjord Partners, from another organization").click()
    expect(page.get_by_text("Otto Brandt is not one of Harbour Group")).to_be_visible()
    expect(page.get_by_role("heading", name="fjord-harbour")).to_be_visible()
    expect(page.get_by_role("navigation", name="Conversations").get_by_role("button")).to_have_count(1)


def test_unread_is_counted_beside_its_conversation(open_page, workspace):
    page = open_page()
    workspace.conversations[MAYA][2]["unread"] = 3
    workspace.changed("messages", channel=APPROVALS)
    expect(page.get_by_role("button", name="cred-approvals, 3 unread")).to_be_visible()


def test_command_and_text_go_their_ways_and_come_back_on_the_arrows(open_page, workspace):
    page = open_page()
    box = page.get_by_label("Message to Cred as Maya Okafor")
    for line in ("/cred list", "hello"):
        box.fill(line)
        box.press("Enter")
        expect(box).to_have_value("")
    assert workspace.sent("command") == [{"as": MAYA, "channel": DM, "text": "/cred list"}]
    assert workspace.sent("message") == [{"as": MAYA, "channel": DM, "text": "hello"}]
    box.fill("unsent")
    for key, shown in [
        ("ArrowUp", "hello"),
        ("ArrowUp", "/cred list"),
        ("ArrowUp", "/cred list"),
        ("ArrowDown", "hello"),
        ("ArrowDown", "unsent"),
    ]:
        box.press(key)
        expect(box).to_have_value(shown)


def test_hint_puts_its_command_into_the_box_and_goes_once_the_bot_has_written(open_page, workspace):
    page = open_page()
    page.get_by_role("button", name="Put /cred add into the message box").click()
    box = page.get_by_label("Message to Cred as Maya Okafor")
    expect(box).to_be_focused()
    box.press("Enter")
    expect(box).to_have_value("")
    expect(page.get_by_role("note")).to_contain_text("Then act as Ana and Ben")
    workspace.messages[DM].append(message(text="Approved."))
    workspace.changed("messages", channel=DM)
    expect(page.get_by_role("note")).to_have_count(0)


def test_hint_that_was_closed_stays_closed(open_page):
    page = open_page()
    page.get_by_role("button", name="Hide this hint").click()
    page.reload()
    page.get_by_text("This is where you and Cred talk.").wait_for()
    expect(page.get_by_role("note")).to_have_count(0)


def test_command_that_failed_stays_in_the_box(open_page, workspace):
    workspace.answers["command"] = {"ok": False, "error": "The bot is not connected."}
    page = open_page()
    box = page.get_by_label("Message to Cred as Maya Okafor")
    box.fill("/cred add")
    box.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="not connected")).to_be_visible()
    expect(box).to_have_value("/cred add")


def test_each_person_keeps_a_draft(open_page):
    page = open_page()
    page.get_by_label("Message to Cred as Maya Okafor").fill("half")
    page.get_by_role("button", name="Act as Ana Ruiz").click()
    expect(page.get_by_label("Message to Cred as Ana Ruiz")).to_have_value("")
    page.get_by_role("button", name="Act as Maya Okafor").click()
    expect(page.get_by_label("Message to Cred as Maya Okafor")).to_have_value("half")


def test_missing_bot_is_said_plainly(open_page, workspace):
    page = open_page()
    workspace.workspace["bot_connected"] = False
    workspace.changed("workspace")
    expect(page.get_by_text("The bot is not connected: nobody answers a command yet.")).to_be_visible()


def test_lost_feed_is_said_and_what_was_missed_is_read_when_it_is_back(open_page, workspace, server):
    page = open_page()
    with page.expect_request("**/events?**"):
        workspace.messages[DM].append(message(text="while you were away"))
        workspace.hang_up()
    expect(page.get_by_text("while you were away")).to_be_visible()
    expect(page.get_by_text("Sandbox lost")).to_have_count(0)


def test_stopped_sandbox_is_said(open_page, server):
    page = open_page()
    server.close()
    expect(page.get_by_text("The sandbox does not answer. This page goes on")).to_be_visible()


def test_log_and_broken_rules_stand_in_the_drawer(open_page, workspace):
    page = open_page()
    workspace.log["lines"] = [{"at": 1_790_000_000, "text": "request R-1 opened"}]
    workspace.log["violations"] = [
        {"at": 1_790_000_000, "method": "chat.postMessage", "message": "header over 150 characters"}
    ]
    workspace.workspace["violations"] = 1
    workspace.changed("log")
    workspace.changed("workspace")
    drawer = page.get_by_role("complementary", name="The bot’s log")
    expect(drawer.get_by_text("request R-1 opened")).to_be_visible()
    expect(drawer.get_by_text("header over 150 characters")).to_be_visible()
    page.get_by_role("button", name="Close the log").click()
    expect(drawer).to_be_hidden()
    expect(page.get_by_role("button", name="Log 1")).to_be_focused()


def test_phone_has_its_conversations_in_a_sheet(open_page):
    page = open_page(width=390, height=844)
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("navigation", name="Conversations").get_by_role("button", name="security").click()
    expect(page.get_by_role("heading", name="security")).to_be_visible()
    expect(page.get_by_role("navigation", name="Conversations")).to_be_hidden()


def test_sheet_is_left_by_escape_and_the_room_behind_it_is_out_of_reach(open_page):
    page = open_page(width=390, height=844)
    menu = page.get_by_role("button", name="Conversations")
    menu.click()
    places = page.get_by_role("navigation", name="Conversations")
    expect(places.get_by_role("button", name="Messages")).to_be_focused()
    assert page.locator("#main").evaluate("node => node.inert")
    page.keyboard.press("Escape")
    expect(places).to_be_hidden()
    expect(menu).to_be_focused()


def test_conversations_are_walked_by_keyboard(open_page):
    page = open_page()
    places = page.get_by_role("navigation", name="Conversations")
    places.get_by_role("button", name="cred-approvals").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="cred-approvals")).to_be_visible()
    expect(places.get_by_role("button", name="cred-approvals")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="security")).to_be_visible()


def test_reader_who_scrolled_up_is_not_moved_but_told(open_page, workspace):
    workspace.messages[APPROVALS] = [message(text=f"line {n}", minute=10 * n) for n in range(40)]
    page = open_page(place=f"{ANA}/{APPROVALS}")
    page.get_by_text("line 39").wait_for()
    page.locator("#scroll").evaluate("node => { node.scrollTop = 0 }")
    workspace.messages[APPROVALS].append(message(text="the newest", minute=500))
    workspace.changed("messages", channel=APPROVALS)
    page.get_by_role("button", name="New messages").click()
    expect(page.get_by_text("the newest")).to_be_in_viewport()


def test_second_page_shows_what_the_first_one_caused(open_page, workspace):
    pages = [open_page(), open_page()]
    workspace.messages[DM].append(message(text="for both"))
    workspace.changed("messages", channel=DM)
    for page in pages:
        expect(page.get_by_text("for both")).to_be_visible()


def test_log_fits_a_phone_and_gives_the_room_back(open_page):
    page = open_page(width=390, height=844)
    page.get_by_role("button", name="Log").click()
    drawer = page.get_by_role("complementary", name="The bot’s log")
    expect(drawer).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = drawer.bounding_box()
    assert box["x"] >= 0
    assert box["width"] > 300
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
