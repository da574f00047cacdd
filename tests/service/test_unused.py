"""What nobody uses: its owner is told once, and it is suspended later, unless it is used."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.clauses import Unused
from bot.domain.credential import State
from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind
from bot.ports import Chore, Conflict
from bot.service import lifecycle, requests
from bot.service.changing import ChangeCommand
from bot.service.delivery.outbox import send_due
from bot.service.expiry import unused
from bot.service.handover import receipts
from bot.service.sweep import sweep
from bot.store.auditing import story_problems
from tests.support import doorway
from tests.support.people import ANA, OLGA

FAR = timedelta(days=365)


@pytest.fixture
def door(house):
    """Unused credentials are suspended a fortnight after their owners were told; the house's live for a year."""
    policy = house.world.policy
    strict = house.under(replace(policy, unused=replace(policy.unused, suspend_after=timedelta(days=14))))
    made = doorway.put_before(strict)
    yield made
    made.close()
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


def issue(door, name="CI deploys"):
    last = door.house.world.policy.today(door.house.clock.now()) + FAR
    shown = door.house.issued(owner=OLGA, name=name, expires_on=last)
    receipts.stored(door.house.world, shown.credential.id, shown.credential.newest.id, OLGA)
    return shown


def now(door, shown):
    with door.house.store.read() as reader:
        return reader.credentials.get(shown.credential.id)


def told(door, kind=NoticeKind.OWNER_UNUSED):
    """How often that was sent as a message, and how often it was edited."""
    while door.house.waiting():
        send_due(door.house.world, door.house.notifier)
    sent = [posted for notice, _, posted in door.house.notifier.sent if notice.kind is kind]
    return sum(posted is None for posted in sent), sum(posted is not None for posted in sent)


def days_pass(door, days):
    for _day in range(days):
        door.house.clock.advance(days=1)
        sweep(door.house.world)


def test_an_owner_is_told_thirty_days_after_the_issue_and_once(door):
    issue(door)
    days_pass(door, 29)
    assert told(door) == (0, 0)
    days_pass(door, 10)
    assert told(door) == (1, 0)


def test_it_is_suspended_a_fortnight_later_and_both_messages_say_so(door):
    shown = issue(door)
    days_pass(door, 43)
    assert now(door, shown).state is State.ACTIVE
    days_pass(door, 1)
    assert now(door, shown).state is State.SUSPENDED
    assert told(door) == (1, 1)
    assert told(door, NoticeKind.OWNER_SUSPENDED) == (1, 0)
    days_pass(door, 30)
    assert told(door) == (1, 1)


def test_a_use_settles_it_and_the_next_time_is_another_message(door):
    shown = issue(door)
    days_pass(door, 40)
    assert door.use(shown.credential, shown.secret)
    assert now(door, shown).unused_told_at is None
    assert told(door) == (1, 1)
    days_pass(door, 89)
    assert (now(door, shown).state, told(door)) == (State.ACTIVE, (1, 1))
    days_pass(door, 2)
    assert told(door) == (2, 1)


def test_a_use_that_was_written_late_still_counts(door):
    """Another process may have written it without knowing of the warning."""
    shown = issue(door)
    days_pass(door, 43)
    with door.house.store.work() as work:
        credential = work.credentials.get(shown.credential.id)
        work.credentials.save_secret(credential.id, replace(credential.newest, last_used_at=work.now))
    days_pass(door, 1)
    assert (now(door, shown).state, now(door, shown).unused_told_at) == (State.ACTIVE, None)


def test_what_was_resumed_has_the_whole_time_again(door):
    shown = issue(door)
    days_pass(door, 44)
    command = ChangeCommand(
        submission="r", kind=Kind.RESUME, credential=shown.credential.id, requester=OLGA, reason="Quarterly"
    )
    door.house.vote(requests.open_change(door.house.world, command), ANA)
    assert now(door, shown).state is State.ACTIVE
    days_pass(door, 14)
    assert now(door, shown).state is State.ACTIVE
    days_pass(door, 1)
    assert now(door, shown).state is State.SUSPENDED


def test_without_a_time_in_the_policy_nobody_is_told_and_nothing_is_suspended(door):
    shown = issue(door)
    policy = door.house.world.policy
    lax = replace(door, house=door.house.under(replace(policy, unused=Unused())))
    days_pass(lax, 100)
    assert (now(lax, shown).state, told(lax)) == (State.ACTIVE, (0, 0))


def test_whoever_was_told_is_left_in_peace_when_the_policy_no_longer_suspends(door):
    shown = issue(door)
    days_pass(door, 40)
    policy = door.house.world.policy
    lax = replace(door, house=door.house.under(replace(policy, unused=Unused())))
    days_pass(lax, 30)
    assert (now(lax, shown).state, told(lax)) == (State.ACTIVE, (1, 1))


def test_a_longer_patience_of_the_policy_counts_when_it_would_be_suspended(door):
    shown = issue(door)
    days_pass(door, 40)
    policy = door.house.world.policy
    patient = replace(policy, unused=replace(policy.unused, never=timedelta(days=200)))
    days_pass(replace(door, house=door.house.under(patient)), 10)
    assert (now(door, shown).state, now(door, shown).unused_told_at) == (State.ACTIVE, None)


def test_everybody_is_looked_at_once_a_night_in_batches_that_go_on(door):
    for number in range(5):
        issue(door, f"job {number}")
    door.house.clock.advance(days=30)
    assert [unused.tell_owners(door.house.world, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert told(door) == (5, 0)


def test_of_two_processes_at_once_one_does_the_batch(door, monkeypatch):
    issue(door)
    door.house.clock.advance(days=30)
    work = door.house.store.work

    def another_first():
        monkeypatch.undo()
        with work() as other:
            other.chores.save("unused", Chore(done_at=other.now, mark="2026-04-01"))
        return work()

    monkeypatch.setattr(door.house.store, "work", another_first)
    with pytest.raises(Conflict):
        unused.tell_owners(door.house.world)
    assert told(door) == (0, 0)


def test_somebodys_own_suspension_is_not_said_to_be_for_lack_of_use(door):
    shown = issue(door)
    days_pass(door, 40)
    lifecycle.suspend(door.house.world, shown.credential.id, OLGA)
    assert now(door, shown).unused_told_at is None
