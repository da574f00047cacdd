"""The road in the real program: asked, decided by others, revealed, logged in; and each way in which it ends early."""

from collections import Counter

import pytest

from bot.domain.credential import Delivery, ReceiptState
from bot.domain.request import State
from bot.slack.ids import Action, Block, Choice
from tests.support import road, soundness
from tests.support.live import ANA, MAYA, SAM
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario


def test_a_super_admin_credential_takes_two_approvers_and_then_logs_in(program, name):
    road.ask(program, name, role=road.SUPER_ADMIN)
    road.approve(program, name, ANA)
    assert soundness.read(program).request(name).state is State.PENDING
    road.approve(program, name, road.BEN)
    pair = road.reveal(program, name)
    token = road.request_token(program, pair).json()
    assert token["token_type"] == "Bearer"
    assert "queries:run" in token["scope"].split()
    books = soundness.check(program)
    assert books.credential(name).newest.delivery is Delivery.DELIVERED
    told = books.kinds(name) - Counter({"receipt:changed": 1})  # the first use is written a moment later
    assert told == {
        "request:opened": 1,
        "vote:cast": 2,
        "request:started": 1,
        "credential:issued": 1,
        "secret:shown": 1,
    }


def test_saying_that_it_is_stored_takes_the_secret_out_of_sight(program, name):
    pair = road.walk(program, name)
    program.person(MAYA).press(pair.message, Action.STORED)
    eventually(lambda: road.shown(program, name) is None, "the end of the message")
    books = soundness.check(program)
    assert books.credential(name).newest.receipt is ReceiptState.STORED
    assert books.kinds(name)["receipt:changed"] == 1
    assert road.works(program, pair)


def test_only_the_owner_is_shown_the_secret(program, name):
    road.ask(program, name, owner=SAM)
    road.approve(program, name)
    pair = road.reveal(program, name, SAM)
    assert road.works(program, pair)
    for other in (MAYA, ANA):
        assert road.newest(program.person(other), name, Action.REVEAL) is None
        assert road.all_shown(program, name, other) == []
    assert soundness.check(program).credential(name).owner == SAM


def test_a_denial_tells_the_requester_why_and_frees_the_name(program, name):
    road.ask(program, name)
    ana = program.person(ANA)
    ana.press(road.card(program, name), Action.DENY)
    eventually(ana.view, "the question for a reason")
    assert ana.submit({Block.REASON: {Action.ENTRY: "The old one still works."}}) == {}
    eventually(lambda: "The old one still works." in _said_to(program, MAYA, name), "the reason")
    assert soundness.check(program).request(name).state is State.DENIED
    road.ask(program, name)
    assert soundness.check(program).request(name).state is State.PENDING


def test_a_request_that_was_taken_back_cannot_be_approved(program, name):
    road.ask(program, name)
    before = road.card(program, name)
    maya = program.person(MAYA)
    maya.close()
    maya.press(road.card(program, name, MAYA), Action.MORE, road.chosen(before, Choice.WITHDRAW))
    eventually(maya.view, "the question whether to withdraw")
    assert maya.submit() == {}
    eventually(lambda: "Withdrawn" in words(_card_of(program, before)["blocks"]), "the end on the card")
    assert not road.has_button(_card_of(program, before), Action.APPROVE)
    assert soundness.check(program).kinds(name)["vote:cast"] == 0


def test_a_name_in_use_is_refused_at_its_field(program, name):
    road.ask(program, name)
    typed = road.fill_in(program, name.upper())
    assert "name" in program.person(MAYA).submit(typed)


def _said_to(program, person, name):
    return "\n".join(words(m["blocks"]) for m in program.person(person).messages() if road.tells_of(m, name))


def _card_of(program, message):
    return next(m for m in program.person(ANA).messages(road.CHANNEL) if m["ts"] == message["ts"])
