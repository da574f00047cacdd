"""People who leave: what they own is shown to be taken over, what they asked for and voted on is settled. Once each."""

import pytest

from bot.domain.errors import Denied
from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind
from bot.domain.request import Request, State
from bot.domain.role import SUPER_ADMIN
from bot.service import effects, leaving, lifecycle, requests
from bot.service.changing import ChangeCommand
from bot.service.sweep import sweep
from bot.service.vendors import errands
from bot.store import RosterStore
from bot.store.auditing import story_problems
from tests.support import vendors
from tests.support.people import ANA, BEN, LOGISTICS, MAYA, OLGA, SAM, member

pytestmark = pytest.mark.engines("sqlite", "postgresql")


@pytest.fixture(autouse=True)
def the_story_is_sound(house):
    yield
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


def is_there(house, who, *, active):
    """The workspace says so, by an event or at night: both end up in the local copy."""
    house.directory.members[who] = member(who, active=active)
    RosterStore(house.store).save_members([member(who, active=active)], house.clock.now())


def leaves(house, who):
    is_there(house, who, active=False)
    sweep(house.world)


def state_of(house, request):
    with house.store.read() as reader:
        return reader.requests.get(request.id)


def cards(house):
    """What was written to channels about who left: where, and how many credentials need an owner by now."""
    with house.store.read() as reader:
        told = [notice for notice in house.waiting() if notice.kind is NoticeKind.OWNER_LEFT]
        return [(notice.channel, as_sent(reader, notice).needing) for notice in told]


def as_sent(reader, notice):
    return reader.notices.group(notice.kind, notice.group, limit=10)


def written_to(house, who):
    return [notice.kind for notice in house.waiting() if notice.person == who]


def left(house):
    """The entries of people who left: whom they name, and how many credentials."""
    with house.store.connect() as connection:
        ledger = house.store.ledger
        told = [entry.event.body for entry in ledger.entries(connection) if entry.event.kind == "person:left"]
        return [(ledger.who(connection, body["who"])[1], body["credentials"]) for body in told]


def ask(house, credential, kind, **changes):
    values = {"submission": f"{kind}", "kind": kind, "credential": credential.id, "requester": MAYA, "reason": "So"}
    opened = requests.open_change(house.world, ChangeCommand(**{**values, **changes}))
    assert isinstance(opened, Request), opened
    return opened


# --- what they own ----------------------------------------------------------------------------------------------------


def test_what_they_own_is_shown_in_each_estates_channel_once(house):
    for number in range(3):
        house.issued(owner=OLGA, name=f"job {number}")
    house.issued(owner=OLGA, name="elsewhere", estate=LOGISTICS)
    house.issued(owner=SAM, name="not theirs")
    leaves(house, OLGA)
    sweep(house.world)
    assert sorted(cards(house)) == [("C0LOGISTICS", 1), ("C0RETAIL", 3)]
    assert left(house) == [(OLGA, 4)]


def test_whoever_owned_nothing_leaves_without_a_word(house):
    leaves(house, OLGA)
    assert cards(house) == []
    assert left(house) == []


def test_the_card_is_edited_when_somebody_takes_one_over(house):
    credential = house.issued(owner=OLGA).credential
    leaves(house, OLGA)
    request = house.vote(ask(house, credential, Kind.TRANSFER, owner=SAM), ANA)
    effects.accept(house.world, request.id, request.digest, SAM)
    assert cards(house) == [("C0RETAIL", 0)] * 2
    assert NoticeKind.OWNER_TRANSFERRED not in written_to(house, OLGA), "nobody is written to who has left"


def test_those_that_did_not_fit_come_onto_the_card_as_the_first_are_taken_over(house):
    owned = [house.issued(owner=OLGA, name=f"job {number:02}").credential for number in range(13)]
    leaves(house, OLGA)
    for credential in owned[:11]:
        request = house.vote(ask(house, credential, Kind.TRANSFER, submission=credential.name, owner=SAM), ANA)
        effects.accept(house.world, request.id, request.digest, SAM)
    with house.store.read() as reader:
        card = as_sent(reader, next(notice for notice in house.waiting() if notice.kind is NoticeKind.OWNER_LEFT))
    assert card.needing == 2
    assert [item.name for item in card.items[:2]] == ["job 11", "job 12"]


def test_the_card_is_edited_when_one_of_them_is_deleted_and_when_that_is_undone(house):
    credential = house.issued(owner=OLGA).credential
    leaves(house, OLGA)
    house.vote(ask(house, credential, Kind.DELETE, typed_name=credential.name), ANA)
    assert len(cards(house)) == 2
    lifecycle.undo_deletion(house.world, credential.id, MAYA)
    assert len(cards(house)) == 3


def test_what_they_had_still_to_delete_elsewhere_is_on_the_card_until_an_admin_says_that_it_is_done(house):
    house = vendors.with_vendor(house)
    waits, other = vendors.tracked(house), vendors.tracked(house, name="other", client_id="another-client")
    for credential in (waits, other):
        request = ask(house, credential, Kind.DELETE, submission=credential.name, typed_name=credential.name)
        house.vote(request, ANA)
    errands.gone_there(house.world, other.id, OLGA)
    leaves(house, OLGA)
    assert cards(house) == [("C0RETAIL", 1)]
    assert left(house) == [(OLGA, 1)]
    with house.store.read() as reader:
        card = as_sent(reader, next(notice for notice in house.waiting() if notice.kind is NoticeKind.OWNER_LEFT))
    assert [item.id for item in card.items] == [waits.id]
    errands.gone_there(house.world, waits.id, MAYA)
    assert cards(house) == [("C0RETAIL", 0)] * 2, "the card is edited"


def test_whoever_comes_back_and_leaves_again_is_told_of_again(house):
    house.issued(owner=OLGA)
    leaves(house, OLGA)
    is_there(house, OLGA, active=True)
    sweep(house.world)
    assert cards(house) == [("C0RETAIL", 0)] * 2, "the first is edited: it offers nothing any more"
    leaves(house, OLGA)
    assert cards(house) == [("C0RETAIL", 1)] * 3
    assert len({notice.group for notice in house.waiting() if notice.kind is NoticeKind.OWNER_LEFT}) == 2
    assert left(house) == [(OLGA, 1)] * 2


def test_of_two_sweeps_at_once_one_tells_of_it(house):
    house.issued(owner=OLGA)
    is_there(house, OLGA, active=False)
    with house.store.work() as work:
        assert work.leavers.add(OLGA, work.now)
        assert not work.leavers.add(OLGA, work.now)
    assert leaving.show_what_is_left(house.world) == 0
    assert cards(house) == []


# --- what they asked for ----------------------------------------------------------------------------------------------


def test_a_request_of_theirs_is_withdrawn_with_a_sentence_and_its_name_is_free(house):
    request = house.opened(owner=OLGA)
    leaves(house, MAYA)
    ended = state_of(house, request)
    assert (ended.state, ended.closing) == (State.WITHDRAWN, "the person who asked for it has left the workspace")
    is_there(house, MAYA, active=True)
    house.opened(owner=OLGA)


@pytest.mark.parametrize("approved", [False, True])
def test_a_credential_that_was_asked_for_them_is_not_handed_out(house, approved):
    request = house.approved(owner=OLGA) if approved else house.opened(owner=OLGA)
    leaves(house, OLGA)
    ended = state_of(house, request)
    assert (ended.state, ended.closing) == (State.WITHDRAWN, "the person whose press it needed has left the workspace")
    assert NoticeKind.REQUESTER_TOLD in written_to(house, MAYA)


def test_a_transfer_to_them_is_withdrawn(house):
    request = ask(house, house.issued(owner=OLGA).credential, Kind.TRANSFER, owner=SAM)
    leaves(house, SAM)
    assert state_of(house, request).state is State.WITHDRAWN


@pytest.mark.parametrize(
    ("kind", "changes"), [(Kind.DELETE, {"typed_name": "CI deploys"}), (Kind.TRANSFER, {"owner": SAM})]
)
def test_what_others_asked_for_about_their_credentials_goes_on(house, kind, changes):
    request = ask(house, house.issued(owner=OLGA).credential, kind, **changes)
    leaves(house, OLGA)
    assert state_of(house, request).state is State.PENDING
    assert not isinstance(house.vote(request, ANA), Denied)


# --- what they voted on -----------------------------------------------------------------------------------------------


def test_their_vote_no_longer_counts_and_the_card_is_redrawn(house):
    request = house.opened(role=SUPER_ADMIN.key)
    house.vote(request, ANA)
    before = sum(notice.kind is NoticeKind.APPROVAL_CARD for notice in house.waiting())
    leaves(house, ANA)
    assert sum(notice.kind is NoticeKind.APPROVAL_CARD for notice in house.waiting()) == before + 1
    now = state_of(house, request)
    assert now.approvals(house.world.policy, house.directory) == ()
    assert house.vote(now, BEN).state is State.PENDING, "one of two"
    sweep(house.world)
    assert left(house) == [(ANA, 0)]
