"""The add form from its opening to a request."""

import json
from dataclasses import replace

from bot.domain.role import READ_ONLY, SUPER_ADMIN
from bot.slack.ids import Action
from tests.slack import lounge as lounges
from tests.slack.double import refuses
from tests.slack.lounge import all_requests
from tests.slack.snapshots import slack_takes
from tests.support import people


def test_form_opens_at_once_and_becomes_a_request(lounge):
    assert lounge.type("add") == {}
    form = lounge.opened()
    slack_takes(form)
    answer = lounge.send(form, people.MAYA, name="payroll", reason="Because")
    assert answer["response_action"] == "update"
    slack_takes(answer["view"])
    (request,) = all_requests(lounge)
    assert (request.asked.name, request.asked.requester, request.asked.role) == ("payroll", people.MAYA, READ_ONLY.key)


def test_same_form_sent_twice_is_one_request(lounge):
    lounge.type("add")
    form = lounge.opened()
    for _twice in range(2):
        lounge.send(form, people.MAYA, name="payroll", reason="Because", view_id="V0SAME")
    assert len(all_requests(lounge)) == 1


def test_a_form_that_somebody_else_has_sent_tells_nobody_what_it_became(lounge):
    lounge.type("add")
    form = lounge.opened()
    lounge.send(form, people.MAYA, name="payroll", reason="Because", view_id="V0SAME")
    answer = lounge.send(form, people.OLGA, name="payroll", reason="Because", view_id="V0SAME")
    assert "Somebody else has sent this form already." in json.dumps(answer)
    assert len(all_requests(lounge)) == 1


def test_everything_wrong_with_a_form_is_said_at_its_fields(lounge):
    lounge.house.opened(name="payroll")
    lounge.type("add")
    answer = lounge.send(
        lounge.opened(), people.MAYA, name="Payroll", reason="x", owner=people.GUEST, expires="2020-01-01"
    )
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {"name", "owner", "expires.read-only"}


def test_form_cannot_ask_in_somebody_elses_name_or_estate(lounge):
    lounge.type("add")
    answer = lounge.send(lounge.opened(), people.ANA, name="payroll", reason="Because")
    assert answer["response_action"] == "errors"
    assert all_requests(lounge) == []


def test_terms_come_first_and_only_once(lounge):
    policy = replace(lounge.house.world.policy, terms=replace(lounge.house.world.policy.terms, version="2"))
    second = lounges.furnish(lounge.house.under(policy), lounge.slack)
    second.type("add")
    terms = second.opened()
    assert terms["callback_id"] == "form.terms"
    slack_takes(terms)
    unread = second.send(terms, people.MAYA)
    assert unread["view"]["callback_id"] == "form.terms"
    answer = second.send(terms, people.MAYA, terms=["accepted"])
    assert answer["response_action"] == "update"
    assert answer["view"]["callback_id"] == "form.add"
    second.type("add")
    assert second.opened()["callback_id"] == "form.add"
    second.face.background.stop()
    second.face.replies.close()


def test_terms_that_changed_under_the_reader_are_shown_anew(lounge):
    policy = replace(lounge.house.world.policy, terms=replace(lounge.house.world.policy.terms, version="2"))
    second = lounges.furnish(lounge.house.under(policy), lounge.slack)
    second.type("add")
    old = {**second.opened(), "private_metadata": "0" * 64}
    answer = second.send(old, people.MAYA, terms=["accepted"])
    assert answer["view"]["callback_id"] == "form.terms"
    assert answer["view"]["private_metadata"].startswith(policy.terms.digest)
    second.face.background.stop()
    second.face.replies.close()


def test_form_follows_the_role(lounge):
    lounge.type("add")
    form = lounge.opened()
    changed = lounges.filled(form, {"role": SUPER_ADMIN.key})
    lounge.press(Action.ROLE, "", people.MAYA, view=changed, response_url="", channel="")
    lounge.settle()
    (update,) = lounge.slack.of("views.update")
    assert (update["view_id"], update["hash"]) == (changed["id"], changed["hash"])
    slack_takes(update["view"])
    text = json.dumps(update["view"])
    assert SUPER_ADMIN.warning in text
    assert "expires.super-admin" in text
    assert "2 of" in text


def test_change_that_a_newer_one_overtook_is_nobodys_concern(lounge):
    lounge.type("add")
    lounge.slack.next("views.update", refuses("hash_conflict"))
    lounge.press(Action.ROLE, "", people.MAYA, view=lounges.filled(lounge.opened(), {}), response_url="", channel="")
    lounge.settle()
    assert len(lounge.slack.of("views.open")) == 1


def test_form_that_opened_too_late_is_explained(lounge):
    lounge.slack.next("views.open", refuses("expired_trigger_id"))
    lounge.type("add")
    assert "try it again" in lounge.told()
