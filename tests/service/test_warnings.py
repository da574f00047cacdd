"""No expiry comes as a surprise: each threshold is told once, in one message a channel, and decisions silence it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.clauses import Rotation
from bot.domain.credential import State
from bot.domain.errors import Denied, Reason
from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind, Resolution, Warned
from bot.domain.reminder import Hours
from bot.domain.request import Request
from bot.service import effects, lifecycle, requests
from bot.service.changing import ChangeCommand
from bot.service.delivery import outbox
from bot.service.delivery.outbox import send_due
from bot.service.expiry import deciding
from bot.service.expiry.replanning import replan
from bot.service.expiry.warnings import raise_due
from bot.service.handover import receipts
from bot.service.sweep import sweep
from bot.store.auditing import story_problems
from tests.support.people import ANA, GONER, GUEST, LOGISTICS, MAYA, OLGA, RETAIL, SAM

CARD, DM = NoticeKind.WARNING_CARD, NoticeKind.OWNER_WARNED


@pytest.fixture(autouse=True)
def the_story_is_sound(house):
    yield
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


def to_the_day(house, credential, days, hour=10):
    """So many days before the last one, at that hour in Berlin."""
    schedule = house.world.policy.schedule(credential.role, credential.estate, credential.expires_at)
    house.clock.time = schedule.crossed_at(days) + timedelta(hours=hour)


def sweep_and_send(house):
    """What a quarter of a minute does."""
    house.notifier.sent.clear()
    sweep(house.world)
    house.clock.advance(seconds=5)
    while (due := send_due(house.world, house.notifier)) is not None and due <= house.clock.now():
        pass
    groups = [(notice, about) for notice, about, _ in house.notifier.sent if isinstance(about, Warned)]
    return sorted(groups, key=lambda each: each[0].kind is DM)  # each destination has a line of its own


def told(house, kind=CARD):
    return [about for notice, about in sweep_and_send(house) if notice.kind is kind]


def now(house, credential):
    with house.store.read() as reader:
        return reader.credentials.get(credential.id)


def warnings(house):
    with house.store.read() as reader:
        return sorted((row.days, row.superseded) for row in reader.warnings.each())


def change(house, credential, kind, **more):
    asked = requests.open_change(
        house.world,
        ChangeCommand(
            submission=f"{kind} {house.clock.now()}",
            kind=kind,
            credential=credential.id,
            requester=OLGA,
            reason="It must be",
            **more,
        ),
    )
    assert isinstance(asked, Request), asked
    return house.vote(asked, ANA)


def a_credential(house, **changes):
    """One whose secret has arrived."""
    made = house.issued(**{"owner": OLGA, **changes}).credential
    return receipts.stored(house.world, made.id, made.newest.id, made.owner)


@pytest.fixture
def credential(house):
    """Olga's, for thirty days."""
    return a_credential(house)


def test_a_threshold_is_told_to_the_channel_and_to_the_owner(house, credential):
    to_the_day(house, credential, 7)
    sent = sweep_and_send(house)
    assert [(notice.kind, notice.channel or notice.person) for notice, _ in sent] == [(CARD, "C0RETAIL"), (DM, OLGA)]
    assert {about.items[0].credential.id for _, about in sent} == {credential.id}
    assert warnings(house) == [(7, False), (14, True)]


def test_an_owner_who_has_left_is_not_written_to_and_the_channel_is(house, credential):
    to_the_day(house, credential, 30)
    sweep_and_send(house)
    house.directory.members[OLGA] = GONER
    to_the_day(house, credential, 7)
    assert [notice.kind for notice, _ in sweep_and_send(house)] == [CARD]
    deciding.let_expire(house.world, credential.id, MAYA)
    assert {notice.kind for notice, _ in sweep_and_send(house)} == {CARD}, "nor is what they were told edited"


def test_it_is_told_once(house, credential):
    to_the_day(house, credential, 7)
    assert len(told(house)) == 1
    house.clock.advance(hours=3)
    assert told(house) == []
    to_the_day(house, credential, 1)
    assert len(told(house)) == 1
    assert house.kinds().count("warning:raised") == 2


def test_a_program_that_slept_tells_the_tightest_and_records_the_others_as_superseded(house, credential):
    to_the_day(house, credential, 1)
    (card,) = told(house)
    assert card.total == 1
    assert warnings(house) == [(1, False), (3, True), (7, True), (14, True)]


def test_nobody_is_woken_before_the_hours_of_the_estate_but_on_the_last_day(house, credential):
    to_the_day(house, credential, 7, hour=8)
    assert told(house) == []
    to_the_day(house, credential, 7, hour=9)
    assert len(told(house)) == 1
    to_the_day(house, credential, 0, hour=0)
    assert len(told(house)) == 1


def test_all_that_is_due_in_a_channel_is_one_card_with_the_most_urgent_first(house):
    today = house.world.policy.today(house.clock.now())
    for days in (20, 18, 19):
        a_credential(house, name=f"job {days}", expires_on=today + timedelta(days=days))
    a_credential(house, name="elsewhere", estate=LOGISTICS)
    house.clock.advance(days=14, hours=5)
    cards = {notice.channel: about for notice, about in sweep_and_send(house) if notice.kind is CARD}
    assert {channel: about.total for channel, about in cards.items()} == {"C0RETAIL": 3}
    assert [item.credential.name for item in cards["C0RETAIL"].items] == ["job 18", "job 19", "job 20"]


def test_what_is_found_in_many_batches_goes_out_as_one_message(house):
    for number in range(25):
        a_credential(house, name=f"job {number}")
    house.clock.advance(days=24)
    assert [raise_due(house.world, limit=10) for _ in range(4)] == [10, 10, 5, 0]
    sent = sweep_and_send(house)
    assert [(notice.kind, about.total) for notice, about in sent] == [(CARD, 25), (DM, 25)]
    assert len(sent[0][1].items) == 10


def test_what_joins_a_card_while_it_is_being_read_goes_out_with_it(house):
    """The sweep comes between the outbox's reading of the card and its mark that it is being tried."""
    for name in ("first", "second"):
        a_credential(house, name=name)
    house.clock.advance(days=24)
    raise_due(house.world, limit=1)
    house.clock.advance(seconds=3)
    with house.store.read() as reader:
        card = reader.groups.joinable(CARD, "C0RETAIL")
    raise_due(house.world, limit=1)
    assert not outbox._send(house.world, house.notifier, card)
    assert house.notifier.sent == [], "it was put off, for there is more to tell"
    assert [about.total for about in told(house)] == [2]


def test_a_card_that_is_on_its_way_already_is_joined_by_nothing(house):
    a_credential(house, name="first")
    house.clock.advance(days=24)
    assert [card.total for card in told(house)] == [1]
    a_credential(house, name="second", expires_on=house.world.policy.today(house.clock.now()) + timedelta(days=15))
    house.clock.advance(days=1)
    assert [card.total for card in told(house)] == [1]


def test_a_snooze_is_silence_until_a_morning_and_is_on_record(house, credential):
    to_the_day(house, credential, 7)
    told(house)
    quiet = deciding.snooze(house.world, credential.id, 7, OLGA)
    assert quiet.plan.due_at.date() == quiet.plan.snoozed_until.date()
    assert "warning:snoozed" in house.kinds()
    (edited,) = told(house)
    assert edited.items[0].resolution is Resolution.SNOOZED
    assert edited.items[0].open
    to_the_day(house, credential, 3)
    assert told(house) == []
    to_the_day(house, credential, 0)
    assert len(told(house)) == 1, "never past the last threshold"


def test_the_same_snooze_twice_is_one(house, credential):
    to_the_day(house, credential, 7)
    for _ in range(2):
        deciding.snooze(house.world, credential.id, 1, OLGA)
        house.clock.advance(minutes=1)
    assert house.kinds().count("warning:snoozed") == 1


def test_the_last_warning_cannot_be_put_off(house, credential):
    to_the_day(house, credential, 0)
    told(house)
    refused = deciding.snooze(house.world, credential.id, 1, OLGA)
    assert refused.reason is Reason.WRONG_STATE
    assert "last warning" in refused.sentence


def test_who_lets_it_expire_is_said_and_nobody_is_warned_any_more(house, credential):
    to_the_day(house, credential, 7)
    told(house)
    for _ in range(2):
        assert deciding.let_expire(house.world, credential.id, OLGA).plan.let_expire_by == OLGA
    assert house.kinds().count("expiry:accepted") == 1
    (card, dm) = [about for _, about in sweep_and_send(house)]
    for edited in (card, dm):
        assert (edited.items[0].resolution, edited.items[0].decided_by) == (Resolution.LET_EXPIRE, OLGA)
        assert edited.decided == 1
    to_the_day(house, credential, 1)
    assert told(house) == []
    assert deciding.snooze(house.world, credential.id, 1, OLGA).reason is Reason.WRONG_STATE


@pytest.mark.parametrize("decide", [lambda *a: deciding.snooze(*a[:2], 1, a[2]), deciding.let_expire])
@pytest.mark.parametrize("actor", [ANA, SAM, GUEST])
def test_only_its_owner_and_its_admins_decide(house, credential, decide, actor):
    to_the_day(house, credential, 7)
    assert isinstance(decide(house.world, credential.id, actor), Denied)
    assert not isinstance(decide(house.world, credential.id, MAYA), Denied)


@pytest.mark.parametrize("decide", [lambda *a: deciding.snooze(*a[:2], 1, a[2]), deciding.let_expire])
def test_what_has_ended_is_decided(house, credential, decide):
    house.clock.time = credential.expires_at
    assert decide(house.world, credential.id, OLGA).reason is Reason.WRONG_STATE


def later(house, credential):
    return house.world.policy.last_day(credential.expires_at) + timedelta(days=30)


def extend(house, credential):
    change(house, credential, Kind.EXTEND, expires_on=later(house, credential))


def rotate(house, credential):
    house.reveal(change(house, credential, Kind.ROTATE, expires_on=later(house, credential)))


def hand_on(house, credential):
    request = change(house, credential, Kind.TRANSFER, owner=SAM)
    effects.accept(house.world, request.id, request.digest, SAM)


def delete(house, credential):
    change(house, credential, Kind.DELETE, typed_name=credential.name)


def expire(house, credential):
    house.clock.time = credential.expires_at


@pytest.mark.parametrize(
    ("decide", "resolution", "by"),
    [
        (extend, Resolution.EXTENDED, OLGA),
        (rotate, Resolution.ROTATED, OLGA),
        (hand_on, Resolution.TRANSFERRED, SAM),
        (delete, Resolution.DELETED, OLGA),
        (expire, Resolution.EXPIRED, None),
    ],
)
def test_once_decided_the_older_warnings_say_so(house, credential, decide, resolution, by):
    to_the_day(house, credential, 14)
    told(house)
    to_the_day(house, credential, 7)
    told(house)
    decide(house, credential)
    sent = [(notice, about) for notice, about in sweep_and_send(house) if notice.kind in (CARD, DM)]
    edited = [about.items[0] for notice, about in sent if notice.person != SAM]  # who is told anew: it is theirs now
    assert [(item.resolution, item.decided_by, item.open) for item in edited] == [(resolution, by, False)] * 4


def sweep_at_its_end(house, credential):
    house.clock.time = credential.expires_at
    sweep(house.world)


@pytest.mark.parametrize(
    ("decide", "resolution"),
    [
        (extend, Resolution.EXTENDED),
        (rotate, Resolution.ROTATED),
        (delete, Resolution.DELETED),
        (sweep_at_its_end, Resolution.LET_EXPIRE),
    ],
)
def test_that_it_was_left_to_expire_is_said_until_somebody_decides_otherwise(house, credential, decide, resolution):
    to_the_day(house, credential, 7)
    told(house)
    deciding.let_expire(house.world, credential.id, OLGA)
    decide(house, credential)
    told(house)
    with house.store.read() as reader:
        shown = [
            reader.groups.read(n.group, house.clock.now(), limit=1) for n, _, _ in house.notifier.sent if n.kind is CARD
        ]
    assert {card.items[0].resolution for card in shown} == {resolution}


def test_a_rotation_that_renews_nothing_leaves_the_warning_as_it_is(house, credential):
    to_the_day(house, credential, 7)
    told(house)
    request = requests.open_change(
        house.world, ChangeCommand(submission="r", kind=Kind.ROTATE, credential=credential.id, requester=OLGA)
    )
    house.reveal(request)
    assert told(house) == []


def test_another_expiry_is_warned_of_anew(house, credential):
    to_the_day(house, credential, 7)
    told(house)
    extend(house, credential)
    told(house)
    extended = now(house, credential)
    to_the_day(house, extended, 7)
    (card,) = told(house)
    assert card.items[0].expires_at == extended.expires_at


def test_a_deletion_that_is_undone_opens_the_choices_again_and_repeats_no_warning(house, credential):
    to_the_day(house, credential, 7)
    told(house)
    delete(house, credential)
    told(house)
    lifecycle.undo_deletion(house.world, credential.id, OLGA)
    (edited,) = told(house)
    assert edited.items[0].open
    assert house.kinds().count("warning:raised") == 1
    to_the_day(house, credential, 1)
    assert len(told(house)) == 1


def test_warnings_that_were_sent_say_that_it_was_suspended_and_that_it_works_again(house, credential):
    to_the_day(house, credential, 7)
    sweep_and_send(house)
    lifecycle.suspend(house.world, credential.id, MAYA)
    sent = sweep_and_send(house)
    assert [notice.kind for notice, _ in sent] == [CARD, DM]
    assert [about.items[0].credential.state for _, about in sent] == [State.SUSPENDED] * 2
    assert all(about.items[0].open for _, about in sent)
    change(house, credential, Kind.RESUME)
    assert [about.items[0].credential.state for _, about in sweep_and_send(house)] == [State.ACTIVE] * 2


def test_many_decisions_before_an_edit_goes_out_are_one_edit(house):
    made = [a_credential(house, name=f"job {number}") for number in range(5)]
    house.clock.advance(days=24)
    told(house)
    for credential in made:
        deciding.let_expire(house.world, credential.id, OLGA)
    sent = sweep_and_send(house)
    assert [(notice.kind, about.decided) for notice, about in sent] == [(CARD, 5), (DM, 5)]


def test_a_decision_while_an_edit_is_under_way_is_edited_too(house, monkeypatch):
    made = [a_credential(house, name=f"job {number}") for number in range(2)]
    house.clock.advance(days=24)
    told(house)
    deciding.let_expire(house.world, made[0].id, OLGA)
    real = house.notifier.send

    def decided_meanwhile(notice, about, posted):
        result = real(notice, about, posted)
        deciding.let_expire(house.world, made[1].id, OLGA)
        return result

    with monkeypatch.context() as patch:
        patch.setattr(house.notifier, "send", decided_meanwhile)
        send_due(house.world, house.notifier)
    sent = sweep_and_send(house)
    assert [about.decided for notice, about in sent if notice.kind is CARD] == [2]


def test_an_expiry_supersedes_what_nobody_was_told_in_time(house, credential):
    house.clock.time = credential.expires_at + timedelta(days=2)
    sent = sweep_and_send(house)
    assert [(notice.kind, about.total) for notice, about in sent] == [(NoticeKind.EXPIRED_CARD, 1)]
    assert warnings(house) == [(days, True) for days in (0, 1, 3, 7, 14)]
    owner = [notice for notice, _, _ in house.notifier.sent if notice.kind is NoticeKind.OWNER_EXPIRED]
    assert len(owner) == 1


def test_other_hours_and_thresholds_are_planned_anew_in_batches(house):
    for number in range(12):
        a_credential(house, name=f"job {number}")
    sweep(house.world)
    changed = house.under(replace(house.world.policy, warn_days=(20,), hours=Hours(opens=datetime.min.time())))
    assert [replan(changed.world, limit=5) for _ in range(4)] == [5, 5, 2, 0]
    with house.store.read() as reader:
        due = {each.plan.due_at for each in reader.warnings.living(None, limit=99)}
    assert len(due) == 1
    schedule = changed.world.policy.schedule("read-only", RETAIL, now(house, each_of(house)).expires_at)
    assert due == {schedule.told_at(20)}


def each_of(house):
    with house.store.read() as reader:
        return reader.warnings.living(None, limit=1)[0]


def test_a_change_of_policy_that_is_none_of_its_business_plans_nothing_anew(house, credential):
    sweep(house.world)
    other = house.under(replace(house.world.policy, digest="e" * 64, rotation=Rotation(alone=frozenset())))
    assert replan(other.world) == 0


def test_planning_anew_is_taken_up_where_a_crash_left_it(house):
    for number in range(4):
        a_credential(house, name=f"job {number}")
    changed = house.under(replace(house.world.policy, warn_days=(20,)))
    assert replan(changed.world, limit=3) == 3
    assert replan(changed.world, limit=3) == 1
    assert replan(changed.world, limit=3) == 0
