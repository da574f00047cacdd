"""In the real program: an approver is away, somebody decides in their stead, it ends; killed in between it goes on."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from bot.slack.ids import Action, Block, Callback
from tests.support import road, soundness
from tests.support.killing import INTERRUPTED
from tests.support.live import ANA, BEN, MAYA, SAM
from tests.support.sandbox import words

pytestmark = pytest.mark.scenario


@pytest.mark.parametrize("mode", ["http", "socket"])
def test_whoever_stands_in_is_asked_decides_and_counts_with_the_one_who_is_away_once(program_of, mode):
    name = f"standing-in-{mode}"
    with program_of(mode) as program:
        road.walk(program, f"{name}-before")  # a vote, so that the program knows who is in the group
        _stand_in(program)
        _told(program, "asks you to decide")
        road.ask(program, name, role=road.SUPER_ADMIN)
        asked = road.wait(
            program, lambda: road.newest(program.person(SAM), name, Action.APPROVE), "the question to Sam"
        )
        assert f"you are standing in for <@{ANA}>" in words(asked["blocks"])
        program.person(SAM).press(asked, Action.APPROVE)
        road.wait(program, lambda: _card_says(program, name, f"<@{SAM}> for <@{ANA}> ✓"), "the vote of Sam")
        road.approve(program, name, BEN)
        assert road.works(program, road.reveal(program, name))
        _come_back(program)
        _told(program, "no longer stand in")
        told = soundness.check(program).kinds(name)
        assert (told["vote:cast"], told["credential:issued"]) == (2, 1)


@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_somebody_is_named_they_stand_in_or_can_be_named_again(program_of, when):
    with program_of("http", world="mortal") as program:
        road.walk(program, f"absence-killed-{when}")
        before = _entries(program)
        _open(program, Callback.DELEGATE)
        program.kill_at(when, "delegation:begun")
        with suppress(*INTERRUPTED):
            _name(program)
        program.wait_killed()
        program.spare()
        program.start()
        program.person(ANA).close()
        if when == "before":
            _stand_in(program)
        _told(program, "asks you to decide")
        _come_back(program)
        assert _entries(program) - before == {"delegation:begun": 1, "delegation:ended": 1}


def _entries(program):
    """How many entries there are of each kind that tells of absences."""
    kinds = (entry.event.kind for entry in soundness.check(program).entries)
    return Counter(kind for kind in kinds if kind.startswith("delegation:"))


def _stand_in(program):
    """Ana names Sam."""
    _open(program, Callback.DELEGATE)
    _name(program)


def _name(program):
    last_day = datetime.now(UTC).date() + timedelta(days=3)
    named = {Block.DELEGATE: {Action.ENTRY: SAM}, Block.UNTIL: {Action.ENTRY: f"{last_day}"}}
    assert program.person(ANA).submit(named) == {}
    program.person(ANA).close()


def _come_back(program):
    """Ana ends it."""
    _open(program, Callback.DELEGATION_END)
    assert program.person(ANA).submit() == {}
    program.person(ANA).close()


def _open(program, form):
    ana = program.person(ANA)
    ana.command("/cred delegate")
    road.wait(program, lambda: (ana.view() or {}).get("callback_id") == form, f"the form {form}")


def _told(program, what):
    sam = program.person(SAM)
    road.wait(program, lambda: any(what in words(message["blocks"]) for message in sam.messages()), "word to Sam")


def _card_says(program, name, text):
    found = (m for m in program.person(MAYA).messages(road.CHANNEL) if road.tells_of(m, name))
    return any(text in words(message["blocks"]) for message in found)
