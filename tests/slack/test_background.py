"""Work after the answer: bounded, and waited for at the end."""

import threading

from bot.slack.background import Background


def test_there_is_room_for_so_much_and_no_more():
    background, release = Background(threads=1, most=2), threading.Event()
    assert background.submit(lambda: release.wait(60) and None)
    assert background.submit(lambda: None)
    assert not background.submit(lambda: None)
    release.set()
    assert background.drain(60)
    assert background.submit(lambda: None)
    background.stop()


def test_what_was_taken_is_done_before_the_end():
    done, background = [], Background(threads=1)
    for number in range(20):
        background.submit(lambda n=number: done.append(n))
    background.stop()
    assert done == list(range(20))


def test_nothing_is_taken_after_the_end():
    background = Background(threads=1)
    background.stop()
    assert not background.submit(lambda: None)


def test_end_does_not_wait_for_ever(caplog):
    background, release = Background(threads=1), threading.Event()
    background.submit(lambda: release.wait(60) and None)
    background.submit(lambda: None)
    background.stop(timeout=0.05)
    release.set()
    assert "still on their way" in caplog.text


def test_task_that_fails_is_in_the_log_and_makes_room_again(caplog):
    background = Background(threads=1, most=1)

    def fail():
        raise RuntimeError("made up")

    assert background.submit(fail)
    assert background.drain(60)
    assert background.submit(lambda: None)
    background.stop()
    assert "A task failed" in caplog.text
