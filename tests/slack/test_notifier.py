"""A notice is posted once, edited after, and every way in which Slack can fail is told apart."""

import http.client
import json
import logging
import socket
import threading
from dataclasses import replace
from uuid import UUID

import pytest

from bot.domain.ids import ChannelId, NoticeId
from bot.domain.notice import Group, Notice, NoticeKind, Posted
from bot.domain.request import State
from bot.ports import Gone, Lost, Rejected, Sent, Undeliverable, Unsent, Wait
from bot.slack.cards.detour import SHARED
from bot.slack.notifier import SlackNotifier
from bot.slack.rendering import OF_CREDENTIALS, OF_GLASSES, OF_GROUPS, OF_WARNED, render
from bot.slack.wire.history import EVENT
from bot.slack.wire.web_api import web_client
from tests.slack import specimens
from tests.slack.double import hangs_up, refuses, says, stalls
from tests.slack.gallery import logins as login_cards
from tests.slack.snapshots import slack_takes
from tests.support import people
from tests.support.sandbox import PATIENCE

KNOWN = specimens.known()
POSTED = Posted(channel=ChannelId("C0RETAIL"), ts="1.000100")


def notice(kind=NoticeKind.APPROVAL_CARD, **changes) -> Notice:
    values = {"channel": ChannelId("C0RETAIL")} if kind is NoticeKind.APPROVAL_CARD else {"person": people.OLGA}
    return Notice(id=NoticeId(UUID(int=7)), kind=kind, due_at=specimens.NOON, **{**values, **changes})


@pytest.fixture
def workspace(slack):
    slack.always["chat.postMessage"] = lambda args: {"channel": args["channel"], "ts": "2.000200"}
    slack.always["conversations.info"] = lambda args: {"channel": {"id": args["channel"], "is_ext_shared": False}}
    slack.always["conversations.open"] = lambda args: {"channel": {"id": f"D0{args['users']}"}}
    return slack


@pytest.fixture
def notifier(workspace):
    client = web_client("xoxb-made-up", workspace.url)
    client.timeout = PATIENCE
    return SlackNotifier(client, KNOWN.policy, KNOWN.roster)


def test_card_is_posted_with_the_notices_id(workspace, notifier):
    assert notifier.send(notice(), specimens.request(), None) == Sent(
        Posted(channel=ChannelId("C0RETAIL"), ts="2.000200")
    )
    (message,) = workspace.of("chat.postMessage")
    assert message["metadata"] == {"event_type": EVENT, "event_payload": {"notice": str(UUID(int=7))}}
    assert message["text"]
    slack_takes(message)


@pytest.mark.parametrize("why", ["not_in_channel", "is_archived", "channel_not_found", "restricted_action"])
def test_channel_that_is_closed_to_us_is_told_of_once_until_it_is_open(workspace, notifier, caplog, why):
    caplog.set_level(logging.INFO)
    for _ in range(2):
        workspace.next("chat.postMessage", refuses(why), refuses(why))
        for _twice in range(2):
            assert notifier.send(notice(), specimens.request(), None) == Undeliverable(why)
        notifier.send(notice(), specimens.request(), None)
    told = [record.getMessage() for record in caplog.records if record.name == "bot.slack.notifier"]
    assert told[:2] == told[2:]
    assert f"Slack takes nothing for the channel C0RETAIL: {why}." in told[0]
    assert "again" in told[1]


def test_person_is_written_to_in_their_own_messages(workspace, notifier):
    sent = notifier.send(notice(NoticeKind.OWNER_REVEAL), specimens.in_state(State.APPROVED), None)
    assert sent == Sent(Posted(channel=ChannelId(f"D0{people.OLGA}"), ts="2.000200"))
    notifier.send(notice(NoticeKind.OWNER_REVEAL), specimens.in_state(State.APPROVED), None)
    assert len(workspace.of("conversations.open")) == 1


def test_card_that_stands_is_edited(workspace, notifier):
    assert notifier.send(notice(), specimens.in_state(State.DENIED), POSTED) == Sent(POSTED)
    (edit,) = workspace.of("chat.update")
    assert (edit["channel"], edit["ts"]) == (POSTED.channel, POSTED.ts)
    assert workspace.of("chat.postMessage") == []


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_card_that_is_gone_is_told_to_be_gone_and_nothing_is_posted_unmarked(workspace, notifier, error):
    workspace.next("chat.update", refuses(error))
    assert notifier.send(notice(), specimens.request(), POSTED) == Gone()
    assert workspace.of("chat.postMessage") == []


def test_message_that_may_be_a_repeat_says_so(workspace, notifier):
    notifier.send(notice(possibly_repeated=True), specimens.request(), None)
    (message,) = workspace.of("chat.postMessage")
    assert "may be a repeat" in json.dumps(message["blocks"][-1])


def test_edit_never_claims_to_be_a_repeat(workspace, notifier):
    notifier.send(notice(possibly_repeated=True), specimens.request(), POSTED)
    assert "repeat" not in json.dumps(workspace.of("chat.update"))


def test_card_that_stands_where_strangers_read_by_now_is_not_edited_there(workspace, notifier):
    workspace.always["conversations.info"] = lambda _args: {"channel": {"is_ext_shared": True}}
    assert notifier.send(notice(), specimens.in_state(State.APPROVED), POSTED) == Undeliverable(SHARED)
    assert workspace.of("chat.update") == []


def test_card_on_a_detour_that_cannot_be_edited_there_is_told_to_be_gone(workspace, notifier):
    workspace.next("chat.update", refuses("is_archived"))
    elsewhere = replace(POSTED, channel=ChannelId("C0SECURITY"), detour="is_archived", belongs=ChannelId("C0RETAIL"))
    assert notifier.send(notice(), specimens.in_state(State.APPROVED), elsewhere) == Gone()


def test_card_that_cannot_be_made_is_refused_as_slack_would(workspace, notifier, caplog):
    assert notifier.send(notice(), specimens.credential(), None) == Rejected("no_card")
    assert "could not be made" in caplog.text
    assert workspace.calls == []


def test_line_in_place_of_a_card_carries_no_button_and_the_notices_id(workspace, notifier):
    lost = notice(NoticeKind.OWNER_REVEAL, channel=ChannelId("C0RETAIL"), detour="user_disabled")
    assert isinstance(notifier.send(lost, specimens.in_state(State.APPROVED), None), Sent)
    (message,) = workspace.of("chat.postMessage")
    assert message["channel"] == "C0RETAIL"
    assert "actions" not in {block["type"] for block in message["blocks"]}
    slack_takes(message)


@pytest.mark.parametrize("shared", [{"is_ext_shared": True}, {}])
def test_nothing_is_posted_where_strangers_read(workspace, notifier, shared):
    workspace.always["conversations.info"] = lambda args: {"channel": {"id": args["channel"], **shared}}
    for _twice in range(2):
        assert isinstance(notifier.send(notice(), specimens.request(), None), Undeliverable)
    assert workspace.of("chat.postMessage") == []


def test_channel_that_becomes_shared_is_noticed_within_a_minute(workspace):
    now = [1000.0]
    client = web_client("xoxb-made-up", workspace.url)
    notifier = SlackNotifier(client, KNOWN.policy, KNOWN.roster, seconds=lambda: now[0])
    assert isinstance(notifier.send(notice(), specimens.request(), None), Sent)
    workspace.always["conversations.info"] = lambda _args: {"channel": {"is_ext_shared": True}}
    assert isinstance(notifier.send(notice(), specimens.request(), None), Sent)
    now[0] += 61
    assert isinstance(notifier.send(notice(), specimens.request(), None), Undeliverable)


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (says({"ok": False, "error": "ratelimited"}, 429, Retry_After="17"), Wait(17.0)),
        (says({"ok": False, "error": "ratelimited"}, 429), Wait(5.0)),
        (says({"ok": False, "error": "ratelimited"}, 429, Retry_After="soon"), Wait(5.0)),
        (says({"ok": False, "error": "ratelimited"}, 429, Retry_After="99999"), Wait(600.0)),
        (says(b"slow down", 429, Retry_After="2"), Wait(2.0)),
        (refuses("ratelimited"), Wait(5.0)),
        (refuses("invalid_auth"), Wait(60.0)),
        (refuses("missing_scope"), Wait(60.0)),
        (refuses("fatal_error"), Lost()),
        (refuses("internal_error"), Lost()),
        (says({"ok": False}, 500), Lost()),
        (says(b"<html>bad gateway</html>", 502), Lost()),
        (says(b"<html>a proxy</html>", 200), Lost()),
        (says({"ok": True}), Lost()),
        (hangs_up, Lost()),
        (refuses("channel_not_found"), Undeliverable("channel_not_found")),
        (refuses("is_archived"), Undeliverable("is_archived")),
        (refuses("not_in_channel"), Undeliverable("not_in_channel")),
        (refuses("user_disabled"), Undeliverable("user_disabled")),
        (refuses("restricted_action"), Undeliverable("restricted_action")),
        (refuses("invalid_blocks"), Rejected("invalid_blocks")),
        (refuses("a_new_word"), Rejected("a_new_word")),
    ],
)
def test_every_failure_has_its_meaning(workspace, notifier, answer, result):
    workspace.next("chat.postMessage", answer)
    assert notifier.send(notice(), specimens.request(), None) == result
    assert len(workspace.of("chat.postMessage")) == 1


def test_answer_that_does_not_come_is_lost(workspace, notifier):
    over = threading.Event()
    notifier.send(notice(), specimens.request(), None)  # now it knows the channel: it asks for nothing but the message
    notifier._client.timeout = 0.5
    workspace.next("chat.postMessage", stalls(over))
    assert notifier.send(notice(), specimens.request(), None) == Lost()
    over.set()


def test_nobody_listening_means_that_nothing_was_sent():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        client = web_client("xoxb-made-up", f"http://127.0.0.1:{unused.getsockname()[1]}/api/")
        notifier = SlackNotifier(client, KNOWN.policy, KNOWN.roster)
        assert notifier.send(notice(), specimens.request(), None) == Unsent()


QUESTIONS = {
    "conversations.info": (notice(), specimens.request()),
    "conversations.open": (notice(NoticeKind.OWNER_REVEAL), specimens.in_state(State.APPROVED)),
}
"""What is asked before a message to a channel, and before one to a person."""


@pytest.mark.parametrize("method", QUESTIONS)
@pytest.mark.parametrize(
    ("answer", "result"),
    [
        (says({"ok": False, "error": "ratelimited"}, 429, Retry_After="17"), Wait(17.0)),
        (says({"ok": False}, 500), Unsent()),
        (refuses("internal_error"), Unsent()),
        (hangs_up, Unsent()),
        (refuses("channel_not_found"), Undeliverable("channel_not_found")),
        (refuses("user_disabled"), Undeliverable("user_disabled")),
        (refuses("cannot_dm_bot"), Undeliverable("cannot_dm_bot")),
    ],
)
def test_question_before_a_message_that_fails_means_that_nothing_was_sent(workspace, notifier, method, answer, result):
    workspace.next(method, answer)
    assert notifier.send(*QUESTIONS[method], None) == result
    assert workspace.of("chat.postMessage") == []


def test_broken_answer_is_lost(workspace, notifier):
    def breaks(request):
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{")
        hangs_up(request)

    workspace.next("chat.postMessage", breaks)
    assert notifier.send(notice(), specimens.request(), None) == Lost()
    assert issubclass(http.client.IncompleteRead, http.client.HTTPException)


def _about(kind):
    """What a notice of that kind is about, and something else that it is not."""
    request, credential = specimens.in_state(State.APPROVED), specimens.credential()
    if kind in OF_CREDENTIALS:
        return credential, request
    if kind in OF_GLASSES:
        return specimens.glass(), credential
    if kind in OF_GROUPS:
        return Group(id=NoticeId(UUID(int=5)), items=(credential,), needing=1), credential
    if kind in OF_WARNED:
        return specimens.group(specimens.item("job")), credential
    whole = {
        NoticeKind.DIGEST: specimens.digest(),
        NoticeKind.CHECKPOINT: specimens.log_standing(),
        NoticeKind.STANDS_IN: specimens.delegation(),
        NoticeKind.OWNER_GUESSED: login_cards.guessed(),
        NoticeKind.GUESSED_CARD: login_cards.guessed(),
        NoticeKind.STRANGERS: login_cards.strangers(),
        NoticeKind.OWNER_NETWORK: login_cards.moved(),
    }
    return whole.get(kind, request), credential


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_kind_of_notice_has_a_card(kind):
    about, other = _about(kind)
    card = render(notice(kind), about, KNOWN)
    slack_takes(card.message())
    with pytest.raises(TypeError):
        render(notice(kind), other, KNOWN)
