"""`/cred delegate` in the face: named in a form, told on the cards, ended by the same command."""

import json
from datetime import timedelta

import pytest

from bot.domain.request import State
from bot.domain.role import SUPER_ADMIN
from bot.slack.cards import request as request_cards
from bot.slack.cards.pieces import Known
from bot.slack.ids import Action, RequestMark
from tests.slack.snapshots import same_as_before, slack_takes
from tests.support import people


def days(lounge, ends=3):
    today = lounge.house.world.policy.today(lounge.house.clock.now())
    return {"since": today.isoformat(), "until": (today + timedelta(days=ends)).isoformat()}


def stand_in(lounge, approver=people.ANA, delegate=people.SAM):
    lounge.type("delegate", approver)
    answer = lounge.send(lounge.opened(), approver, delegate=delegate, **days(lounge))
    assert answer["response_action"] == "update", answer
    slack_takes(answer["view"])
    return answer["view"]


@pytest.mark.parametrize("word", ["delegate", "away", "Stand-In"])
def test_an_approver_names_somebody_in_a_form(lounge, word):
    lounge.type(word, people.ANA)
    form = lounge.opened()
    slack_takes(form)
    same_as_before("delegate", form)
    assert f"<@{people.SAM}> stands in for you" in json.dumps(stand_in(lounge))


def test_who_approves_nothing_is_told_that_there_is_nothing_to_stand_in_for(lounge):
    assert lounge.type("delegate", people.MAYA) == {}
    assert "nothing to stand in for" in lounge.told()
    assert lounge.slack.of("views.open") == []


def test_right_after_the_very_first_start_the_groups_are_read_before_anybody_is_refused(lounge):
    directory = lounge.house.directory
    group = directory.groups.pop(people.APPROVERS)

    def read(_users, groups):
        assert groups == {people.APPROVERS}
        directory.groups[people.APPROVERS] = group

    directory.refresh = read
    assert lounge.type("delegate", people.ANA) == {}
    assert lounge.opened()["callback_id"] == "form.delegate"


def test_whoever_cannot_be_looked_up_is_told_so(lounge):
    lounge.house.directory.groups.clear()
    lounge.house.directory.down = True
    assert lounge.type("delegate", people.ANA) == {}
    assert "could not check with the workspace" in lounge.told()


def test_the_same_command_ends_it_for_the_one_who_was_away_and_nobody_else(lounge):
    stand_in(lounge)
    lounge.type("delegate", people.ANA)
    form = lounge.opened()
    slack_takes(form)
    same_as_before("delegate-end", form)
    assert "I know of nobody who stands in for you" in json.dumps(lounge.send(form, people.BEN))
    assert "no longer stands in for you" in json.dumps(lounge.send(form, people.ANA))
    assert "has ended already" in json.dumps(lounge.send(form, people.ANA))
    lounge.type("delegate", people.ANA)
    assert lounge.opened()["callback_id"] == "form.delegate"


def test_a_form_whose_mark_was_forged_ends_nothing(lounge):
    stand_in(lounge)
    lounge.type("delegate", people.ANA)
    form = {**lounge.opened(), "private_metadata": "x' OR 1=1"}
    assert "no longer stands in" not in json.dumps(lounge.send(form, people.ANA))


def test_what_is_wrong_is_said_at_its_field(lounge):
    lounge.type("delegate", people.ANA)
    form = lounge.opened()
    assert set(lounge.send(form, people.ANA, delegate=people.ANA, **days(lounge))["errors"]) == {"delegate"}
    assert set(lounge.send(form, people.ANA, delegate=people.SAM, **days(lounge, ends=-1))["errors"]) == {"until"}
    assert set(lounge.send(form, people.ANA)["errors"]) >= {"delegate", "until"}


def test_a_day_at_the_beginning_of_the_calendar_has_passed(lounge):
    lounge.type("delegate", people.ANA)
    sent = lounge.send(lounge.opened(), people.ANA, delegate=people.SAM, since="0001-01-01", until="0001-01-01")
    assert set(sent["errors"]) == {"since", "until"}


def test_somebody_who_has_just_joined_is_looked_up_before_they_are_refused(lounge, monkeypatch):
    monkeypatch.setattr("bot.slack.listeners.absences.PATIENCE", 60)
    directory = lounge.house.directory
    joined = directory.members.pop(people.SAM)

    def read(users, _groups):
        assert users == {people.SAM}
        directory.members[people.SAM] = joined

    directory.refresh = read
    assert f"<@{people.SAM}> stands in for you" in json.dumps(stand_in(lounge))


def test_the_cards_say_who_stands_in_for_whom_and_until_when(lounge):
    stand_in(lounge)
    request = lounge.now(lounge.house.opened(role=SUPER_ADMIN.key))
    known = Known(lounge.house.world.policy, lounge.house.directory)
    shown = f"<@{people.SAM}>, standing in for <@{people.ANA}> until the end of Mar 5, 2026"
    card = request_cards.approval(request, known).message()
    slack_takes(card)
    assert shown in json.dumps(card)
    mine = request_cards.asked(request, known, people.SAM).message()
    assert f"you are standing in for <@{people.ANA}> for *Harbour Retail* until" in json.dumps(mine)


def test_a_press_in_somebodys_stead_counts_and_is_told(lounge):
    stand_in(lounge)
    request = lounge.house.opened(role=SUPER_ADMIN.key)
    lounge.press(Action.APPROVE, RequestMark.of(request).pack(), people.SAM)
    lounge.settle()
    now, known = lounge.now(request), Known(lounge.house.world.policy, lounge.house.directory)
    assert now.state is State.PENDING
    assert f"<@{people.SAM}> for <@{people.ANA}> ✓" in json.dumps(
        request_cards.approval(now, known).message(), ensure_ascii=False
    )
    hers = json.dumps(request_cards.asked(now, known, people.ANA).message())
    assert "has approved this in your stead" in hers
    assert "request.approve" not in hers
    lounge.press(Action.APPROVE, RequestMark.of(request).pack(), people.ANA)
    assert "Whoever stands in for you has approved this already" in json.dumps(lounge.replies())
