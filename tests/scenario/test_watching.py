"""Watched channels, in the real program: what is pasted where the bot is reaches those who must know, once."""

import pytest

from tests.support import road, soundness
from tests.support.composing import POLICY, a_program
from tests.support.live import ANA, MAYA, SAM
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario

WATCHING = f"{POLICY}\n[leaks]\nwatch_channels = true\n"
AROUND = "xyzzy-plugh"
"""Stands around the secret in every message."""


def test_a_pasted_secret_is_told_of_once_however_often_it_stands_there(tmp_path):
    with a_program(tmp_path, mode="http", policy=WATCHING, watch=True) as program:
        pair = road.walk(program, "watched")
        control, maya, sam = program.control, program.person(MAYA), program.person(SAM)
        text = f"{AROUND} {pair.secret}"
        control.write("C0GENERAL", user=ANA, text=text)  # where the bot is not, it hears nothing
        sam.say(text, road.CHANNEL)
        first = control.messages(road.CHANNEL)[-1]["ts"]
        for number in range(3):
            control.write(road.CHANNEL, first, user=SAM, text=f"{number} {text}")
        control.write(road.CHANNEL, user=SAM, text=text, thread_ts=first)
        control.write(road.CHANNEL, bot_id="B0OTHER", subtype="bot_message", attachments=[{"text": text}])
        control.write(road.CHANNEL, user=SAM, subtype="file_share", files=[{"title": AROUND, "preview": text}])
        control.delete(road.CHANNEL, first)
        eventually(lambda: len(_heard(program)) == 8, "every message but the one where the bot is not")
        cards = eventually(lambda: _cards(maya.messages()), "word to the owner")
        eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")
        assert len(_cards(maya.messages())) == len(cards) == len(_cards(sam.messages("C0SECURITY"))) == 1
        assert f"I saw its secret in <#{road.CHANNEL}>" in words(cards[0]["blocks"])
        assert soundness.check(program).kinds("watched")["secret:leaked"] == 1
        program.stop()
        kept = [content for file, content in program.files() if file.stem != "workspace"]
        assert not any(AROUND.encode() in each for each in kept)
        assert pair.secret not in program.log


def _heard(program):
    answered = [each for each in program.control.deliveries("events_api") if each["attempts"]]
    return [each for each in answered if each["payload"]["event"]["type"] == "message"]


def _cards(messages):
    return [each for each in messages if "found in the open" in words(each["blocks"])]
