"""Somebody leaves: what they own is offered in the channel, what waited for them ends, whoever told of it."""

import pytest

from bot.domain.kind import Kind
from bot.domain.request import State
from bot.slack.ids import Action, Block, Callback
from tests.support import lives, road, soundness
from tests.support.live import ANA, MAYA, SAM
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario


@pytest.fixture
def workspace(mortal):
    """A program that can be away; Sam is there again afterwards."""
    yield mortal
    mortal.control.change_person(SAM, deleted=False)


@pytest.mark.parametrize("told", [True, False], ids=["Slack says so", "it is found at the next look"])
def test_what_somebody_who_left_owns_is_taken_over(workspace, name, told):
    road.walk(workspace, name, owner=SAM)
    road.walk(workspace, f"{name}-too", owner=SAM)
    road.ask(workspace, f"{name}-next", owner=SAM)
    workspace.control.change_person(SAM, deleted=True, silent=not told)
    if not told:
        workspace.restart()
    offered = eventually(lambda: _offer(workspace, name), "the offer in the channel")
    eventually(lambda: "whose press it needed has left" in _said(workspace, f"{name}-next"), "word to the requester")
    assert soundness.glance(workspace).request(f"{name}-next").state is State.WITHDRAWN
    maya = workspace.person(MAYA)
    maya.press(_alone(offered, name), Action.CHANGE)
    view = eventually(lambda: _form(maya), "the form of a transfer")
    assert MAYA in str(view), "who presses is proposed as the owner"
    assert maya.submit({Block.REASON: {Action.ENTRY: "It is our team's."}}) == {}
    road.approve(workspace, name, ANA)
    request = soundness.check(workspace).request(name)
    assert (request.asked.kind, request.asked.owner, request.state) == (Kind.TRANSFER, MAYA, State.APPROVED)
    assert len([m for m in workspace.person(ANA).messages(road.CHANNEL) if _offers(m, name)]) == 1
    lives.accept(workspace, name, MAYA)
    assert soundness.check(workspace).kinds(name)["credential:transferred"] == 1
    eventually(lambda: _offer(workspace, name) is None, "the end of the offer")
    assert _offer(workspace, f"{name}-too") is not None, "the other is still without an owner"


def _form(person):
    view = person.view()
    return view if view is not None and view["callback_id"] == Callback.CHANGE else None


def _offer(program, name):
    return next((m for m in program.person(MAYA).messages(road.CHANNEL) if _offers(m, name)), None)


def _offers(message, name):
    """Whether that one can be taken over here: there may be others, of other tests on this program."""
    return road.has_button(_alone(message, name), Action.CHANGE)


def _alone(message, name):
    """The message with no more than what it says of that credential, and the button beside it."""
    return {**message, "blocks": [block for block in message["blocks"] if f"`{name}`" in words(block)]}


def _said(program, name):
    return "\n".join(words(m["blocks"]) for m in program.person(MAYA).messages() if road.tells_of(m, name))
