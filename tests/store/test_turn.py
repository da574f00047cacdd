"""Whoever asked first writes first, and who gives up waiting is not waited for."""

import threading

import pytest

from bot.store.turn import Turn
from tests.support.sandbox import eventually


class Crowd:
    """Threads that want the turn, and the order in which they got it."""

    def __init__(self, turn):
        self.turn, self.order, self.threads = turn, [], []

    def add(self, name, timeout=60.0):
        """One more, who stands in the line when this returns."""

        def want():
            if self.turn.acquire(timeout):
                self.order.append(name)
                self.turn.release()

        before = len(self.turn._waiting)
        thread = threading.Thread(target=want)
        thread.start()
        self.threads.append(thread)
        eventually(lambda: len(self.turn._waiting) > before or not thread.is_alive(), "a place in the line")

    def end(self):
        for thread in self.threads:
            thread.join(60)


@pytest.fixture
def crowd():
    made = Crowd(Turn())
    yield made
    made.end()


def test_the_turn_is_handed_on_in_the_order_in_which_it_was_asked_for(crowd):
    assert crowd.turn.acquire()
    for name in range(8):
        crowd.add(name)
    crowd.turn.release()
    crowd.end()
    assert crowd.order == list(range(8))
    assert crowd.turn.acquire(0.0), "it is free once nobody wants it"


def test_who_writes_again_and_again_lets_everybody_who_waits_go_first(crowd):
    assert crowd.turn.acquire()
    crowd.add("waiting")
    crowd.turn.release()
    assert crowd.turn.acquire(60)
    assert crowd.order == ["waiting"]
    crowd.turn.release()


def test_who_gives_up_is_not_handed_the_turn(crowd):
    assert crowd.turn.acquire()
    assert not crowd.turn.acquire(0.01)
    crowd.add("later")
    crowd.turn.release()
    crowd.end()
    assert crowd.order == ["later"]
