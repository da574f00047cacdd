"""What is told, kept and refused as a credential is suspended, handed on, deleted and brought back."""

from datetime import timedelta

import pytest

from bot.domain.credential import SecretState, State
from bot.domain.errors import Denied, Reason
from bot.domain.kind import Kind
from bot.domain.notice import Case, NoticeKind
from bot.domain.request import DECLINED, Request
from bot.domain.request import State as RequestState
from bot.domain.role import SUPER_ADMIN
from bot.domain.suspension import ASKED, DELETION_UNDONE, Suspension
from bot.service import effects, lifecycle, requests
from bot.service.changing import ChangeCommand
from bot.service.delivery.outbox import send_due
from bot.service.reading.looking import CredentialView, look, look_again
from bot.service.sweep import sweep
from bot.store.auditing import story_problems
from tests.support.people import ANA, BEN, CAI, MAYA, OLGA, SAM


@pytest.fixture
def credential(house):
    """Olga's, asked for by Maya."""
    return house.issued(owner=OLGA).credential


@pytest.fixture(autouse=True)
def the_story_is_sound(house):
    yield
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


def ask(house, credential, kind, requester=OLGA, **changes) -> Request:
    values = {"submission": f"{kind}{changes}", "kind": kind, "credential": credential.id, "reason": "It must be"}
    opened = requests.open_change(house.world, ChangeCommand(requester=requester, **{**values, **changes}))
    assert isinstance(opened, Request), opened
    return opened


def approved(house, request, *voters) -> Request:
    for voter in voters or (ANA,):
        request = house.vote(request, voter)
        assert isinstance(request, Request), request
    return request


def handed_on(house, credential, to=SAM) -> None:
    request = approved(house, ask(house, credential, Kind.TRANSFER, owner=to), ANA if to != ANA else BEN)
    done = effects.accept(house.world, request.id, request.digest, to)
    assert isinstance(done, Request), done


def deleted(house, credential) -> Request:
    return approved(house, ask(house, credential, Kind.DELETE, typed_name=credential.name))


def now(house, credential):
    with house.store.read() as reader:
        return reader.credentials.get(credential.id)


def sent(house) -> list[tuple[NoticeKind, str]]:
    """What went out since the last look, and to whom."""
    house.notifier.sent.clear()
    send_due(house.world, house.notifier)
    return [(notice.kind, notice.person or notice.channel) for notice, _, _ in house.notifier.sent]


# --- suspension -------------------------------------------------------------------------------------------------------


def test_owner_and_channel_hear_of_each_suspension_anew(house, credential):
    for number in range(2):
        lifecycle.suspend(house.world, credential.id, MAYA)
        assert now(house, credential).suspension == Suspension(by=MAYA, why=ASKED)
        told = sent(house)
        assert (NoticeKind.OWNER_SUSPENDED, OLGA) in told
        assert (NoticeKind.SUSPENSION_CARD, "C0RETAIL") in told
        new = [posted for notice, _, posted in house.notifier.sent if notice.kind is NoticeKind.SUSPENSION_CARD]
        assert new == [None]
        approved(house, ask(house, credential, Kind.RESUME, submission=f"resume {number}"))
        assert now(house, credential).suspension is None


def test_what_nobody_confirmed_says_that_the_program_stopped_it(house, credential):
    for window in (house.world.policy.windows.claim, house.world.policy.windows.unconfirmed):
        house.clock.advance(seconds=window.total_seconds())
        sweep(house.world)
    assert now(house, credential).suspension == Suspension(by=None, why="nobody confirmed that the secret arrived")


def test_what_came_back_says_who_brought_it_back(house, credential):
    deleted(house, credential)
    lifecycle.undo_deletion(house.world, credential.id, MAYA)
    assert now(house, credential).suspension == Suspension(by=MAYA, why=DELETION_UNDONE)
    house.clock.advance(days=40)
    sweep(house.world)
    assert (now(house, credential).state, now(house, credential).suspension) == (State.EXPIRED, None)


# --- transfer ---------------------------------------------------------------------------------------------------------


def test_declined_transfer_ends_and_can_be_asked_for_again(house, credential):
    request = approved(house, ask(house, credential, Kind.TRANSFER, owner=SAM))
    refused = effects.decline(house.world, request.id, request.digest, OLGA)
    assert isinstance(refused, Denied)
    assert refused.reason is Reason.NOT_OWNER
    ended = effects.decline(house.world, request.id, request.digest, SAM)
    assert (ended.state, ended.closing) == (RequestState.DENIED, DECLINED)
    assert (NoticeKind.REQUESTER_TOLD, OLGA) in sent(house)
    assert isinstance(effects.decline(house.world, request.id, request.digest, SAM), Denied)
    handed_on(house, credential, to=BEN)
    assert now(house, credential).owner == BEN


def test_nothing_but_a_transfer_is_accepted_or_declined(house, credential):
    request = ask(house, credential, Kind.ROTATE)
    for answer in (effects.accept, effects.decline):
        assert answer(house.world, request.id, request.digest, OLGA).reason is Reason.NOT_FOUND


def test_transfer_that_nobody_accepts_lapses_and_says_so(house, credential):
    request = approved(house, ask(house, credential, Kind.TRANSFER, owner=SAM))
    house.clock.advance(seconds=house.world.policy.windows.claim.total_seconds() + 1)
    sweep(house.world)
    with house.store.read() as reader:
        assert "accepted" in reader.requests.get(request.id).closing


def test_rotation_of_before_a_transfer_gives_the_old_owner_no_secret(house, credential):
    request = approved(house, ask(house, credential, Kind.ROTATE, MAYA))
    handed_on(house, credential)
    refused = house.reveal(request)
    assert isinstance(refused, Denied)
    assert "transferred" in refused.sentence
    assert [secret.state for secret in now(house, credential).secrets] == [SecretState.LIVE]


def test_vote_of_whoever_owns_it_by_now_counts_no_more(house):
    credential = house.issued(owner=OLGA, role=SUPER_ADMIN.key).credential
    later = house.world.policy.last_day(credential.expires_at) + timedelta(days=30)
    request = approved(house, ask(house, credential, Kind.EXTEND, MAYA, expires_on=later), ANA)
    transfer = approved(house, ask(house, credential, Kind.TRANSFER, owner=ANA), BEN, CAI)
    effects.accept(house.world, transfer.id, transfer.digest, ANA)
    assert now(house, credential).owner == ANA
    decided = house.vote(request, BEN)
    assert decided.state is RequestState.DENIED
    assert "may still do so" in decided.closing
    assert now(house, credential).expires_at == credential.expires_at


# --- deletion ---------------------------------------------------------------------------------------------------------


def test_owner_and_channel_follow_a_deletion_to_its_end(house, credential):
    deleted(house, credential)
    assert (NoticeKind.OWNER_DELETED, OLGA) in sent(house)
    house.clock.advance(minutes=61)
    sweep(house.world)
    told = sent(house)
    assert (NoticeKind.OWNER_DELETED, OLGA) in told
    assert (NoticeKind.APPROVAL_CARD, "C0RETAIL") in told
    abouts = [about for _, about, _ in house.notifier.sent if isinstance(about, Case)]
    assert {about.credential.state for about in abouts} == {State.DELETED}


def test_second_deletion_is_told_anew(house, credential):
    deleted(house, credential)
    lifecycle.undo_deletion(house.world, credential.id, OLGA)
    sent(house)
    again = ask(house, credential, Kind.DELETE, submission="again", typed_name=credential.name)
    approved(house, again)
    sent(house)
    posted = [posted for notice, _, posted in house.notifier.sent if notice.kind is NoticeKind.OWNER_DELETED]
    assert posted == [None]


# --- looking ----------------------------------------------------------------------------------------------------------


def test_each_sees_what_they_may_do(house, credential):
    seen = {who: look(house.world, who, credential.name) for who in (OLGA, MAYA, SAM, ANA)}
    assert isinstance(seen[OLGA], CredentialView)
    assert Kind.ROTATE in seen[OLGA].changes
    assert seen[MAYA].may_suspend
    assert (seen[SAM].changes, seen[SAM].may_suspend) == ((), False)
    assert isinstance(seen[ANA], Denied)
    assert look_again(house.world, ANA, credential.id) is None


def test_what_has_ended_can_be_asked_for_again_by_those_who_may_add(house, credential):
    house.clock.advance(days=40)
    sweep(house.world)
    assert look(house.world, MAYA, credential.name).may_ask_again
    assert not look(house.world, OLGA, credential.name).may_ask_again
