"""The Home tab: one person's, within Slack's limits however much is theirs, and drawn anew as things change."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.domain.ids import ClientId, CredentialId
from bot.service import terms
from bot.slack.cards.pieces import VIEW_BLOCKS_MAX
from bot.slack.ids import Action
from bot.slack.listeners import home
from bot.slack.lookers import Lookers
from tests.slack import specimens
from tests.slack.double import refuses
from tests.slack.snapshots import slack_takes
from tests.support import people


def look(lounge, user):
    """Open the tab; what is shown."""
    lounge.happens({"type": "app_home_opened", "user": user, "tab": "home"})
    lounge.settle()
    return shown(lounge)[-1]["view"]


def shown(lounge):
    return lounge.slack.of("views.publish")


def own(house, user, count):
    """So many credentials that live elsewhere, the last ones about to end."""
    model = specimens.tracked(owner=user, request=None, expires_at=house.clock.now() + timedelta(days=200))
    with house.store.work() as work:
        work.credentials.add_all(
            [
                replace(
                    model,
                    id=CredentialId(UUID(int=number + 1)),
                    client_id=ClientId(f"client {number}"),
                    name=f"job {number:04}",
                    expires_at=model.expires_at - timedelta(days=190 if number >= count - 30 else 0),
                )
                for number in range(count)
            ]
        )


def turns(view):
    found = [element for block in view["blocks"] if block["type"] == "actions" for element in block["elements"]]
    return {element["action_id"].rpartition(".")[2]: element["value"] for element in found}


def turn_to(lounge, value, user):
    container = {"type": "view"}
    lounge.press(Action.HOME_PAGE, value, user, channel="", response_url="", container=container)
    lounge.settle()
    return shown(lounge)[-1]["view"]


def test_a_thousand_credentials_of_one_owner_are_paged_within_what_slack_takes(lounge):
    own(lounge.house, people.OLGA, 1000)
    for number in range(9):
        lounge.house.opened(name=f"asked {number}", owner=people.OLGA)
        lounge.house.approved(name=f"approved {number}", owner=people.OLGA)
    view, seen = look(lounge, people.OLGA), []
    for _page in range(101):
        slack_takes(view)
        assert len(view["blocks"]) < VIEW_BLOCKS_MAX
        text = json.dumps(view, ensure_ascii=False)
        _, _, yours = text.partition("Your credentials")
        seen += [f"job {number:04}" for number in range(1000) if f"job {number:04}" in yours]
        if "next" not in turns(view):
            break
        view = turn_to(lounge, turns(view)["next"], people.OLGA)
    assert seen == [f"job {number:04}" for number in range(1000)]
    assert "`/cred list expiring:30d` shows all of them" in text
    assert "… and 2 more approved for you." in text
    assert "job 0980" in json.dumps(turn_to(lounge, turns(view)["previous"], people.OLGA))


def test_a_page_is_of_what_its_presser_owns_whoever_was_shown_the_button(lounge):
    own(lounge.house, people.OLGA, 30)
    following = turns(look(lounge, people.OLGA))["next"]
    assert "You own none yet" in json.dumps(turn_to(lounge, following, people.BEN))


def test_an_open_tab_is_drawn_anew_when_something_of_that_person_changes(lounge):
    look(lounge, people.ANA)
    request = lounge.house.opened(name="payroll")
    lounge.house.opened(name="second")
    home.refresh(lounge.face)
    assert len(shown(lounge)) == 2  # two changes, one drawing
    assert shown(lounge)[-1]["user_id"] == people.ANA
    assert "payroll" in json.dumps(shown(lounge)[-1]["view"])
    assert "second" in json.dumps(shown(lounge)[-1]["view"])
    lounge.house.vote(request, people.ANA)
    home.refresh(lounge.face)
    assert "payroll" not in json.dumps(shown(lounge)[-1]["view"])


def test_a_tab_in_which_nothing_has_changed_is_left_alone(lounge):
    look(lounge, people.OLGA)
    home.refresh(lounge.face)
    lounge.house.opened(name="of others")
    terms.accept(lounge.house.world, people.BEN, lounge.house.world.policy.terms.digest)
    home.refresh(lounge.face)
    assert len(shown(lounge)) == 1


def test_drawn_anew_it_stays_on_its_page(lounge):
    own(lounge.house, people.ANA, 30)
    turn_to(lounge, turns(look(lounge, people.ANA))["next"], people.ANA)
    lounge.house.opened(name="payroll")
    home.refresh(lounge.face)
    drawn = json.dumps(shown(lounge)[-1]["view"])
    assert "payroll" in drawn
    _, _, yours = drawn.partition("Your credentials")
    assert "job 0010" in yours
    assert "job 0009" not in yours


def test_who_was_let_out_meanwhile_is_shown_nothing_any_more(lounge):
    own(lounge.house, people.ANA, 3)
    look(lounge, people.ANA)
    lounge.house.directory.members[people.ANA] = people.member(people.ANA, active=False)
    lounge.house.opened()
    home.refresh(lounge.face)
    assert "job" not in json.dumps(shown(lounge)[-1]["view"])


def test_nobody_is_drawn_for_who_has_not_looked_for_hours(lounge):
    look(lounge, people.ANA)
    lounge.house.clock.advance(hours=5)
    lounge.house.opened()
    home.refresh(lounge.face)
    assert len(shown(lounge)) == 1


@pytest.mark.parametrize(("error", "again"), [("ratelimited", True), ("not_enabled", False)])
def test_what_slack_does_not_take_is_tried_again_only_where_it_may_take_it_later(lounge, error, again):
    look(lounge, people.ANA)
    lounge.house.opened(name="payroll")
    lounge.slack.next("views.publish", refuses(error))
    for _turn in range(3):
        home.refresh(lounge.face)
    assert len(shown(lounge)) == (3 if again else 2)


def test_of_many_lookers_the_longest_behind_come_first_and_the_oldest_are_forgotten():
    lookers, now = Lookers(most=3), specimens.NOON
    everybody = [lookers.opened(user, people.HOME, now) for user in (people.MAYA, people.ANA, people.BEN, people.CAI)]
    for size, looker in zip((0, 9, 2, 5), everybody, strict=True):
        looker.size = size
    assert [each.user for each in lookers.behind(9, now, most=9)] == [people.BEN, people.CAI]
    assert [each.user for each in lookers.behind(10, now, most=2)] == [people.BEN, people.CAI]
