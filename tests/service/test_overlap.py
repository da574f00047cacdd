"""What follows a rotation: two secrets that work, one of them for a while, and what its owner can do about it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.credential import Delivery, ReceiptState, SecretState, State
from bot.domain.errors import Denied, Reason
from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind
from bot.service import effects, requests
from bot.service.changing import ChangeCommand
from bot.service.delivery.outbox import send_due
from bot.service.handover import overlap, receipts
from bot.service.handover.issuance import Press, Shown, reissue
from bot.service.sweep import sweep
from tests.support import doorway
from tests.support.people import ANA, MAYA, OLGA, SAM

OVERLAP = timedelta(days=7)


@pytest.fixture
def door(house):
    with doorway.sound(house) as door:
        yield door


@pytest.fixture
def old(door):
    """Olga's secret, which production runs by."""
    shown = door.house.issued(owner=OLGA)
    assert door.use(shown.credential, shown.secret)
    return shown


def rotate(door, credential, number=0, **changes):
    values = {"submission": f"rotate {number}", "kind": Kind.ROTATE, "credential": credential.id, "requester": OLGA}
    shown = door.house.reveal(requests.open_change(door.house.world, ChangeCommand(**{**values, **changes})))
    assert isinstance(shown, Shown), shown
    return shown


def now(door, shown):
    with door.house.store.read() as reader:
        return reader.credentials.get(shown.credential.id)


def states(door, shown):
    return [secret.state for secret in now(door, shown).secrets]


def told(door, kind):
    """How often that was sent as a message, and how often it was edited."""
    while door.house.waiting():
        send_due(door.house.world, door.house.notifier)
    sent = [(notice, posted) for notice, _, posted in door.house.notifier.sent if notice.kind is kind]
    return sum(posted is None for _, posted in sent), sum(posted is not None for _, posted in sent)


def store(door, shown):
    credential = shown.credential
    return receipts.stored(door.house.world, credential.id, credential.newest.id, credential.owner)


def keep(door, shown, actor=OLGA):
    return overlap.keep_longer(door.house.world, shown.credential.id, shown.credential.secrets[0].id, actor)


def let_go(door, shown, actor=OLGA, **how):
    return overlap.let_go(door.house.world, shown.credential.id, shown.credential.secrets[0].id, actor, **how)


# --- both work, then one ----------------------------------------------------------------------------------------------


def test_both_secrets_work_until_the_old_one_retires_at_its_instant(door, old):
    new = rotate(door, old.credential)
    assert door.opens(old.credential, old.secret)
    assert door.opens(new.credential, new.secret)
    door.house.clock.advance(seconds=OVERLAP.total_seconds() - 1)
    assert door.opens(old.credential, old.secret)
    door.house.clock.advance(seconds=1)
    assert not door.opens(old.credential, old.secret), "not at the next sweep: now"
    assert door.opens(new.credential, new.secret)


def test_the_sweep_destroys_what_could_check_a_retired_secret_and_says_so_once(door, old):
    rotate(door, old.credential)
    store_new = now(door, old)
    door.house.clock.advance(days=7)
    receipts.stored(door.house.world, store_new.id, store_new.newest.id, OLGA)
    for _twice in range(2):
        sweep(door.house.world)
    assert states(door, old) == [SecretState.RETIRED, SecretState.LIVE]
    assert door.house.kinds().count("secret:retired") == 1
    with door.house.store.read() as reader:
        assert reader.credentials.records(old.credential.id)[old.credential.newest.id] is None


def test_each_secrets_last_use_is_its_own(door, old):
    new = rotate(door, old.credential)
    door.house.clock.advance(hours=1)
    door.use(new.credential, new.secret)
    before, after = now(door, old).secrets
    assert after.last_used_at - before.last_used_at == timedelta(hours=1)


def test_a_confirmed_new_secret_ends_the_oldest_at_the_next_rotation(door, old):
    second = rotate(door, old.credential)
    store(door, second)
    third = rotate(door, old.credential, 1)
    assert states(door, old) == [SecretState.RETIRED, SecretState.RETIRING, SecretState.LIVE]
    works = [door.knock(old.credential, shown.secret) for shown in (old, second, third)]
    assert works == [False, True, True]


def test_what_production_runs_by_is_not_ended_for_a_secret_that_nobody_holds(door, old):
    second = rotate(door, old.credential)
    ends = now(door, old).retiring.retire_at
    door.house.clock.advance(days=5)
    third = rotate(door, old.credential, 1)
    assert states(door, old) == [SecretState.RETIRING, SecretState.RETIRED, SecretState.LIVE]
    works = [door.knock(old.credential, shown.secret) for shown in (old, second, third)]
    assert works == [True, False, True]
    assert now(door, old).retiring.retire_at == ends, "its day was given once"


# --- what its owner decides -------------------------------------------------------------------------------------------


def test_the_old_secret_is_kept_longer_once(door, old):
    rotate(door, old.credential)
    assert keep(door, old).retiring.retire_at == door.house.clock.now() + 2 * OVERLAP
    assert keep(door, old).reason is Reason.TOO_OFTEN
    door.house.clock.advance(days=13)
    assert door.opens(old.credential, old.secret)
    assert door.house.kinds().count("secret:kept") == 1


def test_it_is_never_kept_past_the_end_of_the_credential(door):
    last = door.house.world.policy.today(door.house.clock.now()) + timedelta(days=10)
    old = door.house.issued(owner=OLGA, expires_on=last)
    rotate(door, old.credential)
    assert keep(door, old).retiring.retire_at == old.credential.expires_at


def test_what_works_until_the_end_already_cannot_be_kept_longer(door):
    last = door.house.world.policy.today(door.house.clock.now()) + timedelta(days=2)
    old = door.house.issued(owner=OLGA, expires_on=last)
    rotate(door, old.credential)
    assert "expires already" in keep(door, old).sentence


@pytest.mark.parametrize("leaked", [False, True])
def test_it_is_retired_at_once_and_the_ledger_says_why(door, old, leaked):
    new = rotate(door, old.credential)
    assert let_go(door, old, leaked=leaked).retiring is None
    assert not door.opens(old.credential, old.secret)
    assert door.opens(new.credential, new.secret)
    with door.house.store.connect() as connection:
        entries = [e.event for e in door.house.store.ledger.entries(connection) if e.event.kind == "secret:retired"]
    assert [("leak" in entry.body["why"]) for entry in entries] == [leaked]


def test_a_retired_secret_is_not_decided_about_again(door, old):
    rotate(door, old.credential)
    let_go(door, old)
    assert let_go(door, old).reason is Reason.WRONG_STATE
    assert keep(door, old).reason is Reason.WRONG_STATE
    door.house.clock.advance(days=30)
    assert keep(door, old).reason is Reason.WRONG_STATE


def test_the_secret_in_use_is_not_taken_for_an_old_one(door, old):
    assert "Rotate the credential" in let_go(door, old).sentence
    assert "Rotate the credential" in keep(door, old).sentence


def test_an_admin_decides_too_and_nobody_else(door, old):
    rotate(door, old.credential)
    for stranger in (ANA, SAM):
        assert keep(door, old, stranger).reason is Reason.NOT_ADMIN
        assert let_go(door, old, stranger).reason is Reason.NOT_ADMIN
    assert not isinstance(let_go(door, old, MAYA), Denied)


# --- what its owner is told -------------------------------------------------------------------------------------------


def test_each_rotation_has_a_message_of_its_own_which_is_edited_as_things_move(door, old):
    rotate(door, old.credential)
    assert told(door, NoticeKind.OWNER_ROTATED) == (1, 0)
    keep(door, old)
    assert told(door, NoticeKind.OWNER_ROTATED) == (1, 1)
    rotate(door, old.credential, 1)
    assert told(door, NoticeKind.OWNER_ROTATED) == (2, 2), "the first says that it is over"


def test_the_message_follows_the_last_use_once_an_hour(door, old):
    rotate(door, old.credential)
    told(door, NoticeKind.OWNER_ROTATED)
    for _minute in range(5):
        door.house.clock.advance(minutes=2)
        door.use(old.credential, old.secret)
    assert told(door, NoticeKind.OWNER_ROTATED) == (1, 0)
    door.house.clock.advance(hours=1)
    door.use(old.credential, old.secret)
    assert told(door, NoticeKind.OWNER_ROTATED) == (1, 1)


def test_an_owner_is_warned_a_day_before_if_the_old_secret_is_still_used(door, old):
    new = rotate(door, old.credential)
    store(door, new)
    door.house.clock.advance(minutes=1)
    door.use(old.credential, old.secret)
    door.house.clock.advance(days=5, hours=22)
    sweep(door.house.world)
    assert told(door, NoticeKind.OWNER_RETIRING) == (0, 0)
    door.house.clock.advance(hours=2)
    for _twice in range(2):
        sweep(door.house.world)
    assert told(door, NoticeKind.OWNER_RETIRING) == (1, 0)
    door.house.clock.advance(days=1)
    sweep(door.house.world)
    assert told(door, NoticeKind.OWNER_RETIRING) == (1, 1), "edited when it has retired"


def test_nobody_is_warned_of_an_old_secret_that_was_left_alone(door, old):
    new = rotate(door, old.credential)
    store(door, new)
    door.house.clock.advance(days=6, hours=12)
    sweep(door.house.world)
    assert told(door, NoticeKind.OWNER_RETIRING) == (0, 0)


# --- a new secret that did not arrive ---------------------------------------------------------------------------------


def again(door, shown):
    credential = shown.credential
    return reissue(
        door.house.world, Press(credential=credential.id, secret=credential.newest.id, actor=credential.owner)
    )


def test_a_reissue_replaces_the_new_secret_and_leaves_the_old_one_alone(door, old):
    lost = rotate(door, old.credential)
    receipts.delivered(door.house.world, lost.credential.id, lost.credential.newest.id, Delivery.REFUSED)
    fresh = again(door, lost)
    works = [door.knock(old.credential, shown.secret) for shown in (old, lost, fresh)]
    assert works == [True, False, True]
    assert fresh.credential.retiring.id == old.credential.newest.id


def test_reissues_are_counted_anew_after_a_rotation(door, old):
    for number in range(2):
        shown = rotate(door, old.credential, number)
        for left in (2, 1, 0):
            shown = again(door, shown)
            assert shown.reissues_left == left
        assert "Rotate the credential again" in again(door, shown).sentence


def test_a_secret_that_may_have_leaked_is_not_issued_again(door):
    shown = door.house.issued(owner=OLGA)
    values = {"submission": "leak", "kind": Kind.ROTATE, "credential": shown.credential.id, "requester": OLGA}
    requests.open_change(door.house.world, ChangeCommand(**values, compromised=True))
    assert again(door, shown).reason is Reason.WRONG_STATE
    assert not door.opens(shown.credential, shown.secret)


def unanswered(door):
    """The claim window and the time after the question pass, and nobody says anything."""
    for _window in range(2):
        door.house.clock.advance(hours=25)
        sweep(door.house.world)


def test_a_new_secret_that_nobody_confirms_is_ended_and_the_old_one_works_on(door, old):
    new = rotate(door, old.credential)
    unanswered(door)
    assert now(door, old).state is State.ACTIVE
    assert states(door, old) == [SecretState.RETIRING, SecretState.RETIRED]
    assert [door.knock(old.credential, shown.secret) for shown in (old, new)] == [True, False]
    assert told(door, NoticeKind.OWNER_RETIRING) == (1, 0), "nothing takes its place: that is told at once"
    third = rotate(door, old.credential, 1)
    assert [door.knock(old.credential, shown.secret) for shown in (old, third)] == [True, True]


def test_without_anybody_who_holds_the_old_one_the_credential_is_suspended(door):
    shown = door.house.issued(owner=OLGA)
    rotate(door, shown.credential)
    unanswered(door)
    assert now(door, shown).state is State.SUSPENDED


def test_an_old_secret_that_has_retired_saves_nobody_from_the_suspension(door, old):
    policy = door.house.world.policy
    brief = replace(
        door, house=door.house.under(replace(policy, rotation=replace(policy.rotation, overlap=OVERLAP / 7)))
    )
    rotate(brief, old.credential)
    unanswered(brief)
    assert now(door, old).state is State.SUSPENDED


def test_a_transfer_hands_the_decision_about_the_old_secret_on(door, old):
    rotate(door, old.credential)
    values = {"submission": "t", "kind": Kind.TRANSFER, "credential": old.credential.id, "requester": OLGA}
    request = requests.open_change(door.house.world, ChangeCommand(**values, reason="Moves on", owner=SAM))
    request = door.house.vote(request, ANA)
    effects.accept(door.house.world, request.id, request.digest, SAM)
    assert told(door, NoticeKind.OWNER_ROTATED)[0] == 2
    assert not isinstance(keep(door, old, SAM), Denied)
    assert keep(door, old, OLGA).reason is Reason.NOT_ADMIN


def test_the_receipt_of_a_new_secret_is_asked_for_in_a_message_of_its_own(door, old):
    new = rotate(door, old.credential)
    door.house.clock.advance(hours=25)
    sweep(door.house.world)
    assert told(door, NoticeKind.OWNER_UNCONFIRMED) == (1, 0)
    assert store(door, new).newest.receipt is ReceiptState.STORED
    assert told(door, NoticeKind.OWNER_UNCONFIRMED) == (1, 1)
