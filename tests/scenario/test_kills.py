"""SIGKILL at every commit of add, vote and reveal, right before and right after, and at random instants.

After each the promises hold (`tests.support.soundness`), and the road can be walked to a login.
"""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, starmap

import pytest

from bot.slack.ids import Action
from tests.support import road, soundness
from tests.support.finishing import INTERRUPTED, finish
from tests.support.keeping import NINA, OLAF
from tests.support.killing import kill_somewhere
from tests.support.live import ANA, BEN, MAYA
from tests.support.sandbox import eventually

pytestmark = pytest.mark.scenario

ROLE = road.SUPER_ADMIN


def numbered(label, times):
    """Of one label, as the child counts them: `label`, `label#2`, …."""
    return [label, *(f"{label}#{n}" for n in range(2, times + 1))]


BOUNDARIES = {
    "add": ["request:opened", *numbered("notice", 3), *numbered("notice:sent", 3)],
    "vote": [*numbered("vote:cast", 2), "notice", *numbered("notice:sent", 5)],
    "reveal": ["request:started", "credential:issued", "secret:shown", *numbered("notice:sent", 2)],
}
"""Every commit of a writing transaction in each part of the road, by the entries that it holds; `notice`, which holds
none, is the outbox's mark that a new message is about to go out."""
RANDOM = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the road: what comes before it, and itself."""

    program: object
    name: str

    def add(self, *, prepare):
        if not prepare:
            road.ask(self.program, self.name, role=ROLE)
            road.card(self.program, self.name)

    def vote(self, *, prepare):
        if prepare:
            road.ask(self.program, self.name, role=ROLE)
            road.card(self.program, self.name)
        else:
            road.approve(self.program, self.name, ANA)
            road.approve(self.program, self.name, BEN)

    def reveal(self, *, prepare):
        if prepare:
            road.ask(self.program, self.name, role=ROLE)
            for approver in (ANA, BEN):
                road.approve(self.program, self.name, approver)
            road.offer(self.program, self.name)
        else:
            program = self.program
            program.person(MAYA).press(road.offer(program, self.name), Action.REVEAL)
            road.wait(program, lambda: road.shown(program, self.name), "the secret")

    def prepared(self, part):
        """Walk up to a part, and let the outbox come to rest."""
        getattr(self, part)(prepare=True)
        _rest(self.program)
        return getattr(self, part)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("part", "label"), [(part, label) for part, labels in BOUNDARIES.items() for label in labels])
def test_killed_at_a_commit_it_goes_on_where_it_stood(mortal, name, part, label, when):
    _accept_the_terms(mortal, name)
    act = Part(mortal, name).prepared(part)
    mortal.kill_at(when, label)
    with suppress(*INTERRUPTED):
        act(prepare=False)
    mortal.wait_killed()
    mortal.spare()
    mortal.start()
    finish(mortal, name, ROLE)


@pytest.mark.parametrize("part", BOUNDARIES)
def test_the_boundaries_are_all_that_there_are(mortal, name, part):
    _accept_the_terms(mortal, name)
    act = Part(mortal, name).prepared(part)
    mortal.commits()
    act(prepare=False)
    _rest(mortal)
    told = Counter(mortal.acts())
    assert sorted(chain.from_iterable(starmap(numbered, told.items()))) == sorted(BOUNDARIES[part])


@pytest.mark.parametrize(("when", "who"), [("before", NINA), ("after", OLAF)])
def test_killed_while_the_terms_are_accepted_it_asks_once_more_or_not_at_all(mortal, name, when, who):
    mortal.kill_at(when, "terms:accepted")
    with suppress(*INTERRUPTED):
        road.ask(mortal, name, by=who)
    mortal.wait_killed()
    mortal.spare()
    mortal.start()
    asks_again = when == "before"
    mortal.person(who).close()
    mortal.person(who).command("/cred add")
    view = eventually(mortal.person(who).view, "what opens")
    assert (view["callback_id"] == "form.terms") is asks_again
    finish(mortal, name, road.READ_ONLY, by=who)


@pytest.mark.parametrize("number", range(RANDOM))
def test_killed_at_any_instant_it_goes_on_where_it_stood(program_of, number):
    with program_of("socket" if number % 4 == 0 else "http", world="mortal") as program:
        kill_somewhere(program, number)


def _accept_the_terms(program, name):
    """So that what is counted is the part alone, whoever was first on this program."""
    road.fill_in(program, name)


def _rest(program):
    """Until nothing waits in the outbox."""
    eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")
