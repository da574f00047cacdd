"""Where two changes of one credential meet: none undoes another one, and none outlives what it is about."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.credential import SecretState
from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind
from bot.domain.request import Request, State
from bot.domain.role import SUPER_ADMIN
from bot.service import effects, lifecycle, requests
from bot.service.changing import ChangeCommand
from bot.service.delivery.outbox import send_due
from bot.service.expiry.warnings import raise_due
from bot.service.handover import overlap, receipts
from bot.service.handover.issuance import Shown
from bot.service.logins.last_use import Use
from bot.service.sweep import sweep
from bot.store.auditing import story_problems
from tests.support.people import ANA, MAYA, OLGA, SAM

DAY = timedelta(days=1)


@pytest.fixture
def credential(house):
    """Olga's; she has stored its secret."""
    made = house.issued(owner=OLGA).credential
    receipts.stored(house.world, made.id, made.newest.id, OLGA)
    return made


@pytest.fixture(autouse=True)
def the_story_is_sound(house):
    yield
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


def ask(house, credential, kind, by=OLGA, **changes):
    command = ChangeCommand(
        submission=house.world.entropy.token(4).hex(),
        kind=kind,
        credential=credential.id,
        requester=by,
        reason="It must be",
        **changes,
    )
    return requests.open_change(house.world, command)


def now(house, credential):
    with house.store.read() as reader:
        return reader.credentials.get(credential.id)


def state(house, request):
    with house.store.read() as reader:
        return reader.requests.get(request.id).state


def in_days(house, days):
    return house.world.policy.today(house.clock.now()) + days * DAY


def at(house, moment):
    """Time passes until then."""
    house.clock.advance(seconds=(moment - house.clock.now()).total_seconds())


def handed_to_sam(house, credential):
    request = house.vote(ask(house, credential, Kind.TRANSFER, owner=SAM), ANA)
    taken = effects.accept(house.world, request.id, request.digest, SAM)
    assert isinstance(taken, Request), taken
    return now(house, credential)


def sent(house, kind):
    """How often that was said as a message of its own, and to whom, since the last look."""
    house.clock.advance(seconds=5)
    send_due(house.world, house.notifier)
    told = [notice.person for notice, _, posted in house.notifier.sent if notice.kind is kind and posted is None]
    house.notifier.sent.clear()
    return told


def test_a_rotation_leaves_an_expiry_that_was_approved_meanwhile(house, credential):
    rotation = ask(house, credential, Kind.ROTATE)
    house.vote(ask(house, credential, Kind.EXTEND, expires_on=in_days(house, 90)), ANA)
    later = now(house, credential).expires_at
    assert isinstance(house.reveal(rotation, OLGA), Shown)
    assert now(house, credential).expires_at == later == house.world.policy.end_of(in_days(house, 90))


def test_an_extension_that_came_too_late_shortens_nothing(house, credential):
    rotation = ask(house, credential, Kind.ROTATE, expires_on=in_days(house, 90))
    extension = ask(house, credential, Kind.EXTEND, expires_on=in_days(house, 40))
    house.reveal(house.vote(rotation, ANA), OLGA)
    renewed = now(house, credential).expires_at
    assert house.vote(extension, ANA).state is State.DENIED
    assert now(house, credential).expires_at == renewed


def test_the_requests_of_the_owner_before_do_not_stand_in_the_way_of_the_new_one(house, credential):
    theirs = [ask(house, credential, Kind.ROTATE), ask(house, credential, Kind.EXTEND, expires_on=in_days(house, 50))]
    handed_to_sam(house, credential)
    assert [state(house, each) for each in theirs] == [State.WITHDRAWN, State.WITHDRAWN]
    again = ask(house, credential, Kind.ROTATE, by=SAM)
    assert isinstance(house.reveal(again, SAM), Shown)


def test_what_an_admin_asked_for_outlives_a_transfer(house, credential):
    extension = ask(house, credential, Kind.EXTEND, by=MAYA, expires_on=in_days(house, 50))
    handed_to_sam(house, credential)
    assert house.vote(extension, ANA).state is State.FULFILLED


@pytest.mark.parametrize("end", ["deleted", "expired"])
def test_no_request_outlives_its_credential(house, credential, end):
    waiting = [ask(house, credential, Kind.EXTEND, expires_on=in_days(house, 50))]
    waiting.append(house.vote(ask(house, credential, Kind.TRANSFER, owner=SAM), ANA))
    if end == "deleted":
        house.vote(ask(house, credential, Kind.DELETE, typed_name=credential.name), ANA)
    else:
        at(house, now(house, credential).expires_at + timedelta(minutes=1))
        lifecycle.expire_due(house.world)
    assert not {state(house, each) for each in waiting} & {State.PENDING, State.APPROVED}


def test_a_role_that_left_the_policy_still_takes_two_people(house):
    made = house.issued(owner=OLGA, role=SUPER_ADMIN.key).credential
    roles = {key: role for key, role in house.world.policy.roles.items() if key != SUPER_ADMIN.key}
    house = house.under(replace(house.world.policy, roles=roles))
    assert ask(house, made, Kind.TRANSFER, owner=SAM).quorum == 2
    assert ask(house, made, Kind.ROTATE).quorum == 2


def test_an_old_secret_that_was_kept_longer_is_warned_of_a_second_time(house, credential):
    house.reveal(ask(house, credential, Kind.ROTATE), OLGA)
    receipts.stored(house.world, credential.id, now(house, credential).newest.id, OLGA)
    old = now(house, credential).retiring
    for _ in range(2):
        at(house, now(house, credential).retiring.retire_at - timedelta(hours=20))
        house.world.uses.note(Use(credential=credential.id, secret=old.id, at=house.clock.now(), address="192.0.2.7"))
        house.world.uses.flush(house.world, final=True)
        overlap.warn_of_use(house.world)
        assert sent(house, NoticeKind.OWNER_RETIRING) == [OLGA]
        overlap.keep_longer(house.world, credential.id, old.id, OLGA)


def test_rotating_again_and_again_keeps_no_old_secret_beyond_its_day(house, credential):
    house.reveal(ask(house, credential, Kind.ROTATE), OLGA)
    ends = now(house, credential).retiring.retire_at
    house.clock.advance(days=5)
    house.reveal(ask(house, credential, Kind.ROTATE), OLGA)
    assert now(house, credential).retiring.retire_at == ends
    at(house, ends)
    overlap.retire_due(house.world)
    assert now(house, credential).secrets[0].state is SecretState.RETIRED


def test_a_new_owner_is_warned_whatever_the_one_before_let_be(house, credential):
    at(house, now(house, credential).expires_at - timedelta(days=6, hours=14))
    raise_due(house.world)
    assert sent(house, NoticeKind.OWNER_WARNED) == [OLGA]
    handed_to_sam(house, credential)
    assert sent(house, NoticeKind.OWNER_WARNED) == [SAM]
    plan = now(house, credential).plan
    assert (plan.let_expire_by, plan.snoozed_until, plan.due_at is not None) == (None, None, True)


def test_a_leak_has_a_way_out_while_a_rotation_waits(house, credential):
    ask(house, credential, Kind.ROTATE)
    refused = ask(house, credential, Kind.ROTATE, compromised=True)
    assert "`/cred suspend CI deploys` stops it now" in refused[0].sentence


def test_whoever_may_not_change_it_reads_who_may(house, credential):
    refused = ask(house, credential, Kind.TRANSFER, by=ANA, owner=ANA)
    assert refused[0].sentence == "Only its owner or an admin may do this. Ask one of them."


def test_nothing_is_left_to_send_of_a_request_that_is_gone(house, credential):
    ask(house, credential, Kind.EXTEND, expires_on=in_days(house, 50))
    house.vote(ask(house, credential, Kind.DELETE, typed_name=credential.name), ANA)
    house.clock.advance(days=3)
    sweep(house.world)
    send_due(house.world, house.notifier)
    assert NoticeKind.APPROVER_REMINDED not in {notice.kind for notice, _, _ in house.notifier.sent}
