"""Eight processes append to one log on PostgreSQL at once, and some of them die: no gap, no fork."""

import pytest

from tests.support.appender import MIDDLE, check, crew

pytestmark = pytest.mark.engines("postgresql")

_EACH = 120
_ENDLESS = 100_000


def test_eight_processes_at_once_leave_no_gap_and_no_fork_and_two_that_are_killed_none_either(room):
    with crew(room) as writers:
        dying, holding = writers.start("dying", _ENDLESS), writers.start("holding", _EACH, "--hang")
        others = [writers.start(f"w{number}", _EACH) for number in range(6)]
        holding.kill(after=MIDDLE)  # everybody waits for the head then
        dying.kill(after=_EACH // 3)
        assert [writer.finish() for writer in others] == [0] * 6
        assert check(room, writers.writers, [dying, holding]) >= 6 * _EACH + _EACH // 3 + _EACH // 2
    assert [len(writer.places) for writer in others] == [_EACH] * 6
    assert len(holding.places) == _EACH // 2
