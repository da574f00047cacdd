"""A credential lives on in the real program: each change by command, form and button, and which secrets log in."""

from datetime import timedelta

import pytest

from bot.domain.credential import State
from bot.domain.kind import Kind
from bot.domain.request import State as RequestState
from bot.slack.ids import Action, Block
from tests.support import lives, road, soundness
from tests.support.live import ANA, MAYA, SAM
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario


def test_both_secrets_work_after_a_rotation_and_a_retired_one_never_again(program, name):
    old = road.walk(program, name)
    lives.ask(program, Kind.ROTATE, name)
    new = lives.reveal_new(program, name)
    assert [road.works(program, pair) for pair in (old, new)] == [True, True]
    lives.ask(program, Kind.ROTATE, name)
    newest = lives.reveal_new(program, name)
    assert [road.works(program, pair) for pair in (old, new, newest)] == [False, True, True]
    told = soundness.check(program).kinds(name)
    assert (told["request:allowed"], told["secret:rotated"], told["vote:cast"]) == (2, 2, 1)


def test_a_secret_that_may_be_compromised_ends_when_the_rotation_is_asked_for(over_http, name):
    old = road.walk(over_http, name)
    assert road.works(over_http, old)
    lives.ask(over_http, Kind.ROTATE, name, **{Block.OLD_SECRET: {Action.ENTRY: "end"}})
    assert not road.works(over_http, old)
    new = lives.reveal_new(over_http, name)
    assert [road.works(over_http, pair) for pair in (old, new)] == [False, True]
    assert soundness.check(over_http).kinds(name)["secret:retired"] == 1


def test_a_rotation_that_renews_waits_for_an_approval(over_http, name):
    old = road.walk(over_http, name)
    before = lives.credential(over_http, name).expires_at
    lives.open_form(over_http, Kind.ROTATE, name)
    later = (before + timedelta(days=20)).date().isoformat()
    maya = over_http.person(MAYA)
    maya.change(Action.CHOSEN, later)
    road.wait(over_http, lambda: ANA in str(maya.view()), "who must approve")
    assert maya.submit(lives.REASON) == {}
    maya.close()
    assert lives.request(over_http, Kind.ROTATE, name).state is RequestState.PENDING
    road.approve(over_http, name)
    new = lives.reveal_new(over_http, name)
    assert [road.works(over_http, pair) for pair in (old, new)] == [True, True]
    assert lives.credential(over_http, name).expires_at > before


def test_an_extension_takes_effect_with_its_approval(over_http, name):
    pair = road.walk(over_http, name)
    before = lives.credential(over_http, name).expires_at
    lives.approved(over_http, Kind.EXTEND, name)
    assert lives.credential(over_http, name).expires_at > before
    over_http.let_pass(before - over_http.now() + timedelta(minutes=1))
    assert road.works(over_http, pair)


def test_a_transfer_waits_for_its_new_owner_who_alone_is_shown_new_secrets(program, name):
    pair = road.walk(program, name)
    lives.ask(program, Kind.TRANSFER, name)
    road.approve(program, name)
    assert lives.credential(program, name).owner == MAYA
    lives.accept(program, name)
    assert road.works(program, pair)
    lives.ask(program, Kind.ROTATE, name, by=SAM)
    new = lives.reveal_new(program, name, SAM)
    assert road.works(program, new)
    assert [found.secret for found in road.all_shown(program, name)] == [pair.secret]
    eventually(lambda: f"Transferred: {name}" in _read(program, MAYA), "word to the owner of before")
    assert soundness.check(program).kinds(name)["credential:transferred"] == 1


def test_a_transfer_that_is_declined_changes_nothing(over_http, name):
    pair = road.walk(over_http, name)
    lives.ask(over_http, Kind.TRANSFER, name)
    road.approve(over_http, name)
    sam = over_http.person(SAM)
    sam.press(lives.offer(over_http, name), Action.DECLINE)
    eventually(lambda: f"Transfer declined: {name}" in _read(over_http, MAYA), "word to the requester")
    eventually(lambda: road.newest(sam, name, Action.ACCEPT) is None, "the end of the buttons")
    books = soundness.check(over_http)
    assert (books.credential(name).owner, books.kinds(name)["credential:transferred"]) == (MAYA, 0)
    assert road.works(over_http, pair)


def test_a_deletion_ends_every_login_and_what_comes_back_is_resumed_by_approval_alone(program, name):
    pair = road.walk(program, name)
    assert road.works(program, pair)
    lives.approved(program, Kind.DELETE, name)
    assert not road.works(program, pair)
    lives.undo(program, name)
    assert not road.works(program, pair)
    assert lives.credential(program, name).suspension.by == MAYA
    lives.approved(program, Kind.RESUME, name)
    assert road.works(program, pair)
    told = soundness.check(program).kinds(name)
    kinds = ("credential:deleting", "credential:restored", "credential:resumed")
    assert [told[kind] for kind in kinds] == [1, 1, 1]


def test_a_deletion_that_nobody_undoes_is_final_and_its_name_is_free(over_http, name):
    pair = road.walk(over_http, name)
    lives.approved(over_http, Kind.DELETE, name)
    lives.deletion(over_http, name)
    over_http.let_pass(over_http.windows.undo + timedelta(minutes=1))
    eventually(lambda: lives.credential(over_http, name).state is State.DELETED, "the end")
    eventually(lambda: f"Deleted: {name}" in _read(over_http, MAYA), "word to the owner")
    eventually(lambda: road.newest(over_http.person(MAYA), name, Action.UNDO) is None, "the end of the button")
    assert not road.works(over_http, pair)
    books = soundness.check(over_http)
    assert books.records[str(books.credential(name).id)] == 0
    road.ask(over_http, name)
    road.approve(over_http, name)
    again = lives.reveal_new(over_http, name)
    assert [road.works(over_http, each) for each in (pair, again)] == [False, True]


def test_a_suspension_is_at_once_and_everybody_reads_who_did_it(program, name):
    pair = road.walk(program, name)
    assert road.works(program, pair)
    lives.suspend(program, name)
    assert not road.works(program, pair)
    said = f"<@{MAYA}> has suspended it"
    eventually(lambda: said in _of(program, MAYA, name, None), "word to the owner")
    eventually(lambda: said in _of(program, ANA, name, road.CHANNEL), "word to the channel")
    lives.approved(program, Kind.RESUME, name)
    assert road.works(program, pair)


def test_looked_up_it_is_changed_by_its_buttons(over_http, name):
    pair = road.walk(over_http, name)
    maya = over_http.person(MAYA)
    maya.close()  # what asking for it has left open
    maya.command(f"/cred show {name}")
    shown = road.wait(over_http, lambda: road.newest(maya, name, Action.SUSPEND), "the credential")
    maya.press(shown, Action.SUSPEND)
    road.wait(over_http, lambda: lives.credential(over_http, name).state is State.SUSPENDED, "the suspension")
    assert not road.works(over_http, pair)
    resume = f"{Action.CHANGE}.{Kind.RESUME}"
    maya.press(road.wait(over_http, lambda: road.newest(maya, name, resume), "a button to resume"), resume)
    road.wait(over_http, maya.view, "the form")
    assert maya.submit(lives.REASON) == {}
    maya.close()
    road.approve(over_http, name)
    road.wait(over_http, lambda: road.works(over_http, pair), "the resumption")


def _of(program, person, name, channel):
    found = [m for m in program.person(person).messages(channel) if road.tells_of(m, name)]
    return "\n".join(words(message["blocks"]) for message in found)


def _read(program, person):
    return "\n".join(words(message["blocks"]) for message in program.person(person).messages())
