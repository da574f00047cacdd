"""The real program over a real PostgreSQL: as a role that can change no entry, whole and in parts, raced and killed."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

import psycopg
import pytest

from bot.domain.credential import Delivery
from bot.domain.request import State
from bot.slack.ids import Action
from tests.support import road, soundness
from tests.support.birth import ROOT
from tests.support.composing import a_program
from tests.support.killing import kill_somewhere
from tests.support.live import ANA, BEN, MAYA
from tests.support.postgres import Handed
from tests.support.sandbox import PATIENCE, ActRefusedError, eventually

pytestmark = pytest.mark.scenario


@pytest.fixture
def hosted(postgres):
    return Handed.new(postgres)


@pytest.fixture
def program(hosted, tmp_path):
    """The whole of it in one process."""
    with a_program(tmp_path, mode="http", database=hosted) as made:
        yield made


@contextmanager
def part(program, which, **changes):
    """Another process over the same database."""
    process = program.launch(CRED_TEST_PART=which, **changes)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in {0, -signal.SIGKILL}, program.log


def run(program, *command):
    """A command as an operator or an auditor runs it; what it says."""
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env=program.settings, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_road_is_walked_verified_and_looked_over_as_a_role_that_can_change_no_entry(program, hosted, name):
    pair = road.walk(program, name, role=road.SUPER_ADMIN)
    assert road.works(program, pair)
    assert soundness.check(program).request(name).state is State.FULFILLED
    vkey = ("--vkey", str(program.places.verifier_file))
    for command in (
        ("bot.cli", "verify"),
        ("ledger", "verify", "--database", program.places.database_url, *vkey),
        ("ledger", "verify", "--database", program.places.database_url, *vkey, "--key", str(program.places.key.file)),
    ):
        code, said = run(program, *command)
        assert (code, "The log is sound" in said or "sound" in said) == (0, True), said
    code, said = run(program, "bot.cli", "doctor")
    assert "it may add entries to the ledger, and change none" in said
    assert hosted.role not in said
    for command in (("bot.cli", "migrate"), ("bot.cli", "keys", "rotate-data")):
        code, said = run(program, *command)
        assert (code, "Stop every `cred serve`" in said) == (2, True), said
    code, said = run(program, "bot.cli", "backup", str(program.folder / "copy.db"))
    assert (code, "pg_dump" in said) == (2, True), said
    assert program.stop() == 0
    assert run(program, "bot.cli", "keys", "rotate-data")[0] == 0
    code, said = run(program, "bot.cli", "init")
    assert (code, "already" in said) == (2, True), said
    with psycopg.connect(hosted.owner, autocommit=True) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("TRUNCATE ledger_entry CASCADE")
    program.start()
    assert road.works(program, pair)


def test_killed_at_any_instant_it_goes_on_where_it_stood(program):
    """Who starts cannot know that nobody else is in the middle of something: it waits for the lease."""

    def let_leases_end():
        program.let_pass(program.windows.lease + timedelta(minutes=1))
        eventually(lambda: not _under_way(program), "the end of what was under way")

    for number in range(4):
        kill_somewhere(program, number, settle=let_leases_end)


def _under_way(program):
    books = soundness.read(program)
    begun = {State.EXECUTING, State.UNRESOLVED}
    pending = [c for c in books.credentials if c.newest.delivery is Delivery.PENDING]
    return pending or [request for request in books.requests if request.state in begun]


def test_two_that_serve_one_database_race_clicks_and_the_clock_and_each_thing_happens_once(hosted, tmp_path):
    with a_program(tmp_path, mode="http", database=hosted) as program, ExitStack() as others:
        other = str(program.port + 1)
        others.enter_context(part(program, "", PORT=other, CRED_PUBLIC_URL=f"http://127.0.0.1:{other}"))
        eventually(lambda: program.log.count("serves") == 2, "the second one")
        names = [f"race-{number}" for number in range(4)]
        for name in names:
            road.ask(program, name)
        cards = [road.card(program, name) for name in names]
        almost = program.windows.request - timedelta(seconds=2)
        program.let_pass(almost)  # the clock is about to lapse what people are about to approve

        def press(number):
            with suppress(ActRefusedError):
                program.person((ANA, BEN)[number % 2]).press(cards[number % len(cards)], Action.APPROVE)

        with ThreadPoolExecutor(8) as threads:
            list(threads.map(press, range(24)))
        program.let_pass(timedelta(seconds=5))
        decided = {State.APPROVED, State.LAPSED}
        eventually(lambda: {soundness.read(program).request(name).state for name in names} <= decided, "the end")
        books = soundness.check(program)
        for name in names:
            told = books.kinds(name)
            assert told["vote:cast"] <= 1
            assert told["vote:cast"] + told["request:closed"] == 1
        eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")
        for name in names:
            assert len([m for m in program.person(ANA).messages(road.CHANNEL) if road.tells_of(m, name)]) == 1


def test_what_a_web_process_writes_a_worker_sends_and_another_takes_over_when_that_is_killed(hosted, tmp_path, name):
    with a_program(tmp_path, mode="http", database=hosted) as program:
        program.stop()
        program.settings["CRED_TEST_PART"] = "--web"
        with part(program, "--worker") as first:
            eventually(lambda: "This process: worker only" in program.log, "the worker")
            program.start()
            road.ask(program, name)
            road.approve(program, name)
            with part(program, "--worker"):
                eventually(lambda: program.log.count("This process: worker only") == 2, "the second worker")
                first.kill()
                assert road.works(program, road.reveal(program, name))
                eventually(lambda: soundness.waiting_notices(program) == 0, "an empty outbox")
                assert soundness.check(program).request(name).state is State.FULFILLED
                assert len([m for m in program.person(MAYA).messages() if road.has_button(m, Action.STORED)]) == 1
        assert program.stop() == 0
