"""Credentials that live elsewhere, in the real program: added by clicks, and taken over from a sheet beside it."""

import time
from collections import Counter

import pytest

from bot.domain.credential import State
from bot.slack.ids import Action, Block
from tests.support import road, soundness, spreadsheets
from tests.support.live import ANA, MAYA, Program
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario

VENDOR = "sophos-central"


def ask(program: Program, name: str) -> None:
    """The add form, with the vendor chosen, approved by Ana."""
    typed = road.fill_in(program, name)
    maya = program.person(MAYA)
    assert maya.submit({**typed, Block.AUTHORITY: {Action.ENTRY: VENDOR}}) == {}
    road.approve(program, name, ANA)


def offer(program: Program, name: str):
    """The message that asks its owner to make it."""
    return road.wait(program, lambda: road.newest(program.person(MAYA), name, Action.MADE), f"the steps for {name}")


def test_it_is_asked_for_approved_made_there_and_tracked(program, name):
    ask(program, name)
    maya, steps = program.person(MAYA), offer(program, name)
    assert "Open API Credentials Management" in words(steps["blocks"])
    assert not road.has_button(steps, Action.REVEAL)
    maya.close()
    maya.press(steps, Action.MADE)
    road.wait(program, maya.view, "the form")
    secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    assert "looks like a secret" in maya.submit({Block.CLIENT: {Action.ENTRY: secret}})[Block.CLIENT]
    assert maya.submit({Block.CLIENT: {Action.ENTRY: f"client.{name}"}}) == {}
    eventually(lambda: "is tracked from now on" in words(maya.view()), "the thanks")
    books = soundness.check(program)
    credential = books.credential(name)
    assert (credential.authority, credential.secrets, credential.state) == (VENDOR, (), State.ACTIVE)
    assert books.kinds(name) == Counter({"request:opened": 1, "vote:cast": 1, "credential:tracked": 1})
    maya.command(f"/cred show {name}")
    eventually(lambda: "only where it lives" in words(maya.ephemerals()[-1]["blocks"]), "its card")
    assert secret not in program.log
    assert not any(secret.encode() in content for _, content in program.files())


def make(program: Program, name: str) -> None:
    """Asked for, approved, and made there."""
    ask(program, name)
    maya = program.person(MAYA)
    maya.close()
    maya.press(offer(program, name), Action.MADE)
    road.wait(program, maya.view, "the form")
    assert maya.submit({Block.CLIENT: {Action.ENTRY: f"client.{name}"}}) == {}
    eventually(lambda: "is tracked from now on" in words(maya.view()), "the thanks")
    maya.close()


def test_its_deletion_is_approved_and_done_there(program, name):
    make(program, name)
    maya = program.person(MAYA)
    maya.command(f"/cred delete {name}")
    road.wait(program, maya.view, "the form")
    reason = {Block.REASON: {Action.ENTRY: "It is not used any more."}, Block.NAME: {Action.ENTRY: name}}
    assert maya.submit(reason) == {}
    maya.close()
    road.approve(program, name, ANA)
    steps = road.wait(program, lambda: road.newest(maya, name, Action.GONE), "what to delete")
    assert "press Delete" in words(steps["blocks"])
    assert soundness.read(program).credential(name).state is State.DELETING
    maya.press(steps, Action.GONE)
    eventually(lambda: soundness.glance(program).credential(name).state is State.DELETED, "its end")
    told = soundness.check(program).kinds(name)
    assert (told["credential:deleting"], told["credential:deleted"]) == (1, 1)


def test_five_hundred_rows_are_in_and_warned_of_within_a_minute_beside_a_bot_that_works(program, name):
    file = spreadsheets.write(program, name, 500)
    began = time.monotonic()
    command = spreadsheets.take_over(program, file)
    pair = road.walk(program, f"{name}-beside")
    told, _ = command.communicate(timeout=60)
    assert command.returncode == 0, told
    road.wait(program, lambda: _warned(program, f"{name}-0"), "the first warning card")
    assert time.monotonic() - began < 60
    assert road.works(program, pair)
    books = soundness.check(program)
    taken = [each for each in books.credentials if each.name.startswith(f"{name}-") and each.tracked]
    assert len(taken) == 500
    assert sum(entry.event.kind == "credential:imported" for entry in books.entries) >= 500


@pytest.mark.parametrize("after", [0.3, 0.9, 1.5, 2.5])
def test_an_import_that_is_killed_is_whole_or_nothing(program, name, after):
    command = spreadsheets.take_over(program, spreadsheets.write(program, name, 400))
    time.sleep(after)  # from before it has read the file until after it has written
    command.kill()
    command.communicate()
    books = soundness.check(program)
    taken = [each for each in books.credentials if each.name.startswith(f"{name}-")]
    assert len(taken) in {0, 400}


def _warned(program: Program, name: str) -> bool:
    """Whether a card in the channel tells of it: nothing else there does, of what nobody here asked for."""
    return any(road.tells_of(message, name) for message in program.person(ANA).messages(road.CHANNEL))
