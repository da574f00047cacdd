"""Promises 1 and 2 at the handing over: minted at the click, shown once, and nothing lost that works."""

from dataclasses import replace
from uuid import uuid4

import pytest

from bot.domain.credential import Delivery, ReceiptState, SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.errors import Denied, Reason
from bot.domain.notice import NoticeKind
from bot.domain.request import State
from bot.service import lifecycle
from bot.service.handover import receipts, reconciling
from bot.service.handover.issuance import Press, reissue
from bot.service.sweep import sweep
from tests.support.people import ANA, APPROVERS, BEN, MAYA, OLGA, member


def state_of(house, request):
    with house.store.read() as reader:
        return reader.requests.get(request.id).state


def kept(house, credential):
    with house.store.read() as reader:
        return reader.credentials.get(credential.id)


def due(house):
    return [n.kind for n in house.waiting()]


def again(house, shown, **changes):
    credential = shown.credential
    press = Press(credential=credential.id, secret=credential.newest.id, actor=credential.owner)
    return reissue(house.world, replace(press, **changes))


def test_the_reveal_makes_the_credential_and_says_so_in_the_ledger(house):
    request = house.approved()
    shown = house.reveal(request)
    assert state_of(house, request) is State.FULFILLED
    assert kept(house, shown.credential) == shown.credential
    assert shown.credential.state is CredentialState.ACTIVE
    assert shown.credential.newest.delivery is Delivery.PENDING
    assert house.kinds() == ["request:opened", "vote:cast", "request:started", "credential:issued"]


def test_the_secret_is_masked_wherever_it_could_be_printed(house):
    shown = house.issued()
    assert shown.secret.disclose() not in repr(shown) + str(shown) + f"{shown.secret}"


def test_only_the_owner_reveals(house):
    request = house.approved(owner=OLGA)
    assert house.reveal(request, MAYA).reason is Reason.NOT_OWNER
    assert house.authority.issued == 0


def test_a_second_press_gets_no_second_secret(house):
    request = house.approved()
    house.reveal(request)
    assert house.reveal(request).reason is Reason.WRONG_STATE
    assert house.authority.issued == 1


def test_a_pending_request_reveals_nothing(house):
    assert house.reveal(house.opened()).reason is Reason.WRONG_STATE


def test_the_claim_window_closes(house):
    request = house.approved()
    house.clock.advance(hours=24)
    assert house.reveal(request).reason is Reason.LAPSED
    sweep(house.world)
    assert state_of(house, request) is State.LAPSED


@pytest.mark.parametrize("leaver", [ANA, MAYA])
def test_an_approval_is_void_once_its_voter_or_requester_has_left(house, leaver):
    request = house.approved(owner=OLGA)
    house.directory.members[leaver] = member(leaver, active=False)
    refused = house.reveal(request)
    assert isinstance(refused, Denied)
    assert state_of(house, request) is State.DENIED
    assert house.authority.issued == 0


def test_a_voter_who_is_no_longer_approver_no_longer_counts(house):
    request = house.approved()
    house.directory.groups[APPROVERS] = frozenset({BEN})
    assert house.reveal(request).reason is Reason.QUORUM_LOST


def test_a_workspace_out_of_reach_ends_nothing(house):
    request = house.approved()
    house.directory.down = True
    assert house.reveal(request).reason is Reason.UNAVAILABLE
    house.directory.down = False
    assert not isinstance(house.reveal(request), Denied)


def test_an_authority_that_refuses_ends_the_request_and_frees_the_name(house):
    request = house.approved()
    house.authority.refuse = "The vendor says no."
    assert house.reveal(request).sentence == "The vendor says no."
    assert state_of(house, request) is State.REFUSED
    house.opened(name=request.asked.name)


@pytest.mark.parametrize("fault", ["lose_before", "lose_after"])
def test_a_lost_answer_of_the_authority_leaves_no_orphan_and_can_be_claimed_again(house, fault):
    request = house.approved()
    setattr(house.authority, fault, True)
    assert house.reveal(request).reason is Reason.UNAVAILABLE
    assert house.reveal(request).reason is Reason.IN_PROGRESS
    setattr(house.authority, fault, False)
    house.clock.advance(minutes=2)
    sweep(house.world)
    assert house.authority.kept == {}
    assert state_of(house, request) is State.APPROVED
    assert not isinstance(house.reveal(request), Denied)
    assert len(house.authority.kept) == 1


def test_an_authority_out_of_reach_leaves_it_unresolved(house):
    request = house.approved()
    house.authority.lose_before = True
    house.reveal(request)
    house.clock.advance(minutes=2)
    sweep(house.world)
    assert state_of(house, request) is State.UNRESOLVED


def test_a_delivery_is_answered_for_once(house):
    shown = house.issued()
    receipts.delivered(house.world, shown.credential.id, shown.credential.newest.id, Delivery.DELIVERED)
    receipts.delivered(house.world, shown.credential.id, shown.credential.newest.id, Delivery.REFUSED)
    assert kept(house, shown.credential).newest.delivery is Delivery.DELIVERED
    assert house.kinds()[-1] == "secret:shown"
    assert NoticeKind.OWNER_NOT_SHOWN not in due(house)


@pytest.mark.parametrize("delivery", [Delivery.REFUSED, Delivery.UNKNOWN])
def test_a_secret_that_may_not_have_arrived_is_offered_again(house, delivery):
    shown = house.issued()
    receipts.delivered(house.world, shown.credential.id, shown.credential.newest.id, delivery)
    assert NoticeKind.OWNER_NOT_SHOWN in due(house)


def test_a_message_that_nobody_answered_for_counts_as_lost(house):
    shown = house.issued()
    assert reconciling.settle_deliveries(house.world) == 0
    house.clock.advance(minutes=2)
    assert reconciling.settle_deliveries(house.world) == 1
    assert kept(house, shown.credential).newest.delivery is Delivery.UNKNOWN
    assert NoticeKind.OWNER_NOT_SHOWN in due(house)


def test_issuing_again_kills_the_secret_before(house):
    first = house.issued()
    second = again(house, first)
    after = kept(house, first.credential)
    assert [s.state for s in after.secrets] == [SecretState.RETIRED, SecretState.LIVE]
    assert second.secret.disclose() != first.secret.disclose()
    assert second.credential.client_id == first.credential.client_id
    assert house.kinds()[-1] == "secret:reissued"
    assert again(house, first).reason is Reason.STALE, "the old message's button"


def test_three_times_is_the_most(house):
    shown = house.issued()
    for left in (2, 1, 0):
        shown = again(house, shown)
        assert shown.reissues_left == left
    assert again(house, shown).reason is Reason.TOO_OFTEN


def test_what_was_stored_is_not_issued_again(house):
    shown = house.issued()
    stored = receipts.stored(house.world, shown.credential.id, shown.credential.newest.id, MAYA)
    assert stored.newest.receipt is ReceiptState.STORED
    assert again(house, shown).reason is Reason.WRONG_STATE


def test_only_the_owner_says_that_it_arrived_or_not(house):
    shown = house.issued()
    assert again(house, shown, actor=ANA).reason is Reason.NOT_OWNER
    refused = receipts.stored(house.world, shown.credential.id, shown.credential.newest.id, ANA)
    assert refused.reason is Reason.NOT_OWNER


def test_everything_is_checked_again_before_another_secret(house):
    shown = house.issued()
    house.directory.members[ANA] = member(ANA, active=False)
    assert again(house, shown).reason is Reason.QUORUM_LOST


def test_an_unconfirmed_secret_is_asked_about_and_then_suspended(house):
    shown = house.issued()
    house.clock.advance(hours=24)
    assert lifecycle.miss_receipts(house.world) == 1
    assert NoticeKind.OWNER_UNCONFIRMED in due(house)
    assert lifecycle.suspend_unconfirmed(house.world) == 0
    house.clock.advance(hours=24)
    assert lifecycle.suspend_unconfirmed(house.world) == 1
    assert lifecycle.suspend_unconfirmed(house.world) == 0
    assert kept(house, shown.credential).state is CredentialState.SUSPENDED
    assert house.kinds()[-2:] == ["receipt:changed", "credential:suspended"]


def test_a_late_word_of_the_owner_saves_it(house):
    shown = house.issued()
    house.clock.advance(hours=24)
    lifecycle.miss_receipts(house.world)
    receipts.stored(house.world, shown.credential.id, shown.credential.newest.id, MAYA)
    house.clock.advance(hours=24)
    assert lifecycle.suspend_unconfirmed(house.world) == 0


def test_an_expired_credential_is_removed_and_its_name_is_free(house):
    shown = house.issued()
    house.clock.advance(days=40)
    assert not kept(house, shown.credential).works_at(house.clock.now())
    sweep(house.world)
    tombstone = kept(house, shown.credential)
    assert tombstone.state is CredentialState.EXPIRED
    assert [s.state for s in tombstone.secrets] == [SecretState.RETIRED]
    house.opened(name=shown.credential.name)


def test_a_start_of_a_process_that_died_is_over_at_the_next_start(house):
    request = house.approved()
    house.authority.lose_after = True
    house.reveal(request)
    house.authority.lose_after = False
    sweep(house.world, starting=True)
    assert state_of(house, request) is State.APPROVED


def test_a_press_on_something_unknown_is_refused(house):
    shown = house.issued()
    assert again(house, shown, credential=uuid4()).reason is Reason.NOT_FOUND
    assert again(house, shown, secret=uuid4()).reason is Reason.STALE


def test_it_is_too_late_to_say_that_it_arrived_once_it_is_suspended(house):
    shown = house.issued()
    house.clock.advance(hours=24)
    lifecycle.miss_receipts(house.world)
    house.clock.advance(hours=24)
    lifecycle.suspend_unconfirmed(house.world)
    late = receipts.stored(house.world, shown.credential.id, shown.credential.newest.id, MAYA)
    assert late.reason is Reason.WRONG_STATE
    assert "suspended" in late.sentence


def test_a_delivery_that_was_never_answered_for_is_settled_when_the_secret_is_replaced(house):
    first = house.issued()
    again(house, first)
    assert [s.delivery for s in kept(house, first.credential).secrets] == [Delivery.UNKNOWN, Delivery.PENDING]
