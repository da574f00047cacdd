"""A rotation in the real program: two secrets that log in, one of them kept longer once, then told of and retired."""

from datetime import timedelta

import pytest

from bot.domain.credential import ReceiptState, SecretState
from bot.domain.kind import Kind
from bot.slack.ids import Action, Callback, ChangeMark
from tests.support import forging, road, soundness
from tests.support.live import MAYA
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario
DAY = timedelta(days=1)


def test_an_old_secret_works_for_a_while_and_nobody_is_surprised_by_its_end(over_http, name):
    old = road.walk(over_http, name)
    new = _rotate(over_http, name, old)
    assert [road.works(over_http, pair) for pair in (old, new)] == [True, True]
    eventually(lambda: _receipt(over_http, name) is ReceiptState.USED, "the receipt of the new secret")
    card = eventually(lambda: road.newest(over_http.person(MAYA), name, Action.KEEP_OLD), "the card of the rotation")
    over_http.person(MAYA).press(card, Action.KEEP_OLD)
    eventually(lambda: "put off once" in _said(over_http, name), "the retirement put off")
    over_http.let_pass(13 * DAY - timedelta(hours=2))
    assert road.works(over_http, old), "kept longer"
    assert "is still used" not in _said(over_http, name)
    over_http.let_pass(timedelta(hours=3))
    eventually(lambda: "is still used" in _said(over_http, name), "a warning a day before")
    over_http.let_pass(DAY)
    assert [road.works(over_http, pair) for pair in (old, new)] == [False, True]
    eventually(lambda: "The old secret no longer works" in _said(over_http, name), "word of its end")
    assert road.newest(over_http.person(MAYA), name, Action.RETIRE_OLD) is None
    books = soundness.check(over_http)
    assert [secret.state for secret in books.credential(name).secrets] == [SecretState.RETIRED, SecretState.LIVE]
    told = books.kinds(name)
    assert (told["secret:rotated"], told["secret:kept"], told["secret:retired"]) == (1, 1, 1)


def test_an_old_secret_that_may_be_compromised_ends_at_the_press(over_http, name):
    old = road.walk(over_http, name)
    new = _rotate(over_http, name, old)
    card = eventually(lambda: road.newest(over_http.person(MAYA), name, Action.LEAKED_OLD), "the card of the rotation")
    over_http.person(MAYA).press(card, Action.LEAKED_OLD)
    eventually(lambda: not road.works(over_http, old), "the end of the old secret")
    assert road.works(over_http, new)
    assert soundness.check(over_http).kinds(name)["secret:retired"] == 1


def _rotate(program, name, shown):
    """Ask for it, and reveal: the owner's own rotation needs nobody's approval."""
    assert road.works(program, shown)
    road.ask(program, f"{name}-other")
    other = road.card(program, f"{name}-other")  # a message with a button that can be made to say another thing
    mark = ChangeMark(Kind.ROTATE, soundness.glance(program).credential(name).id).pack()
    claims = {"action_id": Action.CHANGE, "value": mark}
    forging.press(program, other, Action.APPROVE, by=MAYA, heard_by=MAYA, **claims)
    maya = program.person(MAYA)
    eventually(lambda: (maya.view() or {}).get("callback_id") == Callback.CHANGE, "the form of a rotation")
    assert maya.submit() == {}
    before = road.all_shown(program, name)
    maya.press(road.offer(program, name), Action.REVEAL)
    return eventually(lambda: [pair for pair in road.all_shown(program, name) if pair not in before], "a new secret")[
        -1
    ]


def _receipt(program, name):
    return soundness.glance(program).credential(name).newest.receipt


def _said(program, name):
    return "\n".join(words(m["blocks"]) for m in program.person(MAYA).messages() if road.tells_of(m, name))
