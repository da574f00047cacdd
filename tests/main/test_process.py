"""A process is told to stop by a signal, wherever that meets it."""

import signal
import sys
import threading

import pytest

from bot.main.process import Stop


@pytest.fixture
def stop():
    """Asked for by a signal that means nothing else."""
    made = Stop()
    before = signal.signal(signal.SIGUSR2, lambda _number, _frame: made.ask())
    yield made
    signal.signal(signal.SIGUSR2, before)


def test_nobody_asked(stop):
    assert not stop.asked
    assert not stop.wait(0.01)


def test_a_signal_ends_the_wait(stop):
    timer = threading.Timer(0.05, lambda: signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR2))
    timer.start()
    assert stop.wait()
    timer.join()
    assert stop.asked
    assert stop.wait()


@pytest.mark.timeout(30)
def test_a_signal_at_any_line_of_the_wait_ends_it(stop):
    def at_each_line(frame, what, _argument):
        if what == "line" and frame.f_code.co_filename not in {__file__, signal.__file__}:
            signal.raise_signal(signal.SIGUSR2)
        return at_each_line

    before = sys.gettrace()
    sys.settrace(at_each_line)
    try:
        told = [stop.wait(0.01) for _ in range(3)]
    finally:
        sys.settrace(before)
    assert told == [True] * 3
