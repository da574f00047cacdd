"""After a lost answer a message is looked for where that is granted, and else it is sent again and says so."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.domain.ids import ChannelId, NoticeId
from bot.domain.notice import Notice, NoticeKind, Posted
from bot.domain.request import State
from bot.ports import Sent, Unsent, Wait
from bot.slack.manifest import HISTORY_SCOPES
from bot.slack.notifier import SlackNotifier
from bot.slack.wire.history import EVENT, Scope
from bot.slack.wire.web_api import web_client
from tests.slack import specimens
from tests.slack.double import hangs_up, refuses, says
from tests.support import people

KNOWN = specimens.known()
ID = NoticeId(UUID(int=7))
UNSURE = Notice(
    id=ID,
    kind=NoticeKind.APPROVAL_CARD,
    channel=ChannelId("C0RETAIL"),
    due_at=specimens.NOON,
    tried_at=specimens.NOON,
    possibly_repeated=True,
)
TO_OLGA = replace(UNSURE, kind=NoticeKind.OWNER_REVEAL, channel=None, person=people.OLGA)
TRIED = specimens.NOON.timestamp()


def message(ago=0.0, notice=ID, event=EVENT):
    """A message of the channel, so many seconds before the first attempt."""
    metadata = {"event_type": event, "event_payload": {"notice": str(notice)}}
    return {"type": "message", "ts": f"{TRIED - ago:.6f}", "text": "x", "metadata": metadata}


STRANGERS = [
    message(notice=UUID(int=8)),
    message(event="another_apps"),
    {"type": "message", "ts": f"{TRIED}", "text": ""},
]


class Room:
    """A notifier, and a workspace that grants what a test says."""

    def __init__(self, slack):
        self.slack, self.now = slack, 1000.0
        slack.always["chat.postMessage"] = lambda args: {"channel": args["channel"], "ts": "2.000200"}
        slack.always["conversations.info"] = lambda args: {"channel": {"id": args["channel"], "is_ext_shared": False}}
        slack.always["conversations.open"] = lambda args: {"channel": {"id": f"D0{args['users']}"}}
        self.notifier = SlackNotifier(
            web_client("xoxb-made-up", slack.url), KNOWN.policy, KNOWN.roster, seconds=lambda: self.now
        )

    def grant(self, *scopes):
        self.slack.next("auth.test", says({"ok": True}, X_OAuth_Scopes=",".join(["chat:write", *scopes])))

    def holds(self, *pages):
        """The pages of the channel's history, newest first; each but the last leads on."""
        for number, page in enumerate(pages, 1):
            more = {"next_cursor": "" if number == len(pages) else f"c{number}"}
            self.slack.next("conversations.history", says({"ok": True, "messages": page, "response_metadata": more}))

    def send(self, notice=UNSURE, state=State.PENDING):
        return self.notifier.send(notice, specimens.in_state(state), None)

    def posted(self):
        return self.slack.of("chat.postMessage")


@pytest.fixture
def room(slack):
    return Room(slack)


def marked(sent):
    return "may be a repeat" in json.dumps(sent["blocks"])


@pytest.mark.parametrize(("notice", "channel"), [(UNSURE, "C0RETAIL"), (TO_OLGA, f"D0{people.OLGA}")])
def test_what_stands_is_taken_as_sent_and_brought_up_to_date(room, notice, channel):
    room.grant(*HISTORY_SCOPES)
    room.holds([*STRANGERS, message()])
    assert room.send(notice, State.APPROVED) == Sent(Posted(channel=ChannelId(channel), ts=f"{TRIED:.6f}"))
    assert room.posted() == []
    (edit,) = room.slack.of("chat.update")
    assert (edit["channel"], edit["ts"], marked(edit)) == (channel, f"{TRIED:.6f}", False)
    (look,) = room.slack.of("conversations.history")
    assert (look["channel"], look["include_all_metadata"]) == (channel, "1")


def test_what_does_not_stand_is_sent_and_is_no_repeat(room):
    room.grant(*HISTORY_SCOPES)
    room.holds(STRANGERS)
    assert isinstance(room.send(), Sent)
    assert [marked(sent) for sent in room.posted()] == [False]


@pytest.mark.parametrize("granted", [(), (Scope.GROUPS, Scope.IM)])
def test_where_it_is_not_granted_nobody_looks_and_the_message_says_that_it_may_be_a_repeat(room, granted):
    room.grant(*granted)
    assert isinstance(room.send(), Sent)
    assert [marked(sent) for sent in room.posted()] == [True]
    assert room.slack.of("conversations.history") == []


def test_private_channel_and_messages_of_a_person_need_scopes_of_their_own(room):
    private = {"is_ext_shared": False, "is_private": True}
    room.slack.always["conversations.info"] = lambda _args: {"channel": private}
    room.grant(Scope.CHANNELS, Scope.IM)
    assert isinstance(room.send(), Sent)
    room.holds([message()])
    assert isinstance(room.send(TO_OLGA, State.APPROVED), Sent)
    assert [marked(sent) for sent in room.posted()] == [True]


def test_what_is_granted_is_asked_once_in_ten_minutes(room):
    room.grant()
    for _ in range(3):
        room.send()
    assert len(room.slack.of("auth.test")) == 1
    room.now += 601
    room.grant(*HISTORY_SCOPES)
    room.holds([message()])
    room.send()
    assert len(room.posted()) == 3


def test_scope_that_slack_refuses_after_all_is_remembered_as_missing(room):
    room.grant(*HISTORY_SCOPES)
    room.slack.next("conversations.history", refuses("missing_scope"))
    for _ in range(2):
        assert isinstance(room.send(), Sent)
    assert [marked(sent) for sent in room.posted()] == [True, True]
    assert len(room.slack.of("conversations.history")) == 1


def test_look_is_bounded_and_whoever_stopped_looking_is_not_sure(room):
    room.grant(*HISTORY_SCOPES)
    room.holds(*[[message(notice=UUID(int=8))]] * 5)
    room.send()
    assert [look.get("cursor") for look in room.slack.of("conversations.history")] == [None, "c1", "c2"]
    assert [marked(sent) for sent in room.posted()] == [True]


def test_look_ends_where_messages_are_older_than_the_first_attempt(room):
    room.grant(*HISTORY_SCOPES)
    room.holds([message(notice=UUID(int=8)), message(301, notice=UUID(int=9))], [message(400)])
    room.send()
    assert len(room.slack.of("conversations.history")) == 1
    assert [marked(sent) for sent in room.posted()] == [False]


def test_clocks_that_differ_hide_nothing_among_the_newest_messages(room):
    room.grant(*HISTORY_SCOPES)
    room.holds([message(4000)], [])
    ahead = replace(UNSURE, tried_at=specimens.NOON + timedelta(days=400))
    assert isinstance(room.send(ahead), Sent)
    assert room.posted() == []


@pytest.mark.parametrize("method", ["auth.test", "conversations.history"])
@pytest.mark.parametrize(
    ("answer", "result"),
    [(says({"ok": False, "error": "ratelimited"}, 429, Retry_After="17"), Wait(17.0)), (hangs_up, Unsent())],
)
def test_look_that_has_to_wait_sends_nothing(room, method, answer, result):
    if method != "auth.test":
        room.grant(*HISTORY_SCOPES)
    room.slack.next(method, answer)
    assert room.send() == result
    assert room.posted() == []


def test_look_that_slack_refuses_is_no_reason_to_send_nothing(room):
    room.grant(*HISTORY_SCOPES)
    room.slack.next("conversations.history", refuses("not_in_channel"))
    assert isinstance(room.send(), Sent)
    assert [marked(sent) for sent in room.posted()] == [True]


def test_message_that_was_surely_not_sent_before_is_not_looked_for(room):
    fresh = replace(UNSURE, possibly_repeated=False)
    assert isinstance(room.send(fresh), Sent)
    assert room.slack.of("auth.test") == room.slack.of("conversations.history") == []
    assert [marked(sent) for sent in room.posted()] == [False]
