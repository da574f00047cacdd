"""Programs that are lent from test to test: a start costs a second, and no test needs a world of its own to be right.

Each test takes names of its own. After it, whatever it broke is mended, and the promises must hold; a program of which
they do not is thrown away, so that one failure is one failure. One that has served for long is replaced as well, since
to look over all that it holds takes longer than a start by then.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.support import soundness
from tests.support.composing import POLICY, a_program, check_manners
from tests.support.live import ANA, BEN, MAYA, SAM, Program
from tests.support.sandbox import eventually

NINA, OLAF = "U0NINA000", "U0OLAF000"
"""Two more admins, who have not accepted the terms yet."""
WIDER = POLICY.replace('admins = ["U0MAYA000"]', f'admins = ["{MAYA}", "{NINA}", "{OLAF}"]')
APPROVERS = [ANA, BEN]
GROUP = "S0APPROVE"


LENT_AT_MOST = 10
"""Tests on one program."""


class Keeper:
    """One program for each mode and each world: in one time flies, in another programs die, and neither minds."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        self._folders = folders
        self._kept: dict[tuple[str, str], tuple[Program, ExitStack]] = {}
        self._lent: Counter[str] = Counter()

    @contextmanager
    def lend(self, mode: str, world: str = "common") -> Iterator[Program]:
        """A program that runs; mended and checked afterwards."""
        program, stack = self._kept.pop((mode, world), None) or self._new(mode)
        with stack:
            yield program
            _mend(program)
            soundness.check(program)
            check_manners(program)
            self._lent[program.url] += 1
            if self._lent[program.url] < LENT_AT_MOST:
                self._kept[mode, world] = program, stack.pop_all()

    def close(self) -> None:
        """Leave no process behind."""
        for _, stack in self._kept.values():
            stack.close()

    def _new(self, mode: str) -> tuple[Program, ExitStack]:
        with ExitStack() as stack:
            folder = self._folders.mktemp(mode)
            program = stack.enter_context(a_program(folder, mode=mode, policy=WIDER))
            for person, name in ((NINA, "Nina Holm"), (OLAF, "Olaf Berg")):
                program.control.add_person(person, name, is_admin=True, channels=["C0APPROVE"])
            return program, stack.pop_all()
        raise AssertionError("unreachable")


def _mend(program: Program) -> None:
    program.spare()
    program.refuse_replies(yes=False)
    program.control.heal()
    if not program.running:
        program.start()
    if program.over_a_socket:
        eventually(program.workspace.connected, "a connection")
    for person in (MAYA, SAM, *APPROVERS):
        program.control.change_person(person, deleted=False, present=True)
        while program.person(person).view() is not None:
            program.person(person).close()
    program.control.set_group(GROUP, APPROVERS)
    eventually(lambda: _has_heard_it(program), "the program to know who is there again")
    eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")


def _has_heard_it(program: Program) -> bool:
    """Whether the program's copy of the workspace is as it was: it acknowledges an event before it looks at it."""
    with soundness.view(program) as connection:
        left = connection.execute(text("SELECT count(*) FROM member WHERE NOT active")).scalar_one()
        left += connection.execute(text("SELECT count(*) FROM leaver")).scalar_one()
        group = connection.execute(text('SELECT "user" FROM group_member WHERE "group" = :group'), {"group": GROUP})
        return left == 0 and set(group.scalars()) == set(APPROVERS)


@pytest.fixture(scope="session")
def keeper(tmp_path_factory):
    """Whoever lends the programs of this worker."""
    made = Keeper(tmp_path_factory)
    yield made
    made.close()


@pytest.fixture(params=["http", "socket"])
def program(request, keeper):
    """The program, once over HTTP and once over Socket Mode."""
    with keeper.lend(request.param) as lent:
        yield lent


@pytest.fixture
def over_http(keeper):
    """The program over HTTP, where the way to it makes no difference."""
    with keeper.lend("http") as lent:
        yield lent


@pytest.fixture
def mortal(keeper):
    """A program that dies and comes back, and in which no time passes that would bring work of its own."""
    with keeper.lend("http", world="mortal") as lent:
        yield lent


@pytest.fixture
def program_of(keeper):
    """The program, in a mode that the test says."""
    return keeper.lend


@pytest.fixture
def name():
    """A credential's name that nobody has."""
    return f"job-{uuid4().hex[:10]}"
