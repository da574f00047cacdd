"""Messages and what is pressed on them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.page_cards import approval_card, home_blocks, secret_card
from tests.support.page_content import ANA, APPROVALS, BEN, DM, HOME, MAYA, button, message, mrkdwn, option
from tests.support.sandbox import eventually

pytestmark = pytest.mark.browser


def _settled(page, workspace):
    """What was pressed has reached the workspace, and its answer the page."""
    eventually(lambda: workspace.sent("action"), "the press")
    page.wait_for_function("() => !document.querySelector('[aria-busy=true]')")


@pytest.fixture
def card(open_page, workspace):
    workspace.messages[APPROVALS] = [message(*approval_card())]
    page = open_page(place=f"{ANA}/{APPROVALS}")
    page.get_by_role("button", name="Approve", exact=True).wait_for()
    return page


def test_approval_is_asked_about_and_a_second_thought_sends_nothing(card, workspace):
    card.get_by_role("button", name="Approve", exact=True).click()
    question = card.get_by_role("alertdialog", name="Approve this credential?")
    expect(question.get_by_role("button", name="Not yet")).to_be_focused()
    card.keyboard.press("Escape")
    expect(question).to_have_count(0)
    assert workspace.sent("action") == []


def test_approval_is_sent_once_confirmed(card, workspace):
    card.get_by_role("button", name="Approve", exact=True).click()
    card.get_by_role("alertdialog").get_by_role("button", name="Approve").click()
    _settled(card, workspace)
    [sent] = workspace.sent("action")
    where = {"kind": "message", "channel": APPROVALS, "ts": workspace.messages[APPROVALS][0]["ts"]}
    assert sent == {"as": ANA, "where": where, "block_id": "decide", "action_id": "approve", "value": None, "state": {}}


def test_overflow_menu_is_used_by_keyboard(card, workspace):
    opener = card.get_by_role("button", name="More actions")
    opener.focus()
    card.keyboard.press("Enter")
    expect(card.get_by_role("menuitem", name="Ask a question")).to_be_focused()
    card.keyboard.press("ArrowDown")
    card.keyboard.press("Enter")
    expect(opener).to_be_focused()
    _settled(card, workspace)
    assert [each["value"] for each in workspace.sent("action")] == ["details"]


def test_card_is_edited_in_place_and_the_keyboard_stays_on_it(card, workspace):
    card.get_by_role("button", name="Deny").focus()
    edited = approval_card()
    edited[4]["elements"] = [mrkdwn("2 of 2 · done")]
    workspace.messages[APPROVALS] = [message(*edited, edited=True)]
    workspace.changed("messages", channel=APPROVALS)
    card.get_by_text("2 of 2 · done").wait_for()
    expect(card.get_by_text("edited", exact=True)).to_be_visible()
    expect(card.get_by_role("article")).to_have_count(1)
    expect(card.get_by_role("button", name="Deny")).to_be_focused()


def test_untouched_messages_are_left_alone_when_another_arrives(card, workspace):
    card.evaluate("document.querySelector('article').mark = 'same'")
    workspace.messages[APPROVALS].append(message(text="Denied.", minute=9))
    workspace.changed("messages", channel=APPROVALS)
    card.get_by_text("Denied.").wait_for()
    assert card.evaluate("document.querySelector('article').mark") == "same"


def test_thread_opens_and_closes(open_page, workspace):
    replies = [message(text="Ana approved.", minute=1), message(text="Ben approved.", minute=2)]
    workspace.messages[APPROVALS] = [message(text="A request", reply_count=2, replies=replies)]
    page = open_page(place=f"{BEN}/{APPROVALS}")
    page.get_by_role("button", name="2 replies").click()
    expect(page.get_by_text("Ben approved.")).to_be_visible()
    expect(page.get_by_role("button", name="Hide 2 replies")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Ben approved.")).to_have_count(0)


def test_ephemeral_is_marked_and_seen_by_one_person_only(open_page, workspace):
    workspace.messages[DM] = [message(*secret_card(), ephemeral=True, only=MAYA)]
    page = open_page(place=f"{MAYA}/{DM}")
    expect(page.get_by_text("Only visible to you")).to_be_visible()
    page.get_by_role("button", name="I stored it").click()
    _settled(page, workspace)
    assert workspace.sent("action")[0]["where"]["kind"] == "ephemeral"
    page.get_by_role("button", name="Act as Ana Ruiz").click()
    page.get_by_text("This is where you and Cred talk.").wait_for()
    expect(page.get_by_text("Client secret")).to_have_count(0)


def test_choice_in_a_message_that_is_not_confirmed_goes_back(open_page, workspace):
    asked = {
        "title": {"type": "plain_text", "text": "Sure?"},
        "text": mrkdwn("Really"),
        "confirm": {"type": "plain_text", "text": "Yes"},
        "deny": {"type": "plain_text", "text": "No"},
    }
    options = [option("Thirty days", "30"), option("A year", "365")]
    menu = {
        "type": "static_select",
        "action_id": "life",
        "options": options,
        "initial_option": options[0],
        "confirm": asked,
    }
    section = {"type": "section", "block_id": "s", "text": mrkdwn("*Lifetime*"), "accessory": menu}
    workspace.messages[DM] = [message(section)]
    page = open_page(place=f"{MAYA}/{DM}")
    select = page.get_by_role("combobox", name="Lifetime")
    select.select_option("365")
    page.get_by_role("alertdialog").get_by_role("button", name="No").click()
    expect(select).to_have_value("30")
    assert workspace.sent("action") == []
    select.select_option("365")
    page.get_by_role("alertdialog").get_by_role("button", name="Yes").click()
    _settled(page, workspace)
    assert workspace.sent("action")[0]["value"] == "365"
    expect(select).to_have_value("365")


def test_refusal_of_the_sandbox_is_said(card, workspace):
    workspace.answers["action"] = {"ok": False, "error": "The bot did not answer within three seconds."}
    card.get_by_role("button", name="Deny").click()
    expect(card.get_by_role("alert").filter(has_text="three seconds")).to_be_visible()


def test_home_shows_its_blocks_and_sends_its_actions(open_page, workspace):
    workspace.homes[MAYA] = home_blocks()
    page = open_page(place=f"{MAYA}/{HOME}")
    page.get_by_role("button", name="Reveal").click()
    _settled(page, workspace)
    assert workspace.sent("action")[0]["where"] == {"kind": "home"}
    expect(page.get_by_role("textbox")).to_have_count(0)


def test_block_that_the_page_cannot_show_says_so(open_page, workspace):
    video = {"type": "video", "block_id": "v"}
    actions = {
        "type": "actions",
        "block_id": "a",
        "elements": [{"type": "workflow_button", "action_id": "w"}, button("x", "Fine")],
    }
    workspace.messages[DM] = [message(video, actions)]
    page = open_page(place=f"{MAYA}/{DM}")
    expect(page.get_by_text("This page cannot show “video”.")).to_be_visible()
    expect(page.get_by_text("This page cannot show “workflow_button”.")).to_be_visible()
    expect(page.get_by_role("button", name="Fine")).to_be_visible()
