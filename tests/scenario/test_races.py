"""Many presses at one instant, over the wire: one of them counts."""

import copy
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier

import pytest

from bot.domain.credential import State as CredentialState
from bot.domain.kind import Kind
from bot.domain.request import State
from bot.slack.ids import Action, Block, Callback
from tests.support import emergency, lives, road, soundness
from tests.support.live import ANA, BEN, MAYA, SAM
from tests.support.sandbox import ActRefusedError, eventually

pytestmark = pytest.mark.scenario

CROWD = 20


def at_once(acts: list[Callable[[], object]]) -> None:
    """Do all of it at one instant. What the workspace refuses because it came too late is no matter."""
    gate = Barrier(len(acts))

    def one(act):
        gate.wait()
        with suppress(ActRefusedError):
            act()

    with ThreadPoolExecutor(len(acts)) as threads:
        list(threads.map(one, acts))


def test_twenty_approvals_of_one_person_are_one(program, name):
    road.ask(program, name, role=road.SUPER_ADMIN)
    card, ana = road.card(program, name), program.person(ANA)
    at_once([lambda: ana.press(card, Action.APPROVE)] * CROWD)
    road.approve(program, name, BEN)
    books = soundness.check(program)
    assert books.request(name).state is State.APPROVED
    assert books.kinds(name)["vote:cast"] == 2
    assert sorted(vote.voter for vote in books.request(name).votes) == [ANA, BEN]


def test_twenty_approvals_of_two_people_are_two(program, name):
    road.ask(program, name, role=road.SUPER_ADMIN)
    card = road.card(program, name)
    people = [program.person(ANA), program.person(BEN)]
    at_once([lambda who=who: who.press(card, Action.APPROVE) for who in people * (CROWD // 2)])
    road.offer(program, name)
    books = soundness.check(program)
    assert books.request(name).state is State.APPROVED
    assert books.kinds(name)["vote:cast"] == 2


def test_twenty_reveals_show_one_secret_of_one_credential(program, name):
    road.ask(program, name)
    road.approve(program, name)
    offer, maya = road.offer(program, name), program.person(MAYA)
    at_once([lambda: maya.press(offer, Action.REVEAL)] * CROWD)
    eventually(lambda: road.shown(program, name), "the secret")
    books = soundness.check(program)
    assert len(road.all_shown(program, name)) == 1
    assert books.kinds(name) == _told(secret=1)
    assert [each.name for each in books.credentials].count(name) == 1


def test_twenty_reissues_show_one_more_secret_and_end_the_first(program, name):
    first = road.walk(program, name)
    maya = program.person(MAYA)
    at_once([lambda: maya.press(first.message, Action.REISSUE)] * CROWD)
    second = eventually(lambda: next((p for p in road.all_shown(program, name) if p.secret != first.secret), None))
    books = soundness.check(program)
    assert books.kinds(name)["secret:reissued"] == 1
    assert [pair.secret for pair in road.all_shown(program, name)] == [second.secret]
    assert not road.works(program, first)
    assert road.works(program, second)


def test_twenty_sendings_of_one_form_open_one_request(program, name):
    typed, maya = road.fill_in(program, name), program.person(MAYA)
    at_once([lambda: maya.submit(typed)] * CROWD)
    sent = _last(program, lambda payload: _form(payload) == Callback.ADD)
    at_once([lambda: program.control.payload("interactive", sent["payload"])] * CROWD)
    road.card(program, name)
    books = soundness.check(program)
    assert [each.asked.name for each in books.requests].count(name) == 1
    assert books.kinds(name) == {"request:opened": 1}


def test_twenty_forms_of_one_person_break_one_glass(program, name):
    typed, maya = emergency.fill_in(program, name), program.person(MAYA)
    at_once([lambda: maya.submit(typed)])
    sent = _last(program, lambda payload: _form(payload) == Callback.GLASS)
    emergency.refuse(program, name)
    others = [f"{name}-{number}" for number in range(CROWD)]
    at_once([lambda each=each: program.control.payload("interactive", _another(sent, each)) for each in others])
    taken = [each for each in others if emergency.glasses(program, each)]
    assert len(taken) == 1
    emergency.refuse(program, taken[0])
    books = soundness.check(program)
    assert [each.asked.name for each in books.requests if each.asked.name in others] == taken


def _another(sent, name):
    """The same form, opened anew and sent with another name."""
    payload = copy.deepcopy(sent["payload"])
    payload["view"]["id"] = f"V0{name}"
    payload["view"]["state"]["values"][Block.NAME][Action.ENTRY]["value"] = name
    return payload


def test_twenty_reviews_of_one_person_are_one(program, name):
    emergency.take(program, name)
    card, ana = emergency.card(program, name), program.person(ANA)
    at_once([lambda: ana.press(card, Action.JUSTIFIED)] * CROWD)
    eventually(lambda: emergency.glass(program, name).reviews, "the review")
    assert [review.voter for review in emergency.glass(program, name).reviews] == [ANA]
    emergency.refuse(program, name, BEN)
    assert soundness.check(program).kinds(name)["review:cast"] == 2


def test_twenty_acceptances_are_one_transfer(program, name):
    pair = road.walk(program, name)
    lives.ask(program, Kind.TRANSFER, name)
    road.approve(program, name)
    offer, sam = lives.offer(program, name), program.person(SAM)
    at_once([lambda: sam.press(offer, Action.ACCEPT)] * CROWD)
    eventually(lambda: lives.credential(program, name).owner == SAM, "the transfer")
    assert soundness.check(program).kinds(name)["credential:transferred"] == 1
    assert road.works(program, pair)


def test_twenty_last_approvals_are_one_deletion(program, name):
    pair = road.walk(program, name)
    lives.ask(program, Kind.DELETE, name)
    card = road.card(program, name)
    people = [program.person(ANA), program.person(BEN)]
    at_once([lambda who=who: who.press(card, Action.APPROVE) for who in people * (CROWD // 2)])
    lives.deletion(program, name)
    told = soundness.check(program).kinds(name)
    assert (told["credential:deleting"], told["vote:cast"]) == (1, 2)  # the other vote was for its issue
    assert not road.works(program, pair)


def test_twenty_undoings_bring_it_back_once(program, name):
    pair = road.walk(program, name)
    lives.approved(program, Kind.DELETE, name)
    message, maya = lives.deletion(program, name), program.person(MAYA)
    at_once([lambda: maya.press(message, Action.UNDO)] * CROWD)
    eventually(lambda: lives.credential(program, name).state is CredentialState.SUSPENDED, "the return")
    assert soundness.check(program).kinds(name)["credential:restored"] == 1
    assert not road.works(program, pair)


def test_the_same_signed_bytes_again_have_no_second_effect(program, name):
    pair = road.walk(program, name)
    eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")
    before = soundness.check(program)
    for delivery in (
        _last(program, lambda payload: _form(payload) == Callback.ADD),
        _last(program, lambda payload: _action(payload) == Action.APPROVE),
        _last(program, lambda payload: _action(payload) == Action.REVEAL),
    ):
        at_once([lambda each=delivery: program.control.replay(each["id"])] * 2)
    assert program.stop() == 0  # what a replay had begun has ended
    program.start()
    after = soundness.check(program)
    assert after.kinds(name) == before.kinds(name)
    assert [each for each in after.requests if each.asked.name == name] == [before.request(name)]
    assert after.credential(name).secrets == before.credential(name).secrets
    assert [each.secret for each in road.all_shown(program, name)] == [pair.secret]
    assert road.works(program, pair)


def _told(*, secret: int) -> Counter[str]:
    kinds = ("request:opened", "vote:cast", "request:started", "credential:issued", "secret:shown")
    return Counter(dict.fromkeys(kinds, secret))


def _last(program, fits):
    return [each for each in program.control.deliveries("interactive") if fits(each["payload"])][-1]


def _form(payload):
    return payload["view"]["callback_id"] if payload["type"] == "view_submission" else None


def _action(payload):
    return payload["actions"][0]["action_id"] if payload["type"] == "block_actions" else None
