"""Home, and what Slack tells without being asked."""

import json

from bot.slack.ids import Action
from tests.slack.snapshots import slack_takes
from tests.support import people


def test_home_shows_what_needs_this_person(lounge):
    lounge.house.opened(name="payroll")
    lounge.happens({"type": "app_home_opened", "user": people.ANA, "tab": "home"})
    lounge.settle()
    (published,) = lounge.slack.of("views.publish")
    assert published["user_id"] == people.ANA
    assert "payroll" in json.dumps(published["view"])
    slack_takes(published["view"])


def test_home_of_a_stranger_says_one_sentence(lounge):
    lounge.house.opened(name="payroll")
    lounge.happens({"type": "app_home_opened", "user": people.OTTO, "tab": "home"})
    lounge.settle()
    (published,) = lounge.slack.of("views.publish")
    assert len(published["view"]["blocks"]) == 1


def test_form_opens_from_home(lounge):
    lounge.press(Action.ADD, "add", people.MAYA, channel="", response_url="")
    assert lounge.opened()["callback_id"] == "form.add"


def test_refusal_on_home_opens_where_it_is_seen(lounge):
    lounge.press(Action.ADD, "add", people.OLGA, channel="", response_url="")
    assert "may not add" in json.dumps(lounge.opened())


def test_event_that_slack_repeats_is_heard_once(lounge):
    for _twice in range(2):
        lounge.happens({"type": "app_home_opened", "user": people.ANA, "tab": "home"}, event_id="Ev0SAME")
    lounge.settle()
    assert len(lounge.slack.of("views.publish")) == 1


def test_group_that_the_policy_names_is_read_anew(lounge):
    lounge.happens({"type": "subteam_members_changed", "subteam_id": people.APPROVERS})
    lounge.happens({"type": "subteam_updated", "subteam": {"id": "S0OTHER"}})
    lounge.settle()
    assert len(lounge.house.directory.refreshed) == 1
