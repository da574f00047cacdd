"""What happens to a credential after its issue: asked for, approved, checked once more, and told in the ledger."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.clauses import Rotation
from bot.domain.credential import SecretState, State
from bot.domain.errors import Denied, Reason
from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind
from bot.domain.request import Request
from bot.domain.request import State as RequestState
from bot.service import effects, lifecycle, requests
from bot.service.asking import Field, Problem
from bot.service.changing import ChangeCommand
from bot.service.delivery.outbox import send_due
from bot.service.handover import receipts
from bot.service.handover.issuance import Shown
from bot.service.logins.last_use import Use
from bot.service.reading.previewing import preview_change
from bot.service.sweep import sweep
from bot.store.auditing import story_problems
from tests.support.people import ANA, BEN, CAI, MAYA, OLGA, OTTO, SAM, member


@pytest.fixture
def credential(house):
    """Olga's, asked for by Maya."""
    return house.issued(owner=OLGA).credential


@pytest.fixture(autouse=True)
def the_story_is_sound(house):
    yield
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


def command(credential, kind, **changes) -> ChangeCommand:
    values = {
        "submission": f"{kind}-{credential.name}",
        "kind": kind,
        "credential": credential.id,
        "requester": OLGA,
        "reason": "It must be",
    }
    return ChangeCommand(**{**values, **changes})


def ask(house, credential, kind, **changes):
    return requests.open_change(house.world, command(credential, kind, **changes))


def approve(house, request, voter=ANA):
    decided = house.vote(request, voter)
    assert isinstance(decided, Request), decided
    return decided


def now(house, credential):
    with house.store.read() as reader:
        return reader.credentials.get(credential.id)


def problem(found) -> Problem:
    assert isinstance(found, tuple), found
    return found[0]


def test_an_owners_own_rotation_of_read_only_needs_nobody(house, credential):
    request = ask(house, credential, Kind.ROTATE, reason="")
    assert (request.state, request.quorum) == (RequestState.APPROVED, 0)
    assert "request:allowed" in house.kinds()


def test_a_rotation_that_renews_needs_approval(house, credential):
    later = house.world.policy.last_day(credential.expires_at) + timedelta(days=30)
    request = ask(house, credential, Kind.ROTATE, expires_on=later)
    assert request.state is RequestState.PENDING
    assert approve(house, request).state is RequestState.APPROVED


def test_a_rotation_asked_for_by_an_admin_needs_approval(house, credential):
    assert ask(house, credential, Kind.ROTATE, requester=MAYA).state is RequestState.PENDING


def test_a_rule_that_was_taken_back_lets_nothing_through(house, credential):
    request = ask(house, credential, Kind.ROTATE)
    stricter = house.under(replace(house.world.policy, rotation=Rotation(alone=frozenset())))
    refused = stricter.reveal(request)
    assert isinstance(refused, Denied)
    assert refused.reason is Reason.QUORUM_LOST


def test_a_rotation_puts_a_new_secret_beside_the_old_one(house, credential):
    shown = house.reveal(ask(house, credential, Kind.ROTATE))
    assert isinstance(shown, Shown)
    after = now(house, credential)
    assert [secret.state for secret in after.secrets] == [SecretState.RETIRING, SecretState.LIVE]
    assert len(after.working(house.clock.now())) == 2
    assert after.retiring.retire_at == house.clock.now() + timedelta(days=7)


def test_a_second_rotation_ends_the_oldest_secret(house, credential):
    for number in range(2):
        shown = house.reveal(ask(house, credential, Kind.ROTATE, submission=f"rotate {number}"))
        receipts.stored(house.world, credential.id, shown.credential.newest.id, OLGA)
    after = now(house, credential)
    assert [s.state for s in after.secrets] == [SecretState.RETIRED, SecretState.RETIRING, SecretState.LIVE]


def test_a_secret_that_was_used_a_moment_ago_is_the_one_that_a_second_rotation_keeps(house, credential):
    receipts.stored(house.world, credential.id, credential.newest.id, OLGA)
    shown = house.reveal(ask(house, credential, Kind.ROTATE, submission="rotate 0"))
    used = {"credential": credential.id, "secret": shown.credential.newest.id, "address": "192.0.2.7"}
    house.world.uses.note(Use(at=house.clock.now(), **used))
    house.reveal(ask(house, credential, Kind.ROTATE, submission="rotate 1"))
    states = [s.state for s in now(house, credential).secrets]
    assert states == [SecretState.RETIRED, SecretState.RETIRING, SecretState.LIVE]


def test_a_compromised_secret_ends_when_the_rotation_is_asked_for(house, credential):
    request = ask(house, credential, Kind.ROTATE, compromised=True)
    assert now(house, credential).working(house.clock.now()) == ()
    house.reveal(request)
    assert [s.state for s in now(house, credential).secrets] == [SecretState.RETIRED, SecretState.LIVE]


def test_what_is_being_deleted_is_said_to_be(house, credential):
    approve(house, ask(house, credential, Kind.DELETE, typed_name=credential.name))
    assert "is being deleted, so this cannot be done." in problem(ask(house, credential, Kind.EXTEND)).sentence


def test_an_extension_takes_effect_with_the_last_approval(house, credential):
    later = house.world.policy.last_day(credential.expires_at) + timedelta(days=30)
    done = approve(house, ask(house, credential, Kind.EXTEND, expires_on=later))
    assert done.state is RequestState.FULFILLED
    after = now(house, credential)
    assert after.expires_at == house.world.policy.end_of(later)
    assert after.plan.due_at > house.clock.now()


def test_a_suspended_credential_is_resumed_by_approval_only(house, credential):
    suspended = lifecycle.suspend(house.world, credential.id, OLGA)
    assert suspended.state is State.SUSPENDED
    assert approve(house, ask(house, credential, Kind.RESUME)).state is RequestState.FULFILLED
    assert now(house, credential).state is State.ACTIVE


def test_a_transfer_waits_for_the_new_owner(house, credential):
    request = approve(house, ask(house, credential, Kind.TRANSFER, owner=SAM))
    assert request.state is RequestState.APPROVED
    assert now(house, credential).owner == OLGA
    refused = effects.accept(house.world, request.id, request.digest, OLGA)
    assert refused.reason is Reason.NOT_OWNER
    done = effects.accept(house.world, request.id, request.digest, SAM)
    assert done.state is RequestState.FULFILLED
    assert now(house, credential).owner == SAM


def test_the_new_owner_of_a_transfer_does_not_approve_it(house, credential):
    request = ask(house, credential, Kind.TRANSFER, owner=ANA)
    assert house.vote(request, ANA).reason is Reason.OWN_BENEFIT


def test_a_deletion_ends_authentication_at_once_and_can_be_undone_for_a_while(house, credential):
    done = approve(house, ask(house, credential, Kind.DELETE, typed_name=credential.name))
    assert done.state is RequestState.FULFILLED
    assert now(house, credential).state is State.DELETING
    assert now(house, credential).working(house.clock.now()) == ()
    house.clock.advance(minutes=59)
    assert lifecycle.undo_deletion(house.world, credential.id, OLGA).state is State.SUSPENDED


def test_a_deletion_shortly_before_its_end_can_be_undone_until_its_end(house, credential):
    house.clock.time = credential.expires_at - timedelta(minutes=30)
    approve(house, ask(house, credential, Kind.DELETE, typed_name=credential.name))
    assert now(house, credential).undo_until == credential.expires_at
    house.clock.time = credential.expires_at
    assert lifecycle.undo_deletion(house.world, credential.id, OLGA).reason is Reason.WRONG_STATE
    sweep(house.world)
    assert now(house, credential).state is State.DELETED


@pytest.mark.parametrize("undone", [True, False])
def test_whoever_asked_for_a_deletion_and_whoever_approved_it_see_what_became_of_it(house, credential, undone):
    request = approve(house, ask(house, credential, Kind.DELETE, typed_name=credential.name))
    send_due(house.world, house.notifier)
    house.notifier.sent.clear()
    if undone:
        lifecycle.undo_deletion(house.world, credential.id, OLGA)
    else:
        house.clock.advance(minutes=61)
        lifecycle.finish_deletions(house.world)
    send_due(house.world, house.notifier)
    edited = {(notice.kind, notice.person) for notice, _, posted in house.notifier.sent if posted is not None}
    assert (NoticeKind.REQUESTER_TOLD, request.asked.requester) in edited
    assert {(NoticeKind.APPROVAL_CARD, None), (NoticeKind.APPROVER_ASKED, ANA)} <= edited


def test_more_time_of_a_role_that_left_the_policy_is_refused_with_that_reason(house, credential):
    gone = house.under(replace(house.world.policy, roles={}))
    refused = preview_change(gone.world, command(credential, Kind.EXTEND))
    assert "no longer in the policy" in refused.sentence


def test_a_deletion_that_was_not_undone_leaves_a_tombstone(house, credential):
    approve(house, ask(house, credential, Kind.DELETE, typed_name=credential.name))
    house.clock.advance(minutes=61)
    assert lifecycle.undo_deletion(house.world, credential.id, OLGA).reason is Reason.WRONG_STATE
    sweep(house.world)
    gone = now(house, credential)
    assert (gone.state, [s.state for s in gone.secrets]) == (State.DELETED, [SecretState.RETIRED])
    house.issued(owner=OLGA)  # its name is free


def test_an_approval_that_no_longer_fits_ends_the_request_and_says_why(house, credential):
    request = approve(house, ask(house, credential, Kind.TRANSFER, owner=SAM))
    approve(house, ask(house, credential, Kind.DELETE, typed_name=credential.name))
    refused = effects.accept(house.world, request.id, request.digest, SAM)
    assert "being deleted" in refused.sentence
    with house.store.read() as reader:
        assert reader.requests.get(request.id).state is RequestState.WITHDRAWN


def test_an_approval_of_somebody_who_left_does_not_count_when_it_takes_effect(house, credential):
    request = approve(house, ask(house, credential, Kind.TRANSFER, owner=SAM))
    house.directory.members[ANA] = member(ANA, active=False)
    assert "may still do so" in effects.accept(house.world, request.id, request.digest, SAM).sentence


def test_what_the_program_did_not_come_to_is_done_by_the_sweep(house, credential, monkeypatch):
    request = ask(house, credential, Kind.DELETE, typed_name=credential.name)
    with monkeypatch.context() as patch:
        patch.setattr(requests, "carry_out", lambda *_: None)
        assert approve(house, request).state is RequestState.APPROVED
    sweep(house.world)
    assert now(house, credential).state is State.DELETING


@pytest.mark.parametrize(
    ("kind", "changes", "field", "words"),
    [
        (Kind.DELETE, {"typed_name": "another"}, Field.NAME, "Type “CI deploys”"),
        (Kind.TRANSFER, {"owner": OLGA}, Field.OWNER, "owns it already"),
        (Kind.TRANSFER, {"owner": OTTO}, Field.OWNER, "active full member"),
        (Kind.TRANSFER, {}, Field.OWNER, "Choose who"),
        (Kind.EXTEND, {}, Field.EXPIRES, "Choose the last day"),
        (Kind.RESUME, {}, Field.FORM, "is active"),
        (Kind.DELETE, {"typed_name": "CI deploys", "reason": " "}, Field.REASON, "what it is for"),
        (Kind.DELETE, {"typed_name": "CI deploys", "requester": ANA}, Field.FORM, "Only its owner or an admin"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(house, kind, changes, field, words):
    found = problem(ask(house, house.issued(owner=OLGA).credential, kind, **changes))
    assert found.field is field
    assert words in found.sentence


def test_a_longer_life_than_the_role_allows_is_refused(house, credential):
    far = house.world.policy.today(house.clock.now()) + timedelta(days=400)
    assert problem(ask(house, credential, Kind.EXTEND, expires_on=far)).field is Field.EXPIRES


def test_the_same_is_asked_for_once_at_a_time(house, credential):
    first = ask(house, credential, Kind.DELETE, typed_name=credential.name)
    again = ask(house, credential, Kind.DELETE, typed_name=credential.name, submission="another form")
    assert first.code in problem(again).sentence
    assert ask(house, credential, Kind.DELETE, typed_name=credential.name) == first


@pytest.mark.parametrize("who", [ANA, SAM, BEN, CAI])
def test_nobody_but_owner_and_admins_changes_it(house, credential, who):
    assert isinstance(lifecycle.suspend(house.world, credential.id, who), Denied)
    assert isinstance(ask(house, credential, Kind.EXTEND, requester=who), tuple)
