"""Jobs and the outbox run on, whatever fails in them."""

import logging
import threading
from datetime import datetime, timedelta

import pytest

from bot.scheduler import Guard, Job, Outbox, Scheduler
from tests.support.fakes import FakeClock, FakeEntropy

PATIENCE = 60.0


@pytest.fixture
def guard():
    return Guard(FakeEntropy())


class Sends:
    """What an outbox is given to do: counts its rounds, fails as often as it is told, says what is due next."""

    def __init__(self, failures=0, due=()):
        self.rounds = 0
        self.failures = failures
        self.due = list(due)
        self.done = threading.Semaphore(0)

    def __call__(self):
        self.rounds += 1
        self.done.release()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("Slack is on fire")
        return self.due.pop(0) if self.due else None

    def wait(self):
        assert self.done.acquire(timeout=PATIENCE)


@pytest.fixture
def outbox(guard):
    made = []

    def make(sends):
        bell = threading.Event()
        made.append(Outbox(sends, bell, FakeClock(), guard))
        made[-1].start()
        return bell

    yield make
    for each in made:
        each.stop(PATIENCE)
    assert not [thread for thread in threading.enumerate() if thread.name == "outbox"]


def test_what_was_left_is_sent_at_the_start_and_more_when_the_bell_rings(outbox):
    sends = Sends()
    bell = outbox(sends)
    sends.wait()
    bell.set()
    sends.wait()


def test_what_is_due_next_is_sent_without_a_bell(outbox):
    sends = Sends(due=[FakeClock().now()])
    outbox(sends)
    sends.wait()
    sends.wait()


def test_a_failure_is_logged_under_a_reference_and_the_outbox_goes_on(outbox, caplog):
    sends = Sends(failures=1)
    bell = outbox(sends)
    sends.wait()
    bell.set()
    sends.wait()
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "outbox" in record.getMessage()
    assert "reference" in record.getMessage()


def test_an_outbox_that_never_started_stops_at_once(guard):
    Outbox(Sends(), threading.Event(), FakeClock(), guard).stop(PATIENCE)


def test_a_job_runs_again_after_it_failed_and_one_at_a_time(guard, caplog):
    turns, at_once, most = threading.Semaphore(0), [], []

    def run():
        at_once.append(None)
        most.append(len(at_once))
        turns.release()
        at_once.pop()
        raise ValueError("no")

    scheduler = Scheduler([Job(name="check", run=run, every=timedelta(seconds=0.02), at_once=True)], guard)
    scheduler.start()
    for _ in range(3):
        assert turns.acquire(timeout=PATIENCE)
    scheduler.stop()
    assert set(most) == {1}
    assert "The check failed, reference" in caplog.text


def test_a_job_that_is_not_for_the_start_waits_for_its_turn(guard):
    first, second = threading.Event(), threading.Event()
    jobs = [
        Job(name="now", run=first.set, every=timedelta(hours=1), at_once=True),
        Job(name="later", run=second.set, every=timedelta(hours=1)),
    ]
    scheduler = Scheduler(jobs, guard)
    scheduler.start()
    assert first.wait(PATIENCE)
    scheduler.stop()
    assert not second.is_set()


def test_a_clock_that_is_set_back_stops_no_job(guard, monkeypatch, caplog):
    class Wall(datetime):
        step = timedelta()

        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + cls.step

    for place in (
        "apscheduler.schedulers.base.datetime",
        "apscheduler.triggers.interval.datetime",
        "bot.scheduler.datetime",
    ):
        monkeypatch.setattr(place, Wall)
    turns = threading.Semaphore(0)
    scheduler = Scheduler([Job(name="check", run=turns.release, every=timedelta(seconds=0.02), at_once=True)], guard)
    scheduler.start()
    assert turns.acquire(timeout=PATIENCE)
    Wall.step = -timedelta(hours=1)
    for _ in range(10):
        assert turns.acquire(timeout=PATIENCE)
    scheduler.stop()
    assert caplog.text.count("The clock was set back; the check runs now") == 1


def test_a_scheduler_that_never_started_stops_at_once(guard):
    Scheduler([], guard).stop()
