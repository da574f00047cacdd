"""SIGKILL at the commits of what happens by the clock, right before and right after: repeated, it happens once.

Each program has a folder of its own: whoever moves its clock moves no other's.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from bot.domain.credential import Credential, State
from bot.domain.kind import Kind
from bot.slack.ids import Action
from tests.support import lives, road, soundness
from tests.support.composing import POLICY, a_program
from tests.support.live import ANA, MAYA, SAM, Program
from tests.support.sandbox import eventually, words

pytestmark = pytest.mark.scenario
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Due:
    """Something that becomes due of a credential, and what everybody sees of it afterwards."""

    entry: str
    said: str
    comes: Callable[[Credential], datetime]
    done: Callable[[Credential], bool]
    before: Callable[[Program, str], object] = lambda _program, _name: None
    told: tuple[str, ...] = (MAYA, road.CHANNEL)


def _rotated(program, name):
    lives.ask(program, Kind.ROTATE, name)
    lives.reveal_new(program, name)


DUE = {
    "warned": Due(
        "warning:raised",
        "Expires to",
        comes=lambda found: found.expires_at - 12 * HOUR,  # the last day: told whatever the working hours are
        done=lambda found: found.plan.told is not None,
    ),
    "expired": Due(
        "credential:expired",
        "Expired:",
        comes=lambda found: found.expires_at + HOUR,
        done=lambda found: found.state is State.EXPIRED,
    ),
    "retired": Due(
        "secret:retired",
        "The old secret no longer works",
        before=_rotated,
        comes=lambda found: found.retiring.retire_at + HOUR,
        done=lambda found: found.retiring is None,
        told=(MAYA,),
    ),
    "deleted": Due(
        "credential:deleted",
        "Deleted:",
        before=lambda program, name: lives.approved(program, Kind.DELETE, name),
        comes=lambda found: found.undo_until + HOUR,
        done=lambda found: found.state is State.DELETED,
        told=(MAYA, MAYA, road.CHANNEL),  # who owns it, who asked for it
    ),
}


@pytest.fixture
def program(tmp_path):
    with a_program(tmp_path, mode="http") as started:
        yield started


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", DUE)
def test_killed_at_its_commit_it_happens_once(program, name, what, when):
    due, pair = DUE[what], road.walk(program, name)
    due.before(program, name)
    _rest(program)
    program.kill_at(when, due.entry)
    program.let_pass(due.comes(lives.credential(program, name)) - program.now())
    program.wait_killed()
    program.spare()
    program.start()
    eventually(lambda: due.done(lives.credential(program, name)), what)
    _rest(program)
    assert soundness.check(program).kinds(name)[due.entry] == 1
    assert _told(program, name, due.said) == Counter(due.told)
    assert road.works(program, pair) is (what == "warned")


def test_killed_at_the_commit_of_an_escalation_the_next_tier_is_asked_once(tmp_path):
    policy = f'{POLICY}\n[escalation]\nwho = ["{SAM}"]\nafter = "1d"\n'
    with a_program(tmp_path, mode="http", policy=policy) as program:
        for when in ("before", "after"):
            name = f"undecided-{when}"
            road.ask(program, name)
            _rest(program)
            program.kill_at(when, "request:escalated")
            program.let_pass(25 * HOUR)
            program.wait_killed()
            program.spare()
            program.start()
            eventually(lambda name=name: _asked(program, name), "the question to Sam")
            _rest(program)
            assert soundness.check(program).kinds(name)["request:escalated"] == 1
            assert len(_asked(program, name)) == 1


def _asked(program, name):
    """The messages in which Sam is asked to decide that request."""
    return [m for m in program.person(SAM).messages() if road.tells_of(m, name) and road.has_button(m, Action.APPROVE)]


def _rest(program):
    """Until nothing waits in the outbox."""
    eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")


def _told(program, name, said):
    """Where that is said of it, and how often."""
    places = {MAYA: program.person(MAYA).messages(), road.CHANNEL: program.person(ANA).messages(road.CHANNEL)}
    about = ((place, m) for place, messages in places.items() for m in messages if road.tells_of(m, name))
    return Counter(place for place, message in about if said in words(message["blocks"]))
