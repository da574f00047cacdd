"""Once a day the security channel reads how far the ledger is signed: a checkpoint that anybody can keep."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.notice import NoticeKind
from bot.ports import Lost
from bot.service.delivery import checkpoints
from bot.service.delivery.outbox import send_due
from bot.service.sweep import sweep
from ledger import Checkpoint, verify_keyless

BERLIN = ZoneInfo("Europe/Berlin")


def at(month, day, hour=0, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def sent(house, moment=None):
    house.clock.time = moment or house.clock.time
    house.notifier.sent.clear()
    sweep(house.world)
    for _ in range(20):
        send_due(house.world, house.notifier)
    return [about for notice, about, _ in house.notifier.sent if notice.kind is NoticeKind.CHECKPOINT]


def signed(house):
    with house.store.write() as connection:
        return house.store.ledger.checkpoint(connection)


def test_it_is_sent_every_day_when_work_begins_once(house):
    assert sent(house) == [], "the first start sends none: nobody has lost sight of anything yet"
    assert sent(house, at(3, 3, 8, 59)) == []
    assert len(sent(house, at(3, 3, 9))) == 1
    assert sent(house, at(3, 3, 23)) == []
    assert sent(house, at(3, 4, 2)) == []
    assert len(sent(house, at(3, 4, 11))) == 1
    assert len(sent(house, at(3, 7, 9))) == 1, "on a Saturday, too"


def test_days_that_were_slept_through_are_one_message(house):
    sent(house)
    assert len(sent(house, at(4, 20, 12))) == 1
    assert sent(house) == []


def test_it_goes_to_the_security_channel_and_after_a_lost_answer_again(house):
    sent(house)
    house.notifier.answers.append(Lost())
    assert len(sent(house, at(3, 3, 9))) == 1
    assert len(sent(house, house.clock.time + timedelta(minutes=1))) == 1
    notices = [notice for notice, _, _ in house.notifier.sent if notice.kind is NoticeKind.CHECKPOINT]
    assert [(notice.channel, notice.possibly_repeated) for notice in notices] == [("C0SECURITY", True)]


def test_it_holds_the_newest_checkpoint_as_the_log_signed_it(house):
    sent(house)
    checkpoint = signed(house)
    (found,) = sent(house, at(3, 3, 9))
    assert (found.origin, found.signed) == (checkpoint.origin, checkpoint.size)
    kept = Checkpoint.from_text(found.note)
    kept.check(house.log_key.verifier)
    assert (kept.size, kept.root) == (checkpoint.size, checkpoint.root)
    with house.store.connect() as connection:
        assert verify_keyless(connection, house.log_key.verifier, checkpoint=found.note).sound


def test_what_is_newer_than_the_checkpoint_is_counted(house):
    before = signed(house)
    house.issued(name="payroll")
    found = checkpoints.standing(house.world)
    assert found.signed == before.size
    assert found.size > found.signed
    assert found.until == house.clock.now()


@pytest.mark.parametrize("limit", [0])
def test_it_waits_for_the_next_round_of_the_sweep(house, limit):
    checkpoints.announce(house.world)
    house.clock.time = at(3, 3, 10)
    assert checkpoints.announce(house.world, limit=limit) == 0
    assert checkpoints.announce(house.world) == 1
