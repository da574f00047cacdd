"""A credential that lives elsewhere is deleted there: its owner says so here, and is reminded until then."""

from datetime import timedelta

import pytest

from bot.domain.credential import State
from bot.domain.errors import Denied, Reason
from bot.domain.kind import Kind
from bot.domain.naming import name_shape
from bot.domain.notice import NoticeKind
from bot.domain.request import State as RequestState
from bot.service import lifecycle, requests
from bot.service.changing import ChangeCommand
from bot.service.delivery.outbox import send_due
from bot.service.sweep import sweep
from bot.service.vendors import errands
from bot.store.auditing import story_problems
from tests.support import vendors
from tests.support.people import ANA, CAI, GONER, MAYA, OLGA, RETAIL
from tests.support.vendors import tracked

MORNING = timedelta(hours=24)


@pytest.fixture
def house(house):
    return vendors.with_vendor(house)


@pytest.fixture(autouse=True)
def the_story_is_sound(house):
    yield
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


def delete(house, credential):
    """Asked for and approved."""
    command = ChangeCommand(
        submission=f"delete {credential.name}",
        kind=Kind.DELETE,
        credential=credential.id,
        requester=OLGA,
        reason="It is not used any more",
        typed_name=credential.name,
    )
    request = house.vote(requests.open_change(house.world, command), ANA)
    assert request.state is RequestState.FULFILLED
    return now(house, credential)


def now(house, credential):
    with house.store.read() as reader:
        return reader.credentials.get(credential.id)


def reminders(house):
    """What went out of reminders: to whom, and about how many."""
    while send_due(house.world, house.notifier) is not None:
        pass
    sent = [(n.person or n.channel, about.needing) for n, about, _ in house.notifier.sent if n.kind == _WAITS]
    house.notifier.sent.clear()
    return sent


_WAITS = NoticeKind.TRACKED_DELETE_WAITS


def test_an_approved_deletion_is_its_owners_to_do_and_nothing_destroys_it_meanwhile(house):
    credential = delete(house, tracked(house))
    assert credential.state is State.DELETING
    send_due(house.world, house.notifier)
    (told,) = [n for n, _, _ in house.notifier.sent if n.kind is NoticeKind.TRACKED_DELETE]
    assert told.person == OLGA
    house.clock.advance(days=3)
    sweep(house.world)
    assert now(house, credential).state is State.DELETING


@pytest.mark.parametrize("who", [OLGA, MAYA])
def test_its_owner_or_an_admin_says_that_it_is_gone(house, who):
    credential = delete(house, tracked(house))
    gone = errands.gone_there(house.world, credential.id, who)
    assert (gone.state, now(house, credential).ended_at) == (State.DELETED, house.clock.now())
    assert errands.gone_there(house.world, credential.id, who) == now(house, credential)
    assert house.kinds().count("credential:deleted") == 1
    with house.store.read() as reader:
        assert reader.names.holder(RETAIL, name_shape("CI deploys")) is None


@pytest.mark.parametrize("who", [ANA, CAI])
def test_nobody_else_says_so(house, who):
    credential = delete(house, tracked(house))
    assert isinstance(errands.gone_there(house.world, credential.id, who), Denied)
    assert isinstance(lifecycle.undo_deletion(house.world, credential.id, who), Denied)
    assert now(house, credential).state is State.DELETING


def test_what_nobody_asked_to_delete_is_not_gone(house):
    assert errands.gone_there(house.world, tracked(house).id, OLGA).reason is Reason.WRONG_STATE
    here = house.issued(owner=OLGA, name="here").credential
    assert errands.gone_there(house.world, here.id, OLGA).reason is Reason.NOT_FOUND


def test_until_then_the_deletion_can_be_undone_and_it_is_as_it_was(house):
    before = tracked(house)
    credential = delete(house, before)
    house.clock.advance(days=2)
    kept = lifecycle.undo_deletion(house.world, credential.id, OLGA)
    assert (kept.state, kept.undo_until, kept.expires_at) == (State.ACTIVE, None, before.expires_at)
    assert kept.plan.due_at is not None
    house.clock.advance(days=2)
    sweep(house.world)
    assert reminders(house) == []


def test_undo_comes_too_late_once_it_is_gone(house):
    credential = delete(house, tracked(house))
    errands.gone_there(house.world, credential.id, OLGA)
    assert lifecycle.undo_deletion(house.world, credential.id, OLGA).reason is Reason.WRONG_STATE


def test_its_owner_is_reminded_once_a_day_until_it_is_done(house):
    credential = delete(house, tracked(house))
    assert errands.remind(house.world, limit=100) == 0
    for _day in range(3):  # Tuesday to Thursday
        house.clock.advance(days=1)
        assert [errands.remind(house.world, limit=100) for _ in range(2)] == [1, 0]
        assert reminders(house) == [(OLGA, 1)]
    errands.gone_there(house.world, credential.id, OLGA)
    house.clock.advance(days=1)
    assert errands.remind(house.world, limit=100) == 0


def test_nobody_is_reminded_at_the_weekend(house):
    delete(house, tracked(house))
    house.clock.advance(days=4, hours=1)  # Friday
    assert errands.remind(house.world, limit=100) == 1
    house.clock.advance(days=2)
    assert errands.remind(house.world, limit=100) == 0
    house.clock.advance(days=1)
    assert errands.remind(house.world, limit=100) == 1


def test_after_a_week_the_estates_channel_is_reminded_too(house):
    delete(house, tracked(house))
    house.clock.advance(days=6)
    sweep(house.world)
    assert reminders(house) == [(OLGA, 1)]
    house.clock.advance(days=2)
    sweep(house.world)
    assert sorted(reminders(house)) == [("C0RETAIL", 1), (OLGA, 1)]


def test_of_an_owner_who_has_left_the_estates_channel_is_reminded_from_the_first_day(house):
    delete(house, tracked(house))
    house.directory.members[OLGA] = GONER
    house.clock.advance(days=1)
    sweep(house.world)
    assert reminders(house) == [("C0RETAIL", 1)]


def test_many_of_one_owner_are_one_message(house):
    for number in range(12):
        delete(house, tracked(house, name=f"job {number}", client_id=f"client-{number}"))
    house.clock.advance(days=1)
    sweep(house.world)
    assert reminders(house) == [(OLGA, 12)]


def test_its_expiry_ends_it_whatever_its_owner_says(house):
    credential = delete(house, tracked(house))
    house.clock.advance(days=31)
    sweep(house.world)
    assert now(house, credential).state is State.DELETED
    house.clock.advance(days=7)
    sweep(house.world)
    reminders(house)
    assert errands.remind(house.world, limit=100) == 0


def test_a_deletion_of_what_lives_here_is_as_ever(house):
    credential = delete(house, house.issued(owner=OLGA).credential)
    assert credential.undo_until == house.clock.now() + timedelta(hours=1)
    assert lifecycle.undo_deletion(house.world, credential.id, OLGA).state is State.SUSPENDED
