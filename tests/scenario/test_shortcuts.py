"""Started without a command, in the real program: a form from anywhere, and word of a secret that somebody pasted."""

import pytest

from bot.slack.ids import Action, Block, Callback, Shortcut
from tests.support import lives, road, soundness
from tests.support.live import ANA, MAYA
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario


def test_a_credential_is_asked_for_from_anywhere(program):
    maya = program.person(MAYA)
    while maya.view() is not None:
        maya.close()
    maya.start(Shortcut.ADD)
    view = road.wait(program, maya.view, "the form")
    assert view["callback_id"] in {Callback.ADD, Callback.TERMS}


def test_a_secret_that_was_pasted_is_told_to_its_owner_and_ended_by_a_rotation(program, name):
    pair = road.walk(program, name)
    maya, ana = program.person(MAYA), program.person(ANA)
    maya.say(f"curl -u {pair.client_id}:{pair.secret}", road.CHANNEL)
    pasted = [message for message in ana.messages(road.CHANNEL) if pair.secret in message["text"]][-1]
    for _ in range(2):
        ana.start(Shortcut.LEAKED, pasted)
    eventually(lambda: "Thank you" in words(ana.ephemerals(road.CHANNEL)), "the answer")
    card = road.wait(program, lambda: _card(maya, name), "word to the owner")
    assert f"<@{ANA}> found its secret in <#{road.CHANNEL}>" in words(card["blocks"])
    assert road.works(program, pair), "the policy only tells"
    maya.press(card, Action.CHANGE)
    road.wait(program, lambda: (maya.view() or {}).get("callback_id") == Callback.CHANGE, "the form of a rotation")
    assert maya.submit({Block.OLD_SECRET: {Action.ENTRY: "end"}}) == {}
    maya.close()
    new = lives.reveal_new(program, name)
    assert [road.works(program, each) for each in (pair, new)] == [False, True]
    told = soundness.check(program).kinds(name)
    assert (told["secret:leaked"], told["secret:retired"]) == (1, 1)
    assert pair.secret not in program.log


def _card(person, name):
    found = (m for m in person.messages() if road.tells_of(m, name) and "found in the open" in words(m["blocks"]))
    return next(found, None)
