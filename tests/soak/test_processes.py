"""Eight processes append over 50,000 entries to one log on PostgreSQL, and every few thousand one is killed."""

import pytest

from tests.support.appender import MIDDLE, Writer, check
from tests.support.ledger_room import Room

_EACH = 9_000


@pytest.mark.timeout(1800)
def test_over_fifty_thousand_entries_of_eight_processes_have_no_gap_and_no_fork(tmp_path, postgres):
    with postgres.schema() as url:
        room = Room.build(tmp_path, url)
        lasting = [Writer.start(room, f"w{number}", _EACH) for number in range(6)]
        killed = []
        for round_ in range(8):  # two more besides the six, all the time
            dying = Writer.start(room, f"dying{round_}", _EACH)
            holding = Writer.start(room, f"holding{round_}", 200, "--hang")
            holding.kill(after=MIDDLE)
            dying.kill(after=400)
            killed += [dying, holding]
        assert [writer.finish() for writer in lasting] == [0] * 6
        assert check(room, [*lasting, *killed], killed) > 50_000
        room.close()
