"""The sweep does what is due in small bites, and no step stands in another's way."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.clauses import Unused
from bot.domain.credential import State
from bot.domain.notice import NoticeKind
from bot.ports import Conflict, StoreBusyError
from bot.service import lifecycle
from bot.service.handover import receipts
from bot.service.sweep import BATCH, STEPS, Step, run, sweep

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def bites(total, sizes):
    """A step with so much to do, which writes down how much each batch did."""
    left = [total]

    def do(_world, *, limit):
        done = min(left[0], limit)
        left[0] -= done
        sizes.append(done)
        return done

    return do


def test_a_step_with_much_to_do_is_done_in_batches_until_nothing_is_due(house):
    sizes = []
    assert run(house.world, [Step("done", bites(25, sizes), batch=10)]) == {"done": 25}
    assert sizes == [10, 10, 5]


def test_nobody_waits_until_somebody_elses_ten_thousand_are_done(house):
    order = []

    def note(name, do):
        return lambda world, *, limit: order.append(name) or do(world, limit=limit)

    run(house.world, [Step("much", note("much", bites(40, [])), 10), Step("little", note("little", bites(1, [])))])
    assert order.index("little") == 1


def test_a_sweep_ends_even_if_a_step_always_finds_more(house):
    done = run(house.world, [Step("endless", lambda _world, *, limit: limit)])
    assert 0 < done["endless"] <= 10_000


@pytest.mark.parametrize("reason", [Conflict("somebody was first"), StoreBusyError("busy"), ValueError("a bad row")])
def test_a_step_that_fails_keeps_no_other_from_being_done(house, reason):
    def fails(_world, *, limit):
        raise reason

    assert run(house.world, [Step("broken", fails), Step("sound", bites(1, []))]) == {"sound": 1}


def test_the_outbox_is_woken_by_what_was_done_and_by_nothing_else(house):
    run(house.world, [Step("idle", bites(0, []))])
    assert not house.woken
    run(house.world, [Step("done", bites(1, []))])
    assert house.woken


def test_what_was_done_is_one_line_of_the_log_and_nothing_is_no_line(house, caplog):
    def said():
        return [record.message for record in caplog.records if record.name == "bot.service.sweep"]

    caplog.set_level(logging.INFO, logger="bot.service.sweep")
    house.issued()
    assert not sweep(house.world)
    assert not said()
    house.clock.advance(days=40)
    sweep(house.world)
    assert said() == ["sweep: 1 unanswered, 1 expired, 1 checkpoints told"]


def test_what_ended_while_the_program_was_down_has_expired_and_nothing_else_happens_to_it(house):
    """Nobody has confirmed one, and nobody uses the other: that no longer matters."""
    strict = house.under(replace(house.world.policy, unused=Unused(suspend_after=timedelta(days=14))))
    unconfirmed = strict.issued(name="unconfirmed", expires_on=days(strict, 3)).credential
    unused = strict.issued(name="unused", expires_on=days(strict, 50)).credential
    receipts.stored(strict.world, unused.id, unused.newest.id, unused.owner)
    strict.clock.advance(days=31)
    with strict.store.work() as work:
        work.credentials.save(replace(unused, unused_told_at=work.now), expected=State.ACTIVE)
    strict.clock.advance(days=120)
    sweep(strict.world)
    with strict.store.read() as reader:
        assert {reader.credentials.get(each.id).state for each in (unconfirmed, unused)} == {State.EXPIRED}
    assert "credential:suspended" not in strict.kinds()
    told = {notice.kind for notice in strict.waiting()}
    assert not told & {NoticeKind.OWNER_SUSPENDED, NoticeKind.SUSPENSION_CARD, NoticeKind.OWNER_UNCONFIRMED}


def days(house, count):
    return house.world.policy.today(house.clock.now()) + timedelta(days=count)


def test_every_step_has_a_name_of_its_own():
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_more_than_a_batch_that_is_due_is_done_by_one_sweep(house):
    shown = [house.issued(name=f"job {number}") for number in range(BATCH + 2)]
    house.clock.advance(days=40)
    assert sweep(house.world)["expired"] == BATCH + 2
    with house.store.read() as reader:
        assert {reader.credentials.get(one.credential.id).state for one in shown} == {State.EXPIRED}
    assert not sweep(house.world)


def test_a_batch_that_is_killed_leaves_nothing_half_done_and_is_done_by_the_next(house, monkeypatch):
    for name in ("first", "second"):
        house.issued(name=name)
    house.clock.advance(days=40)
    ended, end = [], lifecycle.end

    def killed_at_the_second(*arguments):
        ended.append(arguments)
        if len(ended) == 2:
            raise KeyboardInterrupt
        return end(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, "end", killed_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            lifecycle.expire_due(house.world)
    assert "credential:expired" not in house.kinds()
    assert sweep(house.world)["expired"] == 2
    assert house.kinds().count("credential:expired") == 2
