"""SIGKILL at the commits of a rotation, a deletion, a suspension and a transfer, right before and right after.

After each the promises hold, whoever acted goes on from what they are offered, and everything happened once: the
secrets that log in are those that would without the kill.
"""

from collections import Counter
from contextlib import suppress

import pytest

from tests.support import road, soundness
from tests.support.finishing import INTERRUPTED
from tests.support.killing import kill_a_life
from tests.support.lives import Life
from tests.support.sandbox import eventually

pytestmark = pytest.mark.scenario

BOUNDARIES = {
    "rotate": {
        "request:opened+request:allowed": 1,
        "request:started": 1,
        "secret:rotated": 1,
        "secret:shown": 1,
        "notice": 3,
        "notice:sent": 5,
    },
    "delete": {"request:opened": 1, "vote:cast": 1, "credential:deleting": 1, "notice": 5, "notice:sent": 11},
    "suspend": {"credential:suspended": 1, "notice": 2, "notice:sent": 2},
    "transfer": {"request:opened": 1, "vote:cast": 1, "credential:transferred": 1, "notice": 6, "notice:sent": 14},
}
"""Every commit of a writing transaction in each of them, by the entries that it holds, and how many there are of it."""
DEATHS = [(part, label) for part, told in BOUNDARIES.items() for label in told if not label.startswith("notice")]
"""At each commit but the outbox's, which are alike: `test_kills` has them all."""
RANDOM = 4


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("part", "label"), DEATHS)
def test_killed_at_a_commit_it_goes_on_where_it_stood(mortal, name, part, label, when):
    life = _begun(mortal, name)
    mortal.kill_at(when, label)
    with suppress(*INTERRUPTED):
        getattr(life, part)()
    mortal.wait_killed()
    mortal.spare()
    mortal.start()
    life.finish(part)


@pytest.mark.parametrize("part", BOUNDARIES)
def test_the_boundaries_are_all_that_there_are(mortal, name, part):
    life = _begun(mortal, name)
    mortal.commits()
    getattr(life, part)()
    _rest(mortal)
    assert Counter(mortal.acts()) == BOUNDARIES[part]


@pytest.mark.parametrize("number", range(RANDOM))
def test_killed_at_any_instant_it_goes_on_where_it_stood(program_of, number):
    with program_of("socket" if number % 4 == 0 else "http", world="mortal") as program:
        kill_a_life(program, number, sorted(BOUNDARIES)[number % len(BOUNDARIES)])


def _begun(program, name):
    """A credential whose outbox has come to rest."""
    life = Life(program, name, road.walk(program, name))
    _rest(program)
    return life


def _rest(program):
    """Until nothing waits in the outbox."""
    eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")
