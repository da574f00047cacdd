"""Cards and forms such as the bot sends, for the tests of the page."""

from __future__ import annotations

from typing import Any

from tests.support.page_content import ANA, BEN, MAYA, Json, button, mrkdwn, option, plain


def approval_card() -> list[Json]:
    fields = [f"*{name}*\n{value}" for name, value in _APPROVAL_FIELDS]
    really = {"title": plain("Approve this credential?"), "confirm": plain("Approve"), "deny": plain("Not yet")}
    question = {**really, "text": mrkdwn("*billing-export* gets the role *Super Admin* in *Harbour Freight*.")}
    more = {
        "type": "overflow",
        "action_id": "more",
        "options": [option("Ask a question", "ask"), option("Details", "details")],
    }
    return [
        {"type": "header", "block_id": "head", "text": plain("Approve a credential: billing-export")},
        {"type": "section", "block_id": "fields", "fields": [mrkdwn(each) for each in fields]},
        {
            "type": "section",
            "block_id": "reason",
            "text": mrkdwn("*Reason*\nMonthly export of invoices to the auditors."),
        },
        {
            "type": "section",
            "block_id": "warning",
            "text": mrkdwn(":warning: *Super Admin* may change every setting and every user."),
        },
        {
            "type": "context",
            "block_id": "progress",
            "elements": [
                mrkdwn(f"1 of 2 · <@{ANA}> ✓"),
                mrkdwn("Until <!date^1790086400^{date_short_pretty} {time}|tomorrow>"),
                mrkdwn("Request `R-7K2M`"),
            ],
        },
        {
            "type": "actions",
            "block_id": "decide",
            "elements": [
                button("approve", "Approve", style="primary", confirm=question),
                button("deny", "Deny", style="danger"),
                more,
            ],
        },
    ]


_APPROVAL_FIELDS = (
    ("Requested by", f"<@{MAYA}>"),
    ("Owner", f"<@{MAYA}>"),
    ("Role", "Super Admin"),
    ("Estate", "Harbour Freight"),
    ("Expires", "<!date^1797000000^{date}|11 December 2026>"),
    ("Changes", "users, settings, billing"),
)


def secret_card() -> list[Json]:
    return [
        {"type": "header", "block_id": "s1", "text": plain("Your credential: billing-export")},
        {
            "type": "section",
            "block_id": "s2",
            "text": mrkdwn("Shown once. Store it in your password manager now, then press *I stored it*."),
        },
        {"type": "section", "block_id": "s3", "text": mrkdwn("*Client ID*\n```cred_4Zk1example```")},
        {"type": "section", "block_id": "s4", "text": mrkdwn("*Client secret*")},
        {
            "type": "rich_text",
            "block_id": "s5",
            "elements": [
                {
                    "type": "rich_text_preformatted",
                    "elements": [{"type": "text", "text": "not-a-secret-but-just-as-long-as-one-000000"}],
                }
            ],
        },
        {
            "type": "section",
            "block_id": "s6",
            "text": mrkdwn(
                "*Try it*\n```curl -u cred_4Zk1example \\\n  -d grant_type=client_credentials \\\n  http://127.0.0.1:8080/oauth2/token```"
            ),
        },
        {
            "type": "actions",
            "block_id": "s7",
            "elements": [button("stored", "I stored it", style="primary"), button("missed", "I did not get it")],
        },
    ]


def add_view(**more: Any) -> Json:
    text = {"type": "plain_text_input", "action_id": "value"}
    roles = [
        option("Read-Only", "ro", "Sees everything, changes nothing."),
        option("Standard", "std", "Reads and writes records."),
        option("Admin", "admin", "Also manages users and settings."),
        option("Super Admin", "super", "May do everything. Two people must approve."),
    ]
    estates = [
        {"label": plain("Europe"), "options": [option("Harbour Freight", "freight"), option("Harbour Rail", "rail")]},
        {"label": plain("Americas"), "options": [option("Harbour Air", "air")]},
    ]
    blocks = [
        _input(
            "name",
            "Name",
            {**text, "max_length": 60, "placeholder": plain("billing-export")},
            hint="Small letters, digits and hyphens.",
        ),
        _input("about", "Description", {**text, "multiline": True, "max_length": 200}, optional=True),
        _input(
            "estate",
            "Estate",
            {"type": "static_select", "action_id": "value", "option_groups": estates},
            dispatch_action=True,
        ),
        _input(
            "role",
            "Role",
            {"type": "radio_buttons", "action_id": "value", "options": roles, "initial_option": roles[0]},
            dispatch_action=True,
        ),
        _input("owner", "Owner", {"type": "users_select", "action_id": "value", "initial_user": MAYA}),
        _input(
            "expires",
            "Expires",
            {"type": "datepicker", "action_id": "value", "initial_date": "2026-12-31"},
            hint="The end of that day in Berlin.",
        ),
        _input(
            "notify",
            "Tell",
            {"type": "checkboxes", "action_id": "value", "options": [option("The estate's channel", "channel")]},
            optional=True,
        ),
        {
            "type": "context",
            "block_id": "who",
            "elements": [mrkdwn(f"*One person* must approve: <@{ANA}> or <@{BEN}>.")],
        },
    ]
    common = {"id": "V1", "hash": "1.a", "type": "modal", "title": plain("Add a credential")}
    return {**common, "submit": plain("Ask for approval"), "close": plain("Cancel"), "blocks": blocks, **more}


def _input(block_id: str, label: str, element: Json, *, hint: str | None = None, **more: Any) -> Json:
    hints = {"hint": plain(hint)} if hint else {}
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **hints, **more}


def home_blocks() -> list[Json]:
    return [
        {"type": "header", "block_id": "h1", "text": plain("Needs you")},
        {
            "type": "section",
            "block_id": "h2",
            "text": mrkdwn(
                "*billing-export* waits to be revealed.\nUntil <!date^1790086400^{date_short_pretty} {time}|tomorrow>"
            ),
            "accessory": button("reveal", "Reveal", style="primary"),
        },
        {"type": "divider", "block_id": "h3"},
        {"type": "header", "block_id": "h4", "text": plain("Your credentials")},
        {
            "type": "section",
            "block_id": "h5",
            "text": mrkdwn("*fleet-sync* · Read-Only · Harbour Rail\nLast used yesterday, expires in 40 days"),
            "accessory": button("show", "Show"),
        },
        {"type": "context", "block_id": "h6", "elements": [mrkdwn("2 credentials. `/cred list` finds more.")]},
        {"type": "actions", "block_id": "h7", "elements": [button("add", "Add a credential", style="primary")]},
    ]
