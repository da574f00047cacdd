"""Approve, Deny and Withdraw: what a press does, and what whoever pressed sees of it."""

import json
import threading

import pytest

from bot.domain.notice import NoticeKind
from bot.domain.request import State
from bot.domain.role import SUPER_ADMIN
from bot.slack.ids import Action, Block, Choice, RequestMark, pack_choice
from tests.slack.lounge import mark
from tests.slack.snapshots import slack_takes
from tests.support import people


def test_approval_in_the_channel_counts_and_says_nothing_more(lounge):
    request = lounge.house.opened()
    assert lounge.press(Action.APPROVE, mark(request), people.ANA).status == 200
    assert lounge.replies() == []
    assert lounge.now(request).state is State.APPROVED


def test_approval_in_a_message_redraws_the_message(lounge):
    request = lounge.house.opened(role=SUPER_ADMIN.key)
    lounge.press(Action.APPROVE, mark(request), people.ANA, channel="D0ANA")
    (reply,) = lounge.replies()
    assert reply["replace_original"] is True
    assert "request.approve" not in json.dumps(reply)
    slack_takes(reply)


def test_approval_in_a_list_redraws_the_list(lounge):
    request = lounge.house.opened()
    lounge.press(Action.APPROVE, mark(request), people.ANA, container={"type": "message", "is_ephemeral": True})
    (reply,) = lounge.replies()
    assert reply["replace_original"] is True
    assert "Nothing waits" in reply["text"]


def test_requester_cannot_approve_own_request(lounge):
    request = lounge.house.opened()
    lounge.press(Action.APPROVE, mark(request), people.MAYA)
    assert "somebody else must decide" in lounge.told()
    assert lounge.now(request).votes == ()


def test_click_on_a_card_that_is_out_of_date_has_it_edited_where_it_stands(lounge):
    request = lounge.house.approved()
    before = len(lounge.house.waiting())
    lounge.press(Action.APPROVE, mark(request), people.BEN)
    (sentence,) = lounge.replies()
    assert sentence["replace_original"] is False
    (edit,) = lounge.house.waiting()[before:]
    assert (edit.kind, edit.request, edit.channel) == (NoticeKind.APPROVAL_CARD, request.id, "C0RETAIL")


@pytest.mark.parametrize("action", [Action.APPROVE, Action.ACCEPT, Action.DECLINE])
def test_a_button_that_was_forged_puts_nothing_in_place_of_a_card_that_others_see(lounge, action):
    forged = RequestMark(lounge.house.opened().id, "0" * 64).pack()
    lounge.press(action, forged, people.ANA)
    assert [reply["replace_original"] for reply in lounge.replies()] == [False]


def test_a_reason_is_no_longer_than_its_field(lounge):
    request = lounge.house.opened()
    lounge.press(Action.MORE, pack_choice(Choice.DENY, RequestMark.of(request)), people.ANA)
    answer = lounge.send(lounge.opened(), people.ANA, reason="x" * 1001)
    assert answer["errors"] == {Block.REASON.value: "This has 1001 characters; 1000 are the most."}
    assert lounge.now(request).state is State.PENDING


FIELDS = (Action.ENTRY, Action.ESTATE, Action.ROLE, Action.OWNER, Action.CHOSEN)


@pytest.mark.parametrize("action", [a for a in Action if a not in (*FIELDS, Action.ADD)])
@pytest.mark.parametrize("value", ["", "x", "1/2", "rotate/11111111-1111-4111-8111-111111111111"])
def test_forged_value_is_a_sentence_and_nothing_happens(lounge, action, value):
    before = lounge.house.kinds()
    assert lounge.press(action, value, people.ANA).status == 200
    (reply,) = lounge.replies()
    assert "do not understand" in reply["text"]
    assert lounge.house.kinds() == before


def test_forged_digest_counts_for_nothing(lounge):
    request = lounge.house.opened()
    lounge.press(Action.APPROVE, RequestMark(request.id, "0" * 64).pack(), people.ANA)
    assert "out of date" in lounge.replies()[0]["text"]
    assert lounge.now(request).votes == ()


def test_denial_asks_for_a_reason_and_tells_it(lounge):
    request = lounge.house.opened()
    lounge.press(Action.DENY, mark(request), people.ANA)
    form = lounge.opened()
    slack_takes(form)
    answer = lounge.send(form, people.ANA, reason="Too wide")
    assert answer["response_action"] == "update"
    assert "Denied" in json.dumps(answer["view"])
    denied = lounge.now(request)
    assert (denied.state, denied.votes[-1].reason) == (State.DENIED, "Too wide")


def test_denial_wants_a_reason_that_can_be_read(lounge):
    request = lounge.house.opened()
    lounge.press(Action.DENY, mark(request), people.ANA)
    answer = lounge.send(lounge.opened(), people.ANA, reason="\u3164")
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["reason"]
    assert lounge.now(request).state is State.PENDING


def test_denial_that_does_not_count_keeps_what_was_typed(lounge):
    request = lounge.house.opened()
    lounge.press(Action.DENY, mark(request), people.ANA)
    form = lounge.opened()
    lounge.house.directory.down = True
    answer = lounge.send(form, people.ANA, reason="Too wide")
    assert "could not check with the workspace" in json.dumps(answer["view"])
    assert "Too wide" in json.dumps(answer["view"])
    assert lounge.now(request).state is State.PENDING


def test_denial_that_takes_long_is_shown_when_it_is_counted(lounge, monkeypatch):
    request, go_on = lounge.house.opened(), threading.Event()
    lounge.press(Action.DENY, mark(request), people.ANA)
    form = lounge.opened()
    monkeypatch.setattr("bot.slack.listeners.submissions.PATIENCE", 0.01)
    lounge.house.directory.refresh = lambda *_who: go_on.wait(60)
    answer = lounge.send(form, people.ANA, reason="Too wide")
    assert "Counting" in json.dumps(answer["view"])
    go_on.set()
    lounge.settle()
    (update,) = lounge.slack.of("views.update")
    assert "Denied" in json.dumps(update["view"])
    assert lounge.now(request).state is State.DENIED


def test_request_that_is_not_theirs_to_see_stays_unseen(lounge):
    request = lounge.house.opened()
    for action in (Action.DENY, Action.DETAILS):
        lounge.press(action, mark(request), people.OLGA)
    lounge.press(Action.MORE, pack_choice(Choice.DETAILS, RequestMark.of(request)), people.OLGA)
    assert lounge.slack.of("views.open") == []
    assert all("know no such request" in reply["text"] for reply in lounge.replies())


def test_requester_takes_the_request_back(lounge):
    request = lounge.house.opened()
    lounge.press(Action.MORE, pack_choice(Choice.WITHDRAW, RequestMark.of(request)), people.MAYA)
    answer = lounge.send(lounge.opened(), people.MAYA)
    assert "withdrawn" in json.dumps(answer["view"])
    assert lounge.now(request).state is State.WITHDRAWN


def test_nobody_else_takes_it_back(lounge):
    request = lounge.house.opened()
    withdraw = pack_choice(Choice.WITHDRAW, RequestMark.of(request))
    lounge.press(Action.MORE, withdraw, people.ANA)
    assert "Only the person who asked" in lounge.told()
    assert lounge.slack.of("views.open") == []
    lounge.press(Action.MORE, withdraw, people.MAYA)
    answer = lounge.send(lounge.opened(), people.ANA)
    assert "Only the person who asked" in json.dumps(answer["view"])
    assert lounge.now(request).state is State.PENDING


def test_whoever_could_not_deny_is_refused_at_the_click_on_record(lounge):
    request = lounge.house.opened(owner=people.OLGA)
    lounge.press(Action.DENY, mark(request), people.OLGA)
    assert "You would own this credential" in lounge.told()
    assert lounge.slack.of("views.open") == []
    assert lounge.house.kinds()[-1] == "vote:refused"


def test_whoever_became_an_approver_just_now_can_open_the_form(lounge):
    request, directory = lounge.house.opened(), lounge.house.directory
    now = directory.groups[people.APPROVERS]
    directory.groups[people.APPROVERS] = now - {people.ANA}
    directory.refresh = lambda _users, groups: directory.groups.update(dict.fromkeys(groups, now))
    lounge.press(Action.DENY, mark(request), people.ANA)
    assert lounge.opened()["callback_id"] == "form.deny"
