"""Over the wire: wrong secrets are told to owner and security, and *Diagnose* and `cred credential why` say so."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace

import pytest

from bot.slack.ids import Action
from tests.support import road, soundness
from tests.support.composing import POLICY, a_program
from tests.support.live import MAYA, SAM
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario

TOLD = "3 wrong secrets"
SECURITY = "C0SECURITY"


@pytest.fixture
def watchful(tmp_path):
    """A program whose policy loses its patience soon."""
    with a_program(tmp_path, mode="http", policy=f"{POLICY}\n[logins]\nguesses = 3\n") as program:
        yield program
        soundness.check(program)


def why(program, client_id):
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "credential", "why", client_id],
        env={**program.settings, "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_wrong_secrets_are_reported_and_explained(watchful, name):
    pair = road.walk(watchful, name)
    assert road.works(watchful, pair)
    for _ in range(3):
        assert not road.works(watchful, replace(pair, secret=pair.secret[:-1]))
    maya, sam = watchful.person(MAYA), watchful.person(SAM)
    told = eventually(lambda: _telling(maya.messages()), "the word to the owner", seconds=40)
    eventually(lambda: _telling(sam.messages(SECURITY)), "the word to security", seconds=40)
    seen = len(maya.ephemerals())
    maya.press(told, Action.DIAGNOSE)
    eventually(lambda: maya.ephemerals()[seen:], "the diagnosis")
    assert "mistyped or cut off" in words(maya.ephemerals()[-1]["blocks"])
    code, said = why(watchful, pair.client_id)
    assert (code, said.count("\n")) == (1, 2)
    assert "shows a wrong secret" in said
    watchful.stop()
    kinds = soundness.read(watchful).kinds(name)
    told = Counter({"secret:guessed": 1, "credential:used": 1, "credential:refused": 1})
    assert kinds & told == told
    watchful.start()


def _telling(messages):
    return next((each for each in messages if TOLD in words(each["blocks"])), None)
