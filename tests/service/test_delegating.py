"""Somebody stands in for an approver who is away: as one vote, of both of them, and never for requester or owner."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.credential import State as CredentialState
from bot.domain.errors import Reason
from bot.domain.notice import NoticeKind
from bot.domain.request import Request, State, Verdict
from bot.domain.role import SUPER_ADMIN
from bot.service import delegating
from bot.service.asking import SENT_BY_ANOTHER, Field
from bot.service.handover.issuance import Shown
from bot.service.requests import remind_approvers
from bot.service.sweep import sweep
from bot.store.auditing import story_problems
from tests.support.absences import begin, command
from tests.support.people import ANA, BEN, BOT, CAI, GONE, GUEST, LOGISTICS, MAYA, OLGA, OTTO, SAM, member


def problem(house, **changes) -> Field:
    (found,) = delegating.begin(house.world, command(house, **changes))
    return found.field


def asked(house, request) -> set[str]:
    return {
        each.person for each in house.waiting() if each.kind is NoticeKind.APPROVER_ASKED and each.request == request.id
    }


def told_of(house) -> list:
    with house.store.connect() as connection:
        return story_problems(house.store.ledger, connection)


def test_whoever_stands_in_votes_as_the_one_who_is_away(house):
    begin(house)
    approved = house.vote(house.opened(), SAM)
    assert (approved.state, approved.votes[0].stands_in_for) == (State.APPROVED, ANA)
    assert isinstance(house.reveal(approved), Shown)
    assert told_of(house) == []


def test_nobody_votes_before_it_begins_or_after_it_has_ended(house):
    request = house.opened()
    delegation = begin(house, begins=1, ends=1)
    assert house.vote(request, SAM).reason is Reason.NOT_APPROVER
    house.clock.time = delegation.since
    assert isinstance(house.vote(house.opened(name="other"), SAM), Request)
    house.clock.time = delegation.until
    assert house.vote(request, SAM).reason is Reason.NOT_APPROVER


def test_who_is_away_and_who_stands_in_count_once_between_them(house):
    begin(house)
    first, second = (house.opened(role=SUPER_ADMIN.key, name=name) for name in ("first", "second"))
    assert house.vote(first, SAM).state is State.PENDING
    assert house.vote(first, ANA).reason is Reason.ALREADY_VOTED
    assert house.vote(second, ANA).state is State.PENDING
    assert house.vote(second, SAM).reason is Reason.ALREADY_VOTED
    assert house.vote(first, BEN).state is State.APPROVED


def test_one_person_who_stands_in_for_two_votes_once(house):
    begin(house)
    begin(house, approver=BEN)
    request = house.opened(role=SUPER_ADMIN.key)
    assert house.vote(request, SAM).state is State.PENDING
    assert house.vote(request, SAM).reason is Reason.ALREADY_VOTED
    assert house.vote(request, BEN).state is State.APPROVED, "Sam voted for Ana, so Ben himself is not used up"


def test_whoever_stands_in_for_two_votes_for_the_one_who_was_not_heard(house):
    begin(house)
    begin(house, approver=BEN)
    request = house.opened(role=SUPER_ADMIN.key)
    house.vote(request, ANA)
    assert house.vote(request, SAM).votes[-1].stands_in_for == BEN


def test_there_is_no_delegate_of_a_delegate(house):
    begin(house)
    assert delegating.absence(house.world, SAM).reason is Reason.NOT_APPROVER
    assert problem(house, approver=SAM, delegate=OLGA) is Field.FORM
    begin(house, approver=CAI, delegate=OLGA)
    assert problem(house, approver=BEN, delegate=CAI) is Field.DELEGATE


def test_a_chain_in_the_tables_gives_no_vote(house):
    begin(house)
    with house.store.work() as work:
        (first,) = work.delegations.of(ANA, work.now)
        chained = replace(first, id=house.world.entropy.uuid(), approver=SAM, delegate=OLGA)
        work.delegations.add(chained, "by hand")
    assert house.vote(house.opened(), OLGA).reason is Reason.NOT_APPROVER


@pytest.mark.parametrize("owner", [MAYA, SAM])
def test_nobody_decides_for_another_what_they_asked_for_or_would_own(house, owner):
    begin(house)
    begin(house, approver=BEN, delegate=MAYA)
    request = house.opened(owner=owner)
    refused = {MAYA: Reason.OWN_REQUEST, SAM: Reason.OWN_BENEFIT}
    assert house.vote(request, owner).reason is refused[owner]


def test_what_an_approver_asked_for_is_not_decided_in_their_stead(house):
    policy = house.world.policy
    allowed = house.under(replace(policy, admins=replace(policy.admins, users=frozenset({MAYA, ANA}))))
    begin(allowed)
    request = allowed.opened(owner=ANA)
    assert SAM not in request.eligible(policy, house.directory)
    assert allowed.vote(request, SAM).reason is Reason.NOT_APPROVER


@pytest.mark.parametrize("leaver", [ANA, SAM])
def test_the_vote_no_longer_counts_once_one_of_both_has_left(house, leaver):
    begin(house)
    approved = house.vote(house.opened(), SAM)
    house.directory.members[leaver] = member(leaver, active=False)
    assert house.reveal(approved).reason is Reason.QUORUM_LOST


def test_who_is_no_longer_an_approver_has_nobody_voting_for_them(house):
    begin(house, approver=CAI)
    approved = house.vote(house.opened(), SAM)
    without = house.under(replace(house.world.policy, approvers=house.world.policy.approvers[:1]))
    assert without.reveal(approved).reason is Reason.QUORUM_LOST


def test_who_has_left_can_be_voted_for_anew_once_their_deputys_vote_counts_no_more(house):
    begin(house)
    request = house.opened(role=SUPER_ADMIN.key)
    house.vote(request, SAM)
    house.directory.members[SAM] = member(SAM, active=False)
    assert house.vote(request, ANA).state is State.PENDING
    assert house.vote(request, BEN).state is State.APPROVED


def test_it_reaches_as_far_as_the_right_of_the_one_who_is_away(house):
    begin(house, approver=CAI)
    assert house.vote(house.opened(estate=LOGISTICS), SAM).reason is Reason.NOT_APPROVER


def test_a_denial_says_in_whose_stead(house):
    begin(house)
    denied = house.vote(house.opened(), SAM, Verdict.DENY, "no")
    assert (denied.state, denied.votes[0].stands_in_for) == (State.DENIED, ANA)


def test_what_was_voted_stands_once_it_is_ended_and_nothing_more_is_voted(house):
    delegation = begin(house)
    approved, other = house.vote(house.opened(), SAM), house.opened(name="other")
    ended = delegating.end(house.world, delegation.id, ANA)
    assert not ended.holds(house.clock.now())
    assert house.vote(other, SAM).reason is Reason.NOT_APPROVER
    assert isinstance(house.reveal(approved), Shown)
    assert told_of(house) == []


def test_only_the_one_who_is_away_ends_it_and_once(house):
    delegation = begin(house)
    for other in (SAM, MAYA):
        assert delegating.end(house.world, delegation.id, other).reason is Reason.NOT_FOUND
    delegating.end(house.world, delegation.id, ANA)
    assert delegating.end(house.world, delegation.id, ANA).reason is Reason.WRONG_STATE
    assert house.kinds().count("delegation:ended") == 1


@pytest.mark.parametrize("stranger", [GUEST, BOT, GONE, OTTO, ANA, BEN, "U0NOBODY"])
def test_only_a_full_member_who_adds_a_vote_can_stand_in(house, stranger):
    assert problem(house, delegate=stranger) is Field.DELEGATE


@pytest.mark.parametrize(
    ("days", "field"), [((-1, 3), Field.SINCE), ((2, 1), Field.UNTIL), ((-3, -2), Field.SINCE), ((0, 400), Field.UNTIL)]
)
def test_the_days_must_make_sense(house, days, field):
    found = delegating.begin(house.world, command(house, begins=days[0], ends=days[1]))
    assert field in {each.field for each in found}


def test_somebody_is_away_once_at_a_time(house):
    begin(house, begins=2, ends=4)
    assert problem(house, delegate=OLGA, begins=4, ends=6) is Field.DELEGATE
    begin(house, delegate=OLGA, begins=5, ends=6)


def test_the_same_form_sent_twice_names_somebody_once(house):
    wanted = command(house)
    assert delegating.begin(house.world, wanted) == delegating.begin(house.world, wanted)
    assert house.kinds().count("delegation:begun") == 1


def test_the_same_form_sent_by_another_names_nobody_and_tells_nothing(house):
    wanted = command(house)
    delegating.begin(house.world, wanted)
    assert delegating.begin(house.world, replace(wanted, approver=BEN)) == (SENT_BY_ANOTHER,)


def test_whoever_stands_in_is_told_and_asked_for_what_is_undecided(house):
    request, hers = house.opened(), house.opened(name="hers", owner=SAM)
    begin(house)
    assert NoticeKind.STANDS_IN in {each.kind for each in house.waiting() if each.person == SAM}
    assert SAM in asked(house, request)
    assert SAM not in asked(house, hers)
    assert SAM in asked(house, house.opened(name="later"))


def test_who_stands_in_later_is_asked_when_it_begins_and_once(house):
    delegation = begin(house, begins=1)
    request = house.opened()
    assert SAM not in asked(house, request)
    house.clock.time = delegation.since
    assert sweep(house.world)["asked to stand in"] == 1
    assert SAM in asked(house, request)
    assert "asked to stand in" not in sweep(house.world)


def test_when_its_time_is_over_the_messages_say_so_once(house):
    delegation = begin(house)
    request, hers = house.opened(), house.opened(name="hers", owner=SAM)
    decided = house.vote(house.opened(name="decided"), SAM)
    house.clock.time = delegation.until - timedelta(microseconds=1)
    assert delegating.end_over(house.world) == 0
    already = len(house.waiting())
    house.clock.time = delegation.until
    assert delegating.end_over(house.world) == 1
    new = [(each.kind, each.subject) for each in house.waiting()[already:]]
    asked_no_more = [(NoticeKind.APPROVAL_CARD, request.id), (NoticeKind.APPROVER_ASKED, request.id)]
    assert new == [(NoticeKind.STANDS_IN, delegation.id), *asked_no_more]
    assert {hers.id, decided.id}.isdisjoint(subject for _, subject in new)
    assert delegating.end_over(house.world) == 0
    with house.store.read() as reader:
        assert reader.delegations.get(delegation.id).ran_out
    assert house.kinds().count("delegation:ended") == 1
    assert told_of(house) == []


def test_nobody_is_reminded_of_what_was_decided_in_their_stead(house):
    begin(house)
    request = house.opened(role=SUPER_ADMIN.key)
    house.vote(request, SAM)
    house.clock.advance(hours=60)
    assert remind_approvers(house.world) == 1
    reminded = {each.person for each in house.waiting() if each.kind is NoticeKind.APPROVER_REMINDED}
    assert reminded == {BEN, CAI}


def test_a_credential_issued_by_a_vote_in_somebodys_stead_lives(house):
    begin(house)
    shown = house.reveal(house.vote(house.opened(), SAM))
    assert shown.credential.state is CredentialState.ACTIVE


def test_both_are_read_anew_before_a_vote_counts_and_without_an_answer_nothing_does(house):
    begin(house)
    request = house.opened()
    house.directory.down = True
    assert house.vote(request, SAM).reason is Reason.UNAVAILABLE
    house.directory.down = False
    house.vote(request, SAM)
    assert {ANA, SAM} <= house.directory.refreshed[-1]
