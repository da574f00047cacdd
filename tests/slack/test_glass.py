"""Break-glass in the face: opened by a few, taken by a form, reviewed by buttons."""

import json
from dataclasses import replace

import pytest

from bot.domain.break_glass import State
from bot.domain.clauses import BreakGlass
from bot.domain.credential import State as CredentialState
from bot.domain.ids import UserId
from bot.domain.role import READ_ONLY
from bot.slack.forms import glass as glass_forms
from bot.slack.ids import Action
from tests.slack import lounge as lounges
from tests.slack import specimens
from tests.slack.filled import sent
from tests.slack.lounge import mark
from tests.slack.snapshots import slack_takes
from tests.support import people


def credential(lounge, request):
    with lounge.house.world.store.read() as reader:
        return reader.credentials.get(request.credential)


@pytest.mark.parametrize("word", ["break-glass", "breakglass", "Emergency"])
def test_the_form_opens_says_what_it_does_and_takes_a_credential(lounge, word):
    assert lounge.type(word) == {}
    form = lounge.opened()
    slack_takes(form)
    assert "without anybody's approval" in json.dumps(form)
    answer = lounge.send(form, people.MAYA, name="shop-outage", reason="The shop is down")
    assert answer["response_action"] == "update"
    slack_takes(answer["view"])
    with lounge.house.world.store.read() as reader:
        (glass,) = reader.glasses.each()
    asked = glass.request.asked
    assert (asked.name, asked.role, asked.owner) == ("shop-outage", READ_ONLY.key, people.MAYA)


def test_nobody_else_sees_it_in_the_help_or_gets_the_form(lounge):
    assert "break-glass" in json.dumps(lounge.type("help"))
    assert "break-glass" not in json.dumps(lounge.type("help", people.ANA))
    assert "break-glass" not in json.dumps(lounge.type("break-glas", people.ANA))
    assert "may break the glass" in lounge.type("break-glass", people.ANA)["text"]
    lounge.settle()
    assert lounge.slack.of("views.open") == []


def test_a_form_of_somebody_elses_is_refused(lounge):
    lounge.type("break-glass")
    answer = lounge.send(lounge.opened(), people.ANA, name="shop-outage", reason="x")
    assert "may break the glass" in json.dumps(answer)
    with lounge.house.world.store.read() as reader:
        assert list(reader.glasses.each()) == []


def test_what_is_wrong_is_said_at_its_field(lounge):
    lounge.house.opened(name="shop-outage")
    lounge.type("break-glass")
    answer = lounge.send(lounge.opened(), people.MAYA, name="Shop-Outage", reason=" ")
    assert set(answer["errors"]) == {"name", "reason"}


def test_the_terms_lead_to_the_form_of_whoever_came_for_it(lounge):
    lounge.type("break-glass", people.OLGA)
    terms = lounge.opened()
    assert terms["callback_id"] == "form.terms"
    answer = lounge.send(terms, people.OLGA, terms=["accepted"])
    assert answer["view"]["callback_id"] == "form.glass"


def test_whoever_has_one_is_told_which(lounge):
    request = lounge.house.taken()
    assert request.code in lounge.type("break-glass")["text"]


def test_two_presses_by_others_find_it_justified(lounge):
    request = lounge.house.taken()
    lounge.press(Action.JUSTIFIED, mark(request), people.ANA)
    lounge.press(Action.JUSTIFIED, mark(request), people.BEN)
    lounge.settle()
    assert lounge.replies() == []
    assert lounge.house.glass(request).state is State.JUSTIFIED


def test_a_press_in_a_message_redraws_the_message(lounge):
    request = lounge.house.taken()
    lounge.press(Action.JUSTIFIED, mark(request), people.ANA, channel="D0ANA")
    (reply,) = lounge.replies()
    assert reply["replace_original"] is True
    assert "glass.justified" not in json.dumps(reply)
    slack_takes(reply)


@pytest.mark.parametrize("user", [people.MAYA, people.OLGA, people.SAM, people.GUEST])
def test_nobody_else_reviews_it(lounge, user):
    request = lounge.house.taken()
    lounge.press(Action.JUSTIFIED, mark(request), user)
    assert len(lounge.replies()) == 1
    assert lounge.house.glass(request).reviews == ()


def test_a_late_press_in_a_message_shows_what_holds(lounge):
    request = lounge.house.taken()
    for reviewer in (people.ANA, people.BEN):
        lounge.house.review(request, reviewer)
    lounge.press(Action.JUSTIFIED, mark(request), people.CAI, channel="D0CAI")
    said, redrawn = lounge.replies()
    assert "reviewed already" in said["text"]
    assert redrawn["replace_original"] is True


def test_a_refusal_asks_for_a_reason_and_ends_it(lounge):
    request = lounge.house.taken()
    lounge.house.reveal(request)
    lounge.press(Action.UNJUSTIFIED, mark(request), people.ANA)
    form = lounge.opened()
    slack_takes(form)
    answer = lounge.send(form, people.ANA, reason="Nothing was down")
    assert "It is ended" in json.dumps(answer)
    glass = lounge.house.glass(request)
    assert (glass.state, glass.reviews[0].reason) == (State.UNJUSTIFIED, "Nothing was down")
    assert credential(lounge, request).state is CredentialState.DELETED


def test_a_refusal_says_why(lounge):
    request = lounge.house.taken()
    lounge.press(Action.UNJUSTIFIED, mark(request), people.ANA)
    answer = lounge.send(lounge.opened(), people.ANA, reason=" . ")
    assert set(answer["errors"]) == {"reason"}
    assert lounge.house.glass(request).reviews == ()


def test_a_refusal_by_whoever_took_it_counts_for_nothing_and_keeps_the_words(lounge):
    request = lounge.house.taken()
    lounge.press(Action.UNJUSTIFIED, mark(request), people.MAYA)
    assert "others must review" in lounge.told()
    assert lounge.slack.of("views.open") == []
    lounge.press(Action.UNJUSTIFIED, mark(request), people.ANA)
    answer = lounge.send(lounge.opened(), people.MAYA, reason="I regret it")
    assert "others must review" in json.dumps(answer)
    assert "I regret it" in json.dumps(answer)
    assert lounge.house.glass(request).reviews == ()


@pytest.mark.parametrize("action", [Action.JUSTIFIED, Action.UNJUSTIFIED])
@pytest.mark.parametrize("value", ["", "x", "00000000-0000-4000-8000-000000000000/" + "0" * 64])
def test_a_forged_button_does_nothing(lounge, action, value):
    lounge.press(action, value, people.ANA)
    assert len(lounge.replies()) == 1
    assert lounge.slack.of("views.open") == []


def test_whoever_may_not_see_it_learns_nothing_from_its_button(lounge):
    request = lounge.house.taken()
    lounge.press(Action.UNJUSTIFIED, mark(request), people.SAM)
    assert "no such request" in lounge.told()


def test_a_form_comes_back_as_it_was_shown():
    offer = break_glass_offer()
    view = sent(glass_forms.build(offer), name="shop-outage", reason="The shop is down")
    command = glass_forms.parse(view, people.MAYA)
    assert (command.estate, command.role) == (offer.estates[0].key, offer.roles[0].key)
    assert (command.name, command.reason, command.requester) == ("shop-outage", "The shop is down", people.MAYA)


def break_glass_offer():
    return glass_forms.Offer(
        estates=tuple(specimens.known().policy.estates.values()),
        roles=(READ_ONLY,),
        ends_at=specimens.NOON,
        review_by=specimens.NOON,
    )


def test_a_circle_of_nobody_offers_nothing(lounge):
    policy = replace(lounge.house.world.policy, break_glass=BreakGlass(circle=people.make_policy().break_glass.circle))
    second = lounges.furnish(lounge.house.under(policy), lounge.slack)
    assert "nobody take any role" in second.type("break-glass", UserId(people.MAYA))["text"]
    second.face.background.stop()
    second.face.replies.close()
