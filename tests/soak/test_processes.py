"""Eight processes append over 50,000 entries to one log on PostgreSQL, and every few thousand one is killed."""

import pytest

from tests.support.appender import MIDDLE, check, crew
from tests.support.ledger_room import Room

_EACH = 9_000


@pytest.mark.timeout(1800)
def test_over_fifty_thousand_entries_of_eight_processes_have_no_gap_and_no_fork(tmp_path, postgres):
    with postgres.schema() as url:
        room = Room.build(tmp_path, url)
        with crew(room) as writers:
            lasting = [writers.start(f"w{number}", _EACH) for number in range(6)]
            killed = []
            for round_ in range(8):  # two more besides the six, all the time
                dying = writers.start(f"dying{round_}", _EACH)
                holding = writers.start(f"holding{round_}", 200, "--hang")
                holding.kill(after=MIDDLE)
                dying.kill(after=400)
                killed += [dying, holding]
            assert [writer.finish() for writer in lasting] == [0] * 6
            assert check(room, writers.writers, killed) > 50_000
        room.close()
