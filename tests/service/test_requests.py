"""Promise 3, and the road of a request: who may ask, who may decide, what ends it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Denied, Reason
from bot.domain.ids import RequestId, RoleKey
from bot.domain.notice import NoticeKind
from bot.domain.person import Circle
from bot.domain.policy import ApproverRule
from bot.domain.request import Request, State, Verdict
from bot.domain.role import SUPER_ADMIN, Permission
from bot.service import requests
from bot.service.asking import Field
from bot.service.reading import inventory
from tests.support.people import ANA, APPROVERS, BEN, BOT, CAI, GONE, GUEST, LOGISTICS, MAYA, OLGA, OTTO, RETAIL, member


def get(house, request):
    with house.store.read() as reader:
        return reader.requests.get(request.id)


def due(house):
    return [(n.kind, n.person or n.channel) for n in house.waiting()]


def test_opening_tells_the_channel_and_each_approver_and_leaves_one_entry(house):
    request = house.opened()
    assert get(house, request) == request
    assert request.state is State.PENDING
    assert house.kinds() == ["request:opened"]
    assert due(house) == [
        (NoticeKind.APPROVAL_CARD, "C0RETAIL"),
        (NoticeKind.APPROVER_ASKED, ANA),
        (NoticeKind.APPROVER_ASKED, BEN),
        (NoticeKind.APPROVER_ASKED, CAI),
    ]


def test_the_same_form_sent_twice_opens_one_request(house):
    command = house.command()
    assert requests.open_add(house.world, command) == requests.open_add(house.world, command)
    assert house.kinds() == ["request:opened"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        (Field.NAME, {"name": ""}),
        (Field.NAME, {"name": "<!channel>"}),
        (Field.REASON, {"reason": " \u200b "}),
        (Field.REASON, {"reason": "x" * 1001}),
        (Field.DESCRIPTION, {"description": "x" * 501}),
        (Field.OWNER, {"owner": BOT}),
        (Field.OWNER, {"owner": GUEST}),
        (Field.OWNER, {"owner": GONE}),
        (Field.OWNER, {"owner": OTTO}),
        (Field.ESTATE, {"estate": "atlantis"}),
        (Field.ROLE, {"role": RoleKey("emperor")}),
        (Field.ESTATE, {"requester": ANA}),
        (Field.ESTATE, {"requester": OTTO}),
    ],
)
def test_what_is_wrong_is_said_at_its_field(house, field, changes):
    problems = requests.open_add(house.world, house.command(**changes))
    assert [problem.field for problem in problems] == [field]
    assert house.kinds() == []


def test_a_day_that_passed_and_a_day_too_far_are_refused(house):
    today = house.world.policy.today(house.clock.now())
    for day in (today - timedelta(days=1), today + timedelta(days=366)):
        problems = requests.open_add(house.world, house.command(expires_on=day))
        assert [problem.field for problem in problems] == [Field.EXPIRES]
    assert isinstance(requests.open_add(house.world, house.command(expires_on=today)), Request)


def test_all_problems_are_said_at_once(house):
    problems = requests.open_add(house.world, house.command(name="", reason="", owner=BOT))
    assert {problem.field for problem in problems} == {Field.NAME, Field.REASON, Field.OWNER}


def test_a_name_is_unique_among_open_requests_of_an_estate_and_free_again_after(house):
    first = house.opened(name="CI deploys")
    taken = requests.open_add(house.world, house.command(name="ci-Deploys"))
    assert [problem.field for problem in taken] == [Field.NAME]
    house.opened(name="CI deploys", estate=LOGISTICS)
    requests.withdraw(house.world, first.id, MAYA)
    house.opened(name="CI deploys")


def test_a_request_that_nobody_could_approve_is_never_submitted(house):
    house.directory.groups[APPROVERS] = frozenset({MAYA})
    problems = requests.open_add(house.world, house.command(estate=LOGISTICS))
    assert [problem.field for problem in problems] == [Field.ROLE]
    house.directory.groups[APPROVERS] = frozenset({ANA, BEN})
    problems = requests.open_add(house.world, house.command(estate=LOGISTICS, role=SUPER_ADMIN.key, owner=ANA))
    assert "only 1 person" in problems[0].sentence


def test_the_terms_come_first(house):
    newer = replace(house.world.policy, terms=replace(house.world.policy.terms, text="Use it better."))
    problems = requests.open_add(house.under(newer).world, house.command())
    assert [problem.field for problem in problems] == [Field.FORM]


def test_one_approval_is_enough_where_the_role_says_so(house):
    approved = house.vote(house.opened(), ANA)
    assert approved.state is State.APPROVED
    assert approved.lapses_at == house.clock.now() + house.world.policy.windows.claim
    assert house.kinds() == ["request:opened", "vote:cast"]
    assert (NoticeKind.OWNER_REVEAL, MAYA) in due(house)
    assert (NoticeKind.REQUESTER_TOLD, MAYA) not in due(house)


def test_who_asks_for_somebody_else_is_told_of_the_approval(house):
    house.vote(house.opened(owner=ANA), BEN)
    assert (NoticeKind.OWNER_REVEAL, ANA) in due(house)
    assert (NoticeKind.REQUESTER_TOLD, MAYA) in due(house)


def test_super_admin_needs_two_distinct_people(house):
    request = house.opened(role=SUPER_ADMIN.key)
    assert house.vote(request, ANA).state is State.PENDING
    assert house.vote(request, ANA).reason is Reason.ALREADY_VOTED
    assert get(house, request).state is State.PENDING
    assert house.vote(request, BEN).state is State.APPROVED


def test_requester_cannot_approve_own_request(house):
    house.directory.groups[APPROVERS] = frozenset({MAYA, ANA})
    request = house.opened(owner=OLGA)
    assert house.vote(request, MAYA).reason is Reason.OWN_REQUEST


def test_owner_cannot_approve_own_benefit(house):
    assert house.vote(house.opened(owner=BEN), BEN).reason is Reason.OWN_BENEFIT


@pytest.mark.parametrize("voter", [OLGA, GUEST, BOT, GONE, OTTO])
def test_who_is_no_approver_cannot_vote_even_if_named_one(house, voter):
    rules = (*house.world.policy.approvers, ApproverRule(circle=Circle(users=frozenset({GUEST, BOT, GONE, OTTO}))))
    house = house.under(replace(house.world.policy, approvers=rules))
    request = house.opened()
    assert isinstance(house.vote(request, voter), Denied)
    assert get(house, request).votes == ()


def test_a_refused_vote_of_one_who_may_not_is_on_record(house):
    house.vote(house.opened(), OLGA)
    assert house.kinds() == ["request:opened", "vote:refused"]


def test_an_approver_of_another_estate_cannot_vote(house):
    assert house.vote(house.opened(estate=LOGISTICS), CAI).reason is Reason.NOT_APPROVER


def test_the_group_is_asked_anew_at_the_vote(house):
    request = house.opened()
    house.vote(request, ANA)
    assert ANA in house.directory.refreshed[-1]
    house.directory.down = True
    assert house.vote(request, BEN).reason is Reason.UNAVAILABLE


def test_a_vote_of_one_who_left_no_longer_counts(house):
    request = house.opened(role=SUPER_ADMIN.key)
    house.vote(request, ANA)
    house.directory.members[ANA] = member(ANA, active=False)
    assert house.vote(request, BEN).state is State.PENDING
    assert house.vote(request, CAI).state is State.APPROVED


def test_a_click_on_a_card_that_shows_something_else_counts_for_nothing(house):
    request = house.opened()
    assert house.vote(request, ANA, digest="0" * 64).reason is Reason.STALE
    assert get(house, request).votes == ()


def test_denial_ends_it_with_its_reason(house):
    request = house.opened()
    denied = house.vote(request, ANA, Verdict.DENY, "Too wide")
    assert denied.state is State.DENIED
    assert denied.votes[0].reason == "Too wide"
    assert house.vote(request, BEN).reason is Reason.WRONG_STATE
    house.opened()  # the name is free again


def test_an_approver_can_take_an_approval_back_before_it_takes_effect(house):
    approved = house.approved()
    assert house.vote(approved, ANA, Verdict.DENY, "I was wrong").state is State.DENIED


def test_a_vote_after_the_deadline_counts_for_nothing(house):
    request = house.opened()
    house.clock.advance(hours=72)
    assert house.vote(request, ANA).reason is Reason.LAPSED


def test_an_undecided_request_lapses_once(house):
    request = house.opened()
    house.clock.advance(hours=72)
    assert requests.lapse_overdue(house.world) == 1
    assert requests.lapse_overdue(house.world) == 0
    assert get(house, request).state is State.LAPSED
    assert house.kinds() == ["request:opened", "request:closed"]


def test_approvers_are_reminded_once_in_the_last_quarter(house):
    request = house.opened()
    assert requests.remind_approvers(house.world) == 0
    house.clock.advance(hours=54)
    assert requests.remind_approvers(house.world) == 1
    assert requests.remind_approvers(house.world) == 0
    reminded = [who for kind, who in due(house) if kind is NoticeKind.APPROVER_REMINDED]
    assert reminded == [ANA, BEN, CAI]
    assert get(house, request).state is State.PENDING


def test_the_last_quarter_is_of_the_requests_own_time_however_short(house):
    request = house.opened(expires_on=house.world.policy.today(house.clock.now()))
    its_time = request.lapses_at - request.opened_at
    assert its_time < house.world.policy.windows.request / 4
    house.clock.time += its_time * 0.74
    assert requests.remind_approvers(house.world) == 0
    house.clock.time += its_time * 0.02
    assert requests.remind_approvers(house.world) == 1


def test_only_the_requester_withdraws_and_only_while_it_is_open(house):
    request = house.opened(owner=OLGA)
    assert requests.withdraw(house.world, request.id, OLGA).reason is Reason.NOT_REQUESTER
    assert requests.withdraw(house.world, request.id, MAYA).state is State.WITHDRAWN
    assert requests.withdraw(house.world, request.id, MAYA).reason is Reason.WRONG_STATE


def test_a_request_nobody_knows_is_refused(house):
    unknown = RequestId(house.world.entropy.uuid())
    assert requests.withdraw(house.world, unknown, MAYA).reason is Reason.NOT_FOUND
    assert house.vote(replace(house.opened(), id=unknown), ANA).reason is Reason.NOT_FOUND


def test_a_role_that_changed_meanwhile_cannot_be_approved(house):
    request = house.opened()
    roles = dict(house.world.policy.roles)
    wider = replace(roles[request.asked.role], permissions=frozenset(Permission))
    changed = house.under(replace(house.world.policy, roles={**roles, wider.key: wider}))
    assert changed.vote(request, ANA).reason is Reason.POLICY_CHANGED


def test_a_policy_grown_stricter_counts_at_once(house):
    request = house.opened()
    roles = dict(house.world.policy.roles)
    stricter = replace(roles[request.asked.role], quorum=2)
    changed = house.under(replace(house.world.policy, roles={**roles, stricter.key: stricter}))
    assert changed.vote(request, ANA).state is State.PENDING
    assert changed.vote(request, BEN).state is State.APPROVED
    assert request.asked.estate == RETAIL


def test_what_waits_for_somebody_is_found_however_much_waits_for_others(house, monkeypatch):
    monkeypatch.setattr("bot.service.reading.inventory._MOST_OPEN", 2)
    others = [house.opened(name=f"other {number}") for number in range(3)]
    mine = house.approved(name="of olga", owner=OLGA)
    assert [request.id for request in inventory.pending(house.world, OLGA).to_reveal] == [mine.id]
    assert inventory.pending(house.world, MAYA).mine[0].id == others[0].id
