"""The Web API answers as Slack's does, refusals word for word, and notes each rule that the bot breaks."""

import json

import httpx
import pytest

from bot.sandbox import Sandbox
from bot.sandbox.api.methods import METHODS
from tests.support.sandbox import SCOPES, settings

MAYA, ANA, OTTO = "U0MAYA000", "U0ANA0000", "U0OTTO000"
DIVIDER = [{"type": "divider"}]


def test_the_bot_learns_who_it_is_and_its_scopes(api):
    answer = api.http.post("/api/auth.test")
    assert answer.json()["user_id"] == "U0CREDBOT"
    assert answer.headers["x-oauth-scopes"] == ",".join(sorted(SCOPES))


@pytest.mark.parametrize(
    ("header", "code"),
    [({}, "not_authed"), ({"Authorization": "Bearer"}, "not_authed"), ({"Authorization": "Bearer x"}, "invalid_auth")],
)
def test_a_missing_and_a_wrong_token_are_told_apart(sandbox, header, code):
    answer = httpx.post(f"{sandbox.url}/api/auth.test", headers=header, trust_env=False, timeout=60)
    assert answer.json() == {"ok": False, "error": code}


def test_the_bots_token_opens_no_socket(api):
    assert api("apps.connections.open")["error"] == "not_allowed_token_type"


def test_an_unknown_method_is_said_to_be_one(api, workspace):
    assert api("chat.shout")["error"] == "unknown_method"
    assert workspace.control.violations()[-1]["message"] == "unknown_method"


def test_an_undocumented_argument_is_noted(api, workspace):
    assert api("chat.postMessage", channel="C0APPROVE", text="x", colour="red")["ok"]
    assert [each["message"] for each in workspace.control.violations()] == ["undocumented argument: colour"]


def scoped():
    return sorted(name for name, method in METHODS.items() if method.scopes)


@pytest.mark.parametrize("method", scoped())
def test_each_method_needs_its_scope(method):
    sandbox = Sandbox(settings(scopes=frozenset({"commands"})))
    sandbox.start()
    try:
        token = {"Authorization": f"Bearer {sandbox.settings.bot_token}"}
        answer = httpx.post(f"{sandbox.url}/api/{method}", headers=token, trust_env=False, timeout=60).json()
        assert answer["error"] == "missing_scope"
        assert set(answer["needed"].split(",")) == METHODS[method].scopes
        assert answer["provided"] == "commands"
    finally:
        sandbox.stop()


def test_a_message_reaches_the_members_and_history(api, workspace):
    metadata = {"event_type": "notice", "event_payload": {"id": "7"}}
    posted = api("chat.postMessage", channel="C0APPROVE", text="hello", blocks=DIVIDER, metadata=metadata)
    assert workspace.as_person(ANA).messages("C0APPROVE")[0]["ts"] == posted["ts"]
    history = api("conversations.history", channel="C0APPROVE", include_all_metadata=True)
    assert history["messages"][0]["metadata"] == metadata
    assert "metadata" not in api("conversations.history", channel="C0APPROVE")["messages"][0]
    assert workspace.control.violations() == []


def test_forms_and_json_strings_are_understood(api):
    fields = {"channel": "C0APPROVE", "text": "x", "blocks": json.dumps(DIVIDER)}
    answer = api.http.post("/api/chat.postMessage", data=fields).json()
    assert answer["message"]["blocks"][0]["type"] == "divider"


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ({"channel": "C0GENERAL", "text": "x"}, "not_in_channel"),
        ({"channel": "C0APPROVE"}, "no_text"),
        ({"channel": "C0APPROVE", "text": "x" * 40_001}, "msg_too_long"),
        ({"channel": "C0APPROVE", "text": "x", "blocks": [{"type": "shout"}]}, "invalid_blocks"),
        ({"channel": "C0APPROVE", "text": "x", "blocks": "["}, "invalid_blocks_format"),
        ({"channel": "C0APPROVE", "text": "x", "thread_ts": "1.0"}, "thread_not_found"),
        ({"channel": "C0APPROVE", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_schema"),
    ],
)
def test_a_message_that_cannot_be_posted(api, workspace, args, code):
    assert api("chat.postMessage", **args)["error"] == code
    assert workspace.control.messages() == []


def test_invalid_blocks_come_with_slacks_messages_and_are_noted(api, workspace):
    answer = api("chat.postMessage", channel="C0APPROVE", text="x", blocks=DIVIDER * 51)
    assert answer["response_metadata"]["messages"] == ["[ERROR] no more than 50 items allowed [json-pointer:/blocks]"]
    assert workspace.control.violations()[0]["method"] == "chat.postMessage"


def test_blocks_without_a_fallback_text_break_a_rule(api, workspace):
    assert api("chat.postMessage", channel="C0APPROVE", blocks=DIVIDER)["ok"]
    assert "fallback" in workspace.control.violations()[0]["message"]


def test_nothing_is_posted_into_an_archived_channel_or_to_somebody_who_left(api, workspace):
    workspace.control.set_channel("C0OLD", "old", ["U0CREDBOT"], is_archived=True)
    assert api("chat.postMessage", channel="C0OLD", text="x")["error"] == "is_archived"
    workspace.control.change_person(ANA, deleted=True, silent=True)
    assert api("chat.postMessage", channel="D0ANA0000", text="x")["error"] == "is_inactive"
    assert api("conversations.open", users=ANA)["error"] == "user_disabled"


def test_a_persons_id_stands_for_the_dm(api):
    assert api("chat.postMessage", channel=MAYA, text="x")["channel"] == "D0MAYA000"
    assert api("conversations.open", users=MAYA)["channel"]["id"] == "D0MAYA000"


def test_an_update_changes_the_message_in_place(api, workspace):
    ts = api("chat.postMessage", channel="C0APPROVE", text="before", blocks=DIVIDER)["ts"]
    assert api("chat.update", channel="C0APPROVE", ts=ts, text="after")["ok"]
    (message,) = workspace.as_person(ANA).messages("C0APPROVE")
    assert (message["text"], len(message["blocks"]), message["edited"]) == ("after", 1, True)
    api("chat.update", channel="C0APPROVE", ts=ts, text="after", blocks=[])
    assert workspace.as_person(ANA).messages("C0APPROVE")[0]["blocks"] == []


def test_only_the_bots_own_messages_can_be_changed(api, workspace):
    workspace.as_person(ANA).say("mine", "C0APPROVE")
    (message,) = workspace.control.messages("C0APPROVE")
    assert api("chat.update", channel="C0APPROVE", ts=message["ts"], text="x")["error"] == "cant_update_message"
    assert api("chat.delete", channel="C0APPROVE", ts=message["ts"])["error"] == "cant_delete_message"
    assert api("chat.update", channel="C0APPROVE", ts="1.0", text="x")["error"] == "message_not_found"


def test_a_deleted_message_is_gone(api, workspace):
    ts = api("chat.postMessage", channel="C0APPROVE", text="x")["ts"]
    assert api("chat.delete", channel="C0APPROVE", ts=ts)["ok"]
    assert workspace.control.messages() == []


def test_an_ephemeral_reaches_one_member_and_no_history(api, workspace):
    assert api("chat.postEphemeral", channel="C0APPROVE", user=ANA, text="psst")["ok"]
    assert len(workspace.as_person(ANA).ephemerals("C0APPROVE")) == 1
    assert workspace.as_person(MAYA).messages("C0APPROVE") == []
    assert api("conversations.history", channel="C0APPROVE")["messages"] == []
    workspace.as_person(ANA).reload()
    assert workspace.as_person(ANA).messages("C0APPROVE") == []


def test_an_ephemeral_cannot_be_updated(api, workspace):
    ts = api("chat.postEphemeral", channel="C0APPROVE", user=ANA, text="psst")["message_ts"]
    assert api("chat.update", channel="C0APPROVE", ts=ts, text="x")["error"] == "message_not_found"


def test_an_ephemeral_to_a_stranger_is_refused_and_to_somebody_away_lost(api, workspace):
    assert api("chat.postEphemeral", channel="C0APPROVE", user=OTTO, text="x")["error"] == "user_not_in_channel"
    workspace.control.change_person(ANA, present=False, silent=True)
    assert api("chat.postEphemeral", channel="C0APPROVE", user=ANA, text="x")["ok"]
    assert workspace.as_person(ANA).messages("C0APPROVE") == []


def test_a_permalink_leads_to_a_message(api):
    ts = api("chat.postMessage", channel="C0APPROVE", text="x")["ts"]
    link = api("chat.getPermalink", channel="C0APPROVE", message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/C0APPROVE/p{ts.replace('.', '')}")


def test_replies_stay_in_their_thread(api, workspace):
    ts = api("chat.postMessage", channel="C0APPROVE", text="top")["ts"]
    api("chat.postMessage", channel="C0APPROVE", text="reply", thread_ts=ts)
    (top,) = workspace.as_person(ANA).messages("C0APPROVE")
    assert [reply["text"] for reply in top["replies"]] == ["reply"]
    assert [each["text"] for each in api("conversations.history", channel="C0APPROVE")["messages"]] == ["top"]
