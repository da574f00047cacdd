"""The end of the program, the next beginning, and the second one that may not begin."""

import signal

import pytest

from bot.slack.ids import Action
from tests.support import road, soundness
from tests.support.live import MAYA
from tests.support.sandbox import PATIENCE, eventually, words

pytestmark = pytest.mark.scenario


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_cleanly_with_everything_signed_and_goes_on_with_the_same(program, name, number):
    pair = road.walk(program, name)
    assert program.stop(number) == 0, program.log
    assert program.log.rstrip().endswith("Stopped.")
    size = len(soundness.read(program).entries)
    assert (program.places.checkpoints / "latest").read_text().splitlines()[1] == str(size)
    program.start()
    assert road.works(program, pair)
    maya = program.person(MAYA)
    maya.command(f"/cred show {name}")
    eventually(lambda: any(pair.client_id in words(m["blocks"]) for m in maya.ephemerals()), "the credential")
    maya.press(pair.message, Action.STORED)
    eventually(lambda: road.shown(program, name) is None, "the end of the message")


def test_what_was_asked_before_a_stop_is_decided_after_it(program, name):
    road.ask(program, name)
    card = road.card(program, name)
    assert program.stop() == 0
    program.start()
    program.person(road.ANA).press(card, Action.APPROVE)
    assert road.works(program, road.reveal(program, name))


def test_a_second_process_on_the_same_database_is_refused(over_http):
    before = len(over_http.log)
    second = over_http.launch(PORT=str(over_http.port + 1))
    assert second.wait(PATIENCE) == 2
    said = [line for line in over_http.log[before:].splitlines() if line.startswith("cred:")]
    assert len(said) == 1
    assert f"Another process ({over_http.process.pid}) works with" in said[0]
    assert over_http.running
