"""Credentials that live elsewhere: approved as ever, made by their owner there, and known here without a secret."""

import threading
from dataclasses import replace

import pytest

from bot.domain.credential import Credential, State
from bot.domain.errors import Denied, Reason
from bot.domain.events import EVENTS, EventKind
from bot.domain.ids import AuthorityKey
from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind
from bot.domain.request import Request
from bot.domain.request import State as RequestState
from bot.domain.role import READ_ONLY
from bot.service import effects, lifecycle, requests
from bot.service.asking import Field
from bot.service.changing import ChangeCommand
from bot.service.expiry import warnings
from bot.service.handover import receipts
from bot.service.reading import inventory
from bot.service.vendors import tracking
from bot.store.auditing import story_problems
from tests.support import vendors
from tests.support.people import ANA, BEN, CAI, MAYA, OLGA, SAM, member
from tests.support.vendors import CLIENT_ID, SOPHOS, said, tracked


@pytest.fixture
def house(house):
    return vendors.with_vendor(house)


@pytest.fixture(autouse=True)
def the_story_is_sound(house):
    yield
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


@pytest.fixture
def request_(house):
    """Olga's, approved: it waits for her to make it."""
    return house.approved(owner=OLGA, authority=SOPHOS)


def now(house, request):
    with house.store.read() as reader:
        return reader.requests.get(request.id)


def ends_in(house, days):
    return house.world.policy.end_of(vendors.in_days(house, days))


def test_what_its_owner_says_is_there_is_tracked_without_a_secret(house, request_):
    made = tracking.made(house.world, said(house, request_, client_id=f" {CLIENT_ID} "))
    assert isinstance(made, Credential)
    with house.store.read() as reader:
        kept = reader.credentials.get(made.id)
    assert kept == made
    assert (kept.client_id, kept.authority, kept.secrets, kept.state) == (CLIENT_ID, SOPHOS, (), State.ACTIVE)
    assert kept.plan.due_at is not None
    assert now(house, request_).state is RequestState.FULFILLED
    assert house.kinds()[-1] == "credential:tracked"
    assert house.authority.issued == 0


def test_its_expiry_is_the_one_that_the_vendor_shows(house, request_):
    later = vendors.in_days(house, 200)
    made = tracking.made(house.world, said(house, request_, expires_on=later))
    assert made.expires_at == house.world.policy.end_of(later)


def test_said_twice_it_is_tracked_once(house, request_):
    command = said(house, request_)
    first = tracking.made(house.world, command)
    assert tracking.made(house.world, command) == first
    assert house.kinds().count("credential:tracked") == 1
    other = tracking.made(house.world, said(house, request_, client_id="another"))
    assert isinstance(other, Denied)


def test_of_many_at_once_one_counts(house, request_):
    said_ids = [f"client-{number}" for number in range(8)]
    outcomes = []

    def say(client_id):
        outcomes.append(tracking.made(house.world, said(house, request_, client_id=client_id)))

    threads = [threading.Thread(target=say, args=(each,)) for each in said_ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(outcome, Credential) for outcome in outcomes) == 1
    assert house.kinds().count("credential:tracked") == 1


@pytest.mark.parametrize("who", [MAYA, ANA])
def test_nobody_but_the_owner_says_so(house, request_, who):
    refused = tracking.made(house.world, said(house, request_, actor=who))
    assert (refused.reason, now(house, request_).state) == (Reason.NOT_OWNER, RequestState.APPROVED)
    assert tracking.to_be_made(house.world, request_.id, request_.digest, who).reason is Reason.NOT_OWNER


def test_another_request_than_was_shown_counts_for_nothing(house, request_):
    assert tracking.made(house.world, said(house, request_, digest="0" * 64)).reason is Reason.STALE


def test_what_nobody_approved_is_not_tracked(house):
    pending = house.opened(owner=OLGA, authority=SOPHOS)
    assert tracking.made(house.world, said(house, pending)).reason is Reason.WRONG_STATE


def test_what_lives_here_is_not_tracked_and_what_lives_there_is_not_revealed(house, request_):
    here = house.approved(owner=OLGA, name="here")
    assert tracking.made(house.world, said(house, here)).reason is Reason.NOT_FOUND
    assert house.reveal(request_).reason is Reason.NOT_FOUND
    assert house.authority.issued == 0


def test_it_is_too_late_once_the_window_is_over(house, request_):
    house.clock.advance(hours=25)
    refused = tracking.made(house.world, said(house, request_))
    assert refused.reason is Reason.LAPSED
    assert "say that it is made" in refused.sentence
    requests.lapse_overdue(house.world)
    assert "nobody said in time" in now(house, request_).closing


def test_an_approval_that_no_longer_stands_ends_the_request(house, request_):
    house.directory.members[ANA] = member(ANA, active=False)
    refused = tracking.made(house.world, said(house, request_))
    assert refused.reason is Reason.QUORUM_LOST
    assert now(house, request_).state is RequestState.DENIED


def test_a_role_that_means_something_else_by_now_ends_the_request(house, request_):
    other = replace(READ_ONLY, permissions=frozenset())
    changed = house.under(replace(house.world.policy, roles={other.key: other}))
    assert tracking.made(changed.world, said(changed, request_)).reason is Reason.POLICY_CHANGED
    request = house.approved(owner=OLGA, authority=SOPHOS, name="another")
    gone = house.under(replace(house.world.policy, roles={}))
    assert tracking.made(gone.world, said(gone, request)).reason is Reason.POLICY_CHANGED


@pytest.mark.parametrize(
    ("client_id", "words"),
    [
        ("", "Write the client ID"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4a", "looks like a secret"),
        ("x" * 256, "255 at most"),
        ("two words", "no spaces"),
        ("`code`", "no spaces, quotes"),
        ("schlüssel", "no spaces"),
    ],
)
def test_what_is_no_client_id_is_refused_at_its_field(house, request_, client_id, words):
    (problem,) = tracking.made(house.world, said(house, request_, client_id=client_id))
    assert problem.field is Field.CLIENT
    assert words in problem.sentence
    assert not client_id or client_id not in problem.sentence
    assert now(house, request_).state is RequestState.APPROVED


def test_a_client_id_is_of_one_credential_of_its_vendor_only(house, request_):
    tracked(house, name="first")
    (problem,) = tracking.made(house.world, said(house, request_))
    assert "another credential's" in problem.sentence
    assert tracking.problems_with_made(house.world, said(house, request_)) == (problem,)


def test_one_that_expired_here_and_still_works_there_can_be_tracked_again(house):
    first = tracked(house)
    house.clock.advance(days=91)
    assert lifecycle.expire_due(house.world) == 1
    again = tracked(house, submission="again")
    assert (again.client_id, again.id == first.id) == (CLIENT_ID, False)
    with house.store.read() as reader:
        assert reader.credentials.of_client(CLIENT_ID, SOPHOS).id == again.id
    second = house.approved(owner=OLGA, authority=SOPHOS, name="second", submission="second")
    (problem,) = tracking.made(house.world, said(house, second))
    assert "another credential's" in problem.sentence


@pytest.mark.parametrize(("days", "words"), [(-1, "has passed"), (400, "Where it lives, let it end on")])
def test_a_day_that_cannot_be_is_refused_at_its_field(house, request_, days, words):
    (problem,) = tracking.made(house.world, said(house, request_, expires_on=vendors.in_days(house, days)))
    assert problem.field is Field.EXPIRES
    assert words in problem.sentence


def test_a_vendor_that_is_not_in_the_policy_cannot_be_asked_for(house):
    (problem,) = requests.open_add(house.world, house.command(authority=AuthorityKey("elsewhere")))
    assert problem.field is Field.AUTHORITY


def test_a_vendor_that_left_the_policy_stops_nothing(house, request_):
    left = house.under(replace(house.world.policy, vendors={}))
    assert isinstance(tracking.made(left.world, said(left, request_)), Credential)


@pytest.mark.parametrize(("kind", "words"), [(Kind.ROTATE, "its secret is changed there"), (Kind.RESUME, "there")])
def test_what_is_done_where_it_lives_is_refused_here(house, kind, words):
    credential = tracked(house)
    command = ChangeCommand(submission="x", kind=kind, credential=credential.id, requester=OLGA, reason="Must be")
    (problem,) = requests.open_change(house.world, command)
    assert "lives elsewhere" in problem.sentence or kind is Kind.RESUME
    assert words in problem.sentence or "is active" in problem.sentence
    assert "lives elsewhere" in lifecycle.suspend(house.world, credential.id, OLGA).sentence


def test_a_press_on_a_secret_that_there_is_not_does_nothing(house):
    credential = tracked(house)
    receipts.delivered(house.world, credential.id, credential.id, "delivered")
    assert receipts.stored(house.world, credential.id, credential.id, OLGA).reason is Reason.NOT_FOUND


def test_it_is_handed_on_extended_and_expires_as_any_other(house):
    credential = tracked(house)
    later = vendors.in_days(house, 100)
    request = house.vote(vendors.prolonging(house, credential), CAI)
    assert isinstance(tracking.made(house.world, said(house, request, expires_on=later)), Credential)
    house.clock.advance(days=102)
    assert lifecycle.expire_due(house.world) == 1
    with house.store.read() as reader:
        assert reader.credentials.get(credential.id).state is State.EXPIRED
    house.issued(owner=OLGA)  # its name is free


@pytest.fixture
def prolonged(house):
    """Olga's credential, and the approval that it lives 100 days from now."""
    credential = tracked(house, expires_on=vendors.in_days(house, 50))
    return house.vote(vendors.prolonging(house, credential, by=MAYA), CAI)


def test_an_extension_that_nobody_has_done_there_silences_no_warning(house, prolonged):
    with house.store.read() as reader:
        credential = reader.credentials.get(prolonged.credential)
    assert (prolonged.state, credential.expires_at) == (RequestState.APPROVED, ends_in(house, 50))
    assert requests.take_effect(house.world, prolonged).state is RequestState.APPROVED
    assert effects.carry_out_approved(house.world) == 0
    offers = [n.person for n in house.waiting() if n.kind is NoticeKind.OWNER_REVEAL and n.request == prolonged.id]
    assert offers == [prolonged.asked.owner]
    assert [r.id for r in inventory.pending(house.world, OLGA).to_reveal] == [prolonged.id]
    house.clock.advance(hours=25)
    requests.lapse_overdue(house.world)
    assert now(house, prolonged).closing == "nobody said in time that it was extended"
    house.clock.advance(days=21)
    assert warnings.raise_due(house.world) == 1


@pytest.mark.parametrize("days", [100, 80])
def test_it_works_until_the_day_that_its_owner_reads_there(house, prolonged, days):
    command = said(house, prolonged, client_id="", expires_on=vendors.in_days(house, days))
    extended = tracking.made(house.world, command)
    assert extended.expires_at == ends_in(house, days)
    assert now(house, prolonged).state is RequestState.FULFILLED
    assert tracking.made(house.world, command) == extended
    assert house.kinds().count("credential:extended") == 1


@pytest.mark.parametrize(("days", "sentence"), [(101, "approved until"), (50, "ended on"), (-1, "ended on")])
def test_a_day_that_nobody_approved_or_that_is_no_later_is_refused(house, prolonged, days, sentence):
    command = said(house, prolonged, client_id="", expires_on=vendors.in_days(house, days))
    (problem,) = tracking.made(house.world, command)
    assert (problem.field, sentence in problem.sentence) == (Field.EXPIRES, True)
    assert tracking.problems_with_made(house.world, command) == (problem,)
    assert now(house, prolonged).state is RequestState.APPROVED


def test_nobody_but_its_owner_says_that_it_is_extended(house, prolonged):
    refused = tracking.made(house.world, said(house, prolonged, actor=MAYA))
    assert (refused.reason, refused.sentence) == (Reason.NOT_OWNER, "Only the owner can say that it is extended.")


def test_an_approved_extension_ends_when_it_is_handed_on(house, prolonged):
    command = ChangeCommand(
        submission="x", kind=Kind.TRANSFER, credential=prolonged.credential, requester=OLGA, reason="Away", owner=SAM
    )
    transfer = house.vote(requests.open_change(house.world, command), ANA)
    assert isinstance(effects.accept(house.world, transfer.id, transfer.digest, SAM), Request)
    ended = now(house, prolonged)
    assert (ended.state, ended.closing) == (RequestState.WITHDRAWN, effects.HANDED_ON)
    assert isinstance(tracking.made(house.world, said(house, prolonged)), Denied)


def test_no_entry_of_a_tracked_credential_has_room_for_a_secret():
    for event in EVENTS:
        if event.kind in (EventKind.CREDENTIAL_TRACKED, EventKind.CREDENTIAL_IMPORTED):
            assert not {"secret", "fingerprint", "record"} & set(event.__dataclass_fields__)


def test_super_admin_at_a_vendor_takes_two_as_well(house):
    request = house.opened(owner=OLGA, authority=SOPHOS, role="super-admin")
    assert house.vote(request, ANA).state is RequestState.PENDING
    assert house.vote(request, BEN).state is RequestState.APPROVED
