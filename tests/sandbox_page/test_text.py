"""Text: what Slack's markup means, and that nothing anybody writes is ever more than text."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.support.page_content import ANA, APPROVALS, DM, MAYA, button, message, mrkdwn, option, plain

pytestmark = pytest.mark.browser

HOSTILE = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    '"><svg onload=window.hit=1>',
    "&lt;iframe srcdoc='<script>parent.hit=1</script>'&gt;",
    "<javascript:window.hit=1|press me>",
    "<data:text/html,hit|press me>",
)


_READ = {
    "*a b* c": [{"kind": "bold", "children": [{"kind": "text", "text": "a b"}]}, {"kind": "text", "text": " c"}],
    "snake_case_name": [{"kind": "text", "text": "snake_case_name"}],
    "2 * 3 * 4": [{"kind": "text", "text": "2 * 3 * 4"}],
    "`*a*`": [{"kind": "code", "text": "*a*"}],
    "_*a*_": [{"kind": "italic", "children": [{"kind": "bold", "children": [{"kind": "text", "text": "a"}]}]}],
    "~a~.": [{"kind": "strike", "children": [{"kind": "text", "text": "a"}]}, {"kind": "text", "text": "."}],
    "a &lt;b&gt; &amp;lt;": [{"kind": "text", "text": "a <b> &lt;"}],
    "&lt;!channel&gt;": [{"kind": "text", "text": "<!channel>"}],
    "<!channel>": [{"kind": "ping", "name": "channel"}],
    "x\n```a\n *b*```": [{"kind": "text", "text": "x"}, {"kind": "block", "text": "a\n *b*"}],
    "&gt; said": [{"kind": "quote", "children": [{"kind": "text", "text": "said"}]}],
    "<https://a.example/?b&amp;c|there>": [{"kind": "link", "url": "https://a.example/?b&c", "label": "there"}],
    "<@U1>": [{"kind": "user", "id": "U1", "label": None}],
    "10:30:15": [{"kind": "text", "text": "10"}, {"kind": "emoji", "name": "30"}, {"kind": "text", "text": "15"}],
}


def _section(text, block_id="b"):
    return {"type": "section", "block_id": block_id, "text": mrkdwn(text)}


def _everywhere(hostile, minute):
    """A message with this text in each place where text can stand."""
    menu = {"type": "static_select", "action_id": "s", "placeholder": plain(hostile), "options": [option(hostile, "v")]}
    link = {"type": "link", "url": hostile, "text": hostile}
    return message(
        {"type": "header", "block_id": "a", "text": plain(hostile)},
        _section(f"*{hostile}* ```{hostile}```"),
        {"type": "actions", "block_id": "c", "elements": [button("x", hostile), menu]},
        {"type": "rich_text", "block_id": "d", "elements": [{"type": "rich_text_section", "elements": [link]}]},
        minute=minute,
        name=hostile,
    )


def test_markup_in_any_text_is_shown_as_text(open_page, workspace):
    workspace.messages[DM] = [_everywhere(hostile, minute) for minute, hostile in enumerate(HOSTILE)]
    workspace.messages[DM] += [message(text=hostile, minute=99) for hostile in HOSTILE]
    workspace.homes[MAYA] = [_section(HOSTILE[1])]
    page = open_page(place=f"{MAYA}/{DM}")
    expect(page.locator(".block-header")).to_have_text(list(HOSTILE))
    shown = page.locator("#messages")
    assert shown.locator("script, iframe, img, [onload], [onerror]").count() == 0
    assert shown.locator("a:not([href^='http']):not([href^='mailto'])").count() == 0
    assert page.evaluate("window.hit") is None


def test_markup_is_read_as_slack_reads_it(open_page):
    page = open_page()
    read = "async text => (await import('/page/mrkdwn.js')).parse(text)"
    assert {text: page.evaluate(read, text) for text in _READ} == _READ


def test_people_channels_groups_and_emoji_are_shown_by_name(open_page, workspace):
    workspace.messages[DM] = [
        message(_section(f"<@{ANA}> in <#C0APPROVE> of <!subteam^S0APPROVE> :key: :no_such_emoji: 10:30:15"))
    ]
    page = open_page(place=f"{MAYA}/{DM}")
    expect(page.locator(".block-section")).to_have_text(
        "@Ana Ruiz in #cred-approvals of @credential-approvers 🔑 :no_such_emoji: 10:30:15"
    )


@pytest.mark.parametrize(
    ("zone", "shown"), [("Europe/Berlin", "Jan 2, 2030 12:30 AM"), ("America/New_York", "Jan 1, 2030 6:30 PM")]
)
def test_dates_are_in_the_readers_time_zone(open_page, workspace, zone, shown):
    workspace.messages[DM] = [
        message(_section("<!date^1893540600^{date_short} {time}|soon>, <!date^1893540600^{nonsense}|soon>"))
    ]
    page = open_page(place=f"{MAYA}/{DM}", timezone_id=zone)
    expect(page.locator(".block-section")).to_have_text(f"{shown}, soon", use_inner_text=True)


def test_code_is_copied_to_the_clipboard(open_page, workspace):
    workspace.messages[DM] = [message(_section("```curl -u me \\\n  &lt;there&gt;```"))]
    page = open_page(place=f"{MAYA}/{DM}", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy this text").click()
    expect(page.get_by_role("status").filter(has_text="Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "curl -u me \\\n  <there>"


def test_link_to_a_message_leads_there_in_place(open_page, workspace, server):
    workspace.messages[APPROVALS] = [message(text=f"line {n}", minute=10 * n) for n in range(40)]
    ts = workspace.messages[APPROVALS][3]["ts"]
    here = f"<{server.url}archives/{APPROVALS}/p{ts.replace('.', '')}|the request>"
    nowhere = f"<{server.url}archives/C0ELSEWHERE/p{ts.replace('.', '')}|the other one>"
    workspace.messages[DM] = [message(_section(f"See {here} and {nowhere}"))]
    page = open_page(place=f"{MAYA}/{DM}")
    page.get_by_role("link", name="the other one").click()
    expect(page.get_by_text("Maya Okafor is not in the conversation of that message.")).to_be_visible()
    page.get_by_role("link", name="the request").click()
    expect(page.get_by_role("heading", name="cred-approvals")).to_be_visible()
    expect(page.get_by_text("line 3", exact=True)).to_be_in_viewport()
    assert page.evaluate("document.activeElement.dataset.ts") == ts


def test_mentioned_channel_leads_there(open_page, workspace):
    workspace.messages[DM] = [message(_section(f"The card is in <#{APPROVALS}>, not in <#C0ELSEWHERE>."))]
    page = open_page(place=f"{MAYA}/{DM}")
    expect(page.get_by_role("link", name="#C0ELSEWHERE")).to_have_count(0)
    page.get_by_role("link", name="#cred-approvals").click()
    expect(page.get_by_role("heading", name="cred-approvals")).to_be_visible()
    assert page.url.endswith(f"#/{MAYA}/{APPROVALS}")


def test_near_dates_are_words_in_the_middle_of_a_sentence_too(open_page, workspace):
    now = int(time.time())
    token = f"<!date^{now}^{{date_short_pretty}}|soon>"
    workspace.messages[DM] = [message(_section(f"{token}, or by {token}."))]
    page = open_page(place=f"{MAYA}/{DM}")
    page.clock.set_fixed_time(now)  # at midnight, today is not what it was
    page.reload()
    expect(page.locator(".block-section")).to_have_text("Today, or by today.")
