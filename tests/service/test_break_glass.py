"""Break-glass: at once, for a named few, loudly, and ended unless two others find it justified."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.break_glass import State
from bot.domain.clauses import BreakGlass
from bot.domain.credential import State as CredentialState
from bot.domain.errors import Denied, Reason
from bot.domain.kind import Kind
from bot.domain.notice import NoticeKind
from bot.domain.person import Circle
from bot.domain.request import Request, Verdict
from bot.domain.request import State as RequestState
from bot.domain.role import READ_ONLY, SUPER_ADMIN
from bot.service import break_glass, effects, lifecycle, requests, reviewing, terms
from bot.service.asking import SENT_BY_ANOTHER, Field
from bot.service.changing import ChangeCommand
from bot.service.delivery import outbox
from bot.service.handover.issuance import Press, Shown, reissue
from bot.service.reading import inventory, looking
from bot.service.reading.previewing import preview_change
from bot.service.sweep import sweep
from bot.store.auditing import story_problems
from tests.support.people import ANA, BEN, CAI, GONE, LOGISTICS, MAYA, OLGA, RETAIL, SAM, member


@pytest.fixture(autouse=True)
def the_story_is_sound(house):
    yield
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


@pytest.fixture
def revealed(house):
    """Taken by Maya, and its secret shown."""
    request = house.taken()
    assert isinstance(house.reveal(request), Shown)
    return request


def credential(house, request):
    with house.store.read() as reader:
        return reader.credentials.get(request.credential)


def now(house, request) -> Request:
    with house.store.read() as reader:
        return reader.requests.get(request.id)


def sent(house, *kinds: NoticeKind) -> list[str]:
    """Send what waits; to whom or where these went, each time."""
    house.notifier.sent.clear()
    while (due := outbox.send_due(house.world, house.notifier)) is not None:
        house.clock.time = max(house.clock.time, due)  # a card that gathers what ends together waits a few seconds
    return sorted(str(n.channel or n.person) for n, _, _ in house.notifier.sent if n.kind in kinds)


def problems(house, **changes) -> dict[Field, str]:
    found = break_glass.take(house.world, house.take_command(**changes))
    assert isinstance(found, tuple), found
    return {problem.field: problem.sentence for problem in found}


# --- taking -----------------------------------------------------------------------------------------------------------


def test_it_is_approved_at_once_and_lives_a_day_at_most(house):
    request = house.taken()
    assert (request.state, request.quorum) == (RequestState.APPROVED, 0)
    assert request.asked.expires_at == house.clock.now() + timedelta(hours=24)
    assert house.kinds()[-3:] == ["request:opened", "request:allowed", "glass:broken"]


def test_whoever_took_it_reveals_it_and_it_works(house, revealed):
    assert credential(house, revealed).works_at(house.clock.now())
    house.clock.advance(hours=24)
    assert not credential(house, revealed).works_at(house.clock.now())


def test_nobody_but_the_named_few_takes_anything(house):
    assert "may break the glass" in problems(house, requester=ANA)[Field.FORM]
    assert break_glass.offer(house.world, ANA).reason is Reason.NOT_ADMIN
    few = house.under(replace(house.world.policy, break_glass=BreakGlass()))
    assert Field.FORM in problems(few)


def test_no_other_role_can_be_taken_than_the_policy_allows(house):
    assert Field.ROLE in problems(house, role=SUPER_ADMIN.key)
    assert [role.key for role in break_glass.offer(house.world, MAYA).roles] == [READ_ONLY.key]


def test_a_reason_and_a_free_name_are_needed(house):
    house.opened(name="Night-Shift")
    assert set(problems(house, reason="  ")) == {Field.NAME, Field.REASON}


def test_the_terms_come_first(house):
    assert "terms" in problems(house, requester=OLGA)[Field.FORM]
    terms.accept(house.world, OLGA, house.world.policy.terms.digest)
    assert house.taken(requester=OLGA).asked.owner == OLGA


def test_the_same_form_sent_twice_takes_one(house):
    command = house.take_command()
    first, second = (break_glass.take(house.world, command) for _ in range(2))
    assert first.id == second.id


def test_the_same_form_sent_by_another_takes_nothing_and_tells_nothing(house):
    command = house.take_command()
    break_glass.take(house.world, command)
    assert break_glass.take(house.world, replace(command, requester=SAM)) == (SENT_BY_ANOTHER,)


def test_it_is_reviewed_and_no_vote_denies_it(house):
    taken = house.taken()
    assert house.vote(taken, ANA, Verdict.DENY, "no").reason is Reason.WRONG_STATE
    assert house.glass(taken).state is State.OPEN


def test_nobody_has_two_that_live_or_were_not_reviewed(house, revealed):
    assert "already" in problems(house, name="another")[Field.FORM]
    assert "already" in break_glass.offer(house.world, MAYA).sentence
    house.clock.advance(hours=25)
    sweep(house.world)
    assert Field.FORM in problems(house, name="another")  # it has ended, and nobody has reviewed it
    for reviewer in (ANA, BEN):
        house.review(revealed, reviewer)
    house.taken(name="another")


def test_what_was_found_justified_stands_in_the_way_while_it_lives(house, revealed):
    for reviewer in (ANA, BEN):
        house.review(revealed, reviewer)
    assert "not over yet" in problems(house, name="another")[Field.FORM]
    house.clock.advance(hours=25)
    sweep(house.world)
    house.taken(name="another")


def test_another_person_may_take_one_meanwhile(house, revealed):
    terms.accept(house.world, OLGA, house.world.policy.terms.digest)
    assert house.taken(requester=OLGA, name="day shift").id != revealed.id


# --- loudly -----------------------------------------------------------------------------------------------------------


def test_everybody_is_told_at_once(house):
    house.taken()
    kinds = (NoticeKind.GLASS_CARD, NoticeKind.GLASS_SECURITY_CARD, NoticeKind.GLASS_TOLD)
    assert sent(house, *kinds) == ["C0RETAIL", "C0SECURITY", ANA, BEN, CAI]


def test_an_approver_who_takes_one_is_not_told_of_it(house):
    policy = house.world.policy
    circle = replace(policy.break_glass, circle=Circle(frozenset({ANA})))
    terms.accept(house.world, ANA, policy.terms.digest)
    house.under(replace(policy, break_glass=circle)).taken(requester=ANA)
    assert sent(house, NoticeKind.GLASS_TOLD) == [BEN, CAI, MAYA]


def test_admins_are_told_though_they_do_not_approve(house):
    admins = Circle(users=frozenset({MAYA, SAM, GONE}))
    house.under(replace(house.world.policy, admins=admins, estate_admins={RETAIL: Circle(frozenset({OLGA}))})).taken()
    assert sent(house, NoticeKind.GLASS_TOLD) == [ANA, BEN, CAI, OLGA, SAM]


def test_where_both_channels_are_one_there_is_one_card(house):
    house.under(replace(house.world.policy, security_channel="C0RETAIL")).taken()
    assert sent(house, NoticeKind.GLASS_CARD, NoticeKind.GLASS_SECURITY_CARD) == ["C0RETAIL"]


def test_each_of_the_two_cards_is_edited_where_it_stands(house):
    request = house.taken()
    cards = (NoticeKind.GLASS_CARD, NoticeKind.GLASS_SECURITY_CARD)
    sent(house, *cards)
    house.review(request, ANA)
    sent(house, *cards)
    edited = {notice.channel: posted for notice, _, posted in house.notifier.sent if notice.kind in cards}
    assert {channel: posted.channel for channel, posted in edited.items()} == {
        "C0RETAIL": "C0RETAIL",
        "C0SECURITY": "C0SECURITY",
    }


def test_no_approval_is_asked_for(house):
    house.taken()
    assert sent(house, NoticeKind.APPROVAL_CARD, NoticeKind.APPROVER_ASKED) == []


def test_those_who_have_not_reviewed_it_are_reminded_once_a_day(house):
    request = house.taken()
    house.review(request, ANA)
    sweep(house.world)
    assert sent(house, NoticeKind.GLASS_REMINDED) == []
    for _day in range(2):
        house.clock.advance(hours=24)
        sweep(house.world)
        sweep(house.world)
        assert sent(house, NoticeKind.GLASS_REMINDED) == [BEN, CAI]
    posted = [posted for n, _, posted in house.notifier.sent if n.kind is NoticeKind.GLASS_REMINDED]
    assert posted == [None, None]  # a message of its own each time: an edit rings no bell


def test_nobody_is_reminded_of_what_was_reviewed(house):
    request = house.taken()
    for reviewer in (ANA, BEN):
        house.review(request, reviewer)
    house.clock.advance(days=2)
    sweep(house.world)
    assert sent(house, NoticeKind.GLASS_REMINDED) == []


def test_where_nobody_is_left_to_review_it_the_admins_are_reminded(house):
    admins = Circle(users=frozenset({MAYA, SAM}))
    alone = house.under(replace(house.world.policy, approvers=(), admins=admins))
    alone.taken()
    sent(alone)
    house.clock.advance(hours=24)
    sweep(alone.world)
    assert sent(alone, NoticeKind.GLASS_REMINDED) == [SAM]


def test_it_stands_in_the_list_of_whoever_can_review_it(house):
    request = house.taken()
    for who in (ANA, BEN):
        assert [glass.request.id for glass in inventory.pending(house.world, who).to_review] == [request.id]
    assert inventory.pending(house.world, MAYA).to_review == ()
    house.review(request, ANA)
    assert inventory.pending(house.world, ANA).to_review == ()


# --- reviewed ---------------------------------------------------------------------------------------------------------


def test_two_others_find_it_justified_and_it_goes_on(house, revealed):
    sent(house)
    assert house.review(revealed, ANA).state is State.OPEN
    assert house.review(revealed, BEN).state is State.JUSTIFIED
    assert credential(house, revealed).works_at(house.clock.now())
    assert sent(house, NoticeKind.GLASS_OUTCOME) == [MAYA]


def test_one_refusal_ends_it_at_once_and_everybody_hears_it(house, revealed):
    sent(house)
    assert house.review(revealed, ANA, Verdict.DENY, "Nothing was down").state is State.UNJUSTIFIED
    ended = credential(house, revealed)
    assert ended.state is CredentialState.DELETED
    assert ended.working(house.clock.now()) == ()
    assert house.kinds()[-2:] == ["review:cast", "credential:deleted"]
    assert sent(house, NoticeKind.GLASS_OUTCOME) == ["C0RETAIL", "C0SECURITY", ANA, BEN, CAI, MAYA]


def test_a_refusal_before_the_reveal_leaves_nothing_to_reveal(house):
    request = house.taken()
    house.review(request, ANA, Verdict.DENY, "Nothing was down")
    assert now(house, request).state is RequestState.DENIED
    assert isinstance(house.reveal(request), Denied)
    house.taken(name=request.asked.name)  # its name is free, and nothing of it is open


def test_a_refusal_while_the_secret_is_made_holds_it_back(house):
    request = house.taken()
    issue = house.authority.issue

    def refused_meanwhile(order):
        house.review(request, ANA, Verdict.DENY, "Nothing was down")
        return issue(order)

    house.authority.issue = refused_meanwhile
    assert isinstance(house.reveal(request), Denied)
    assert credential(house, request) is None
    assert now(house, request).state is RequestState.REFUSED


def test_a_refusal_while_the_secret_was_lost_holds_it_back_too(house):
    request = house.taken()
    house.authority.lose_after = True
    house.reveal(request)
    house.review(request, ANA, Verdict.DENY, "Nothing was down")
    house.authority.lose_after = False
    house.clock.advance(minutes=5)
    sweep(house.world)
    assert isinstance(house.reveal(request), Denied)
    assert credential(house, request) is None


def test_a_refused_one_is_not_issued_again(house, revealed):
    before = credential(house, revealed)
    house.review(revealed, ANA, Verdict.DENY, "Nothing was down")
    press = Press(credential=before.id, secret=before.newest.id, actor=MAYA)
    assert isinstance(reissue(house.world, press), Denied)


def test_a_refusal_ends_what_is_being_deleted_so_that_nothing_brings_it_back(house, revealed):
    mine = credential(house, revealed)
    command = ChangeCommand(
        submission="delete",
        kind=Kind.DELETE,
        credential=mine.id,
        requester=MAYA,
        reason="Done",
        typed_name=mine.name,
    )
    house.vote(requests.open_change(house.world, command), ANA)
    assert credential(house, revealed).state is CredentialState.DELETING
    house.review(revealed, BEN, Verdict.DENY, "Nothing was down")
    assert credential(house, revealed).state is CredentialState.DELETED
    assert isinstance(lifecycle.undo_deletion(house.world, mine.id, MAYA), Denied)


def test_whoever_took_it_does_not_review_it_and_the_try_is_recorded(house, revealed):
    assert house.review(revealed, MAYA).reason is Reason.OWN_REQUEST
    assert house.kinds()[-1] == "vote:refused"


def test_the_workspace_is_asked_before_a_review_counts(house, revealed):
    house.directory.down = True
    assert house.review(revealed, ANA).reason is Reason.UNAVAILABLE
    assert house.glass(revealed).reviews == ()


def test_a_reviewer_who_left_no_longer_counts(house, revealed):
    house.review(revealed, ANA)
    house.directory.members[ANA] = member(ANA, active=False)
    assert house.review(revealed, BEN).state is State.OPEN
    assert house.review(revealed, CAI).state is State.JUSTIFIED


def test_only_those_review_who_approve_in_that_estate(house):
    request = house.taken(estate=LOGISTICS)
    assert house.review(request, CAI).reason is Reason.NOT_APPROVER


# --- nobody reviews it ------------------------------------------------------------------------------------------------


@pytest.fixture
def hasty(house):
    """A house in which a review must be there within an hour."""
    return house.under(
        replace(house.world.policy, break_glass=replace(house.world.policy.break_glass, review=timedelta(hours=1)))
    )


def test_what_nobody_reviews_in_time_is_ended_and_everybody_hears_it(hasty):
    request = hasty.taken()
    hasty.reveal(request)
    hasty.review(request, ANA)
    sent(hasty)
    hasty.clock.advance(hours=1)
    assert sweep(hasty.world)["not reviewed in time"] == 1
    assert credential(hasty, request).state is CredentialState.DELETED
    assert sent(hasty, NoticeKind.GLASS_OUTCOME) == ["C0RETAIL", "C0SECURITY", ANA, BEN, CAI, MAYA]
    assert "not reviewed in time" not in sweep(hasty.world)


def test_what_nobody_reveals_or_reviews_in_time_cannot_be_revealed(hasty):
    request = hasty.taken()
    hasty.clock.advance(hours=1)
    sweep(hasty.world)
    assert isinstance(hasty.reveal(request), Denied)


def test_the_review_stays_open_after_its_time_and_after_its_credential(house, revealed):
    house.clock.advance(days=8)
    sweep(house.world)
    assert credential(house, revealed).state is CredentialState.EXPIRED
    assert (house.glass(revealed).state, house.glass(revealed).missed) == (State.OPEN, True)
    house.review(revealed, ANA)
    assert house.review(revealed, BEN).state is State.JUSTIFIED


def test_the_cards_say_that_the_credential_has_ended(house, revealed):
    sent(house)
    house.clock.advance(hours=25)
    lifecycle.expire_due(house.world)
    assert sent(house, NoticeKind.GLASS_CARD, NoticeKind.GLASS_SECURITY_CARD) == ["C0RETAIL", "C0SECURITY"]
    about = next(about for n, about, _ in house.notifier.sent if n.kind is NoticeKind.GLASS_CARD)
    assert about.credential.state is CredentialState.EXPIRED


def test_what_was_never_revealed_is_reviewed_all_the_same(house):
    request = house.taken()
    house.clock.advance(hours=25)
    sweep(house.world)
    assert now(house, request).state is RequestState.LAPSED
    assert house.glass(request).state is State.OPEN
    house.review(request, ANA)
    assert house.review(request, BEN).state is State.JUSTIFIED


# --- the policy, and what else could be done with it ------------------------------------------------------------------


def test_somebody_taken_out_of_the_circle_reveals_nothing(house):
    request = house.taken()
    without = replace(house.world.policy.break_glass, circle=Circle(users=frozenset({OLGA})))
    assert isinstance(house.under(replace(house.world.policy, break_glass=without)).reveal(request), Denied)


def test_the_circles_groups_are_read_anew_before_the_reveal(house):
    group = replace(house.world.policy.break_glass, circle=Circle(groups=frozenset({"S0ONCALL"})))
    on_call = house.under(replace(house.world.policy, break_glass=group))
    house.directory.groups["S0ONCALL"] = frozenset({MAYA})
    request = on_call.taken()
    asked = []
    refresh = house.directory.refresh

    def leaves(users, groups):
        asked.append(groups)
        house.directory.groups["S0ONCALL"] = frozenset()
        refresh(users, groups)

    house.directory.refresh = leaves
    assert isinstance(on_call.reveal(request), Denied)
    assert "S0ONCALL" in asked[0]


@pytest.mark.parametrize("kind", [Kind.EXTEND, Kind.ROTATE])
def test_it_is_never_prolonged(house, revealed, kind):
    mine = credential(house, revealed)
    later = house.world.policy.last_day(mine.expires_at) + timedelta(days=1)
    command = ChangeCommand(
        submission="x", kind=kind, credential=mine.id, requester=MAYA, reason="More", expires_on=later
    )
    (problem,) = requests.open_change(house.world, command)
    assert "never extended" in problem.sentence


def test_nobody_is_warned_of_its_expiry(house, revealed):
    assert credential(house, revealed).plan.due_at is None
    other = house.under(replace(house.world.policy, warn_days=(5, 0)))
    sweep(other.world)
    assert credential(house, revealed).plan.due_at is None, "nor under other thresholds"


def test_nobody_is_warned_of_it_if_its_deletion_is_undone(house, revealed):
    mine = credential(house, revealed)
    command = ChangeCommand(
        submission="x", kind=Kind.DELETE, credential=mine.id, requester=MAYA, reason="Done", typed_name=mine.name
    )
    house.vote(requests.open_change(house.world, command), ANA)
    assert lifecycle.undo_deletion(house.world, mine.id, MAYA).plan.due_at is None


def test_nobody_is_warned_of_it_if_it_is_handed_on(house, revealed):
    mine = credential(house, revealed)
    command = ChangeCommand(
        submission="x", kind=Kind.TRANSFER, credential=mine.id, requester=MAYA, reason="My shift is over", owner=SAM
    )
    request = house.vote(requests.open_change(house.world, command), ANA)
    effects.accept(house.world, request.id, request.digest, SAM)
    handed_on = credential(house, revealed)
    assert (handed_on.owner, handed_on.plan.due_at) == (SAM, None)


def test_more_time_is_not_offered_for_it(house, revealed):
    mine = credential(house, revealed)
    assert Kind.EXTEND not in looking.look_again(house.world, MAYA, mine.id).changes
    form = ChangeCommand(submission="", kind=Kind.EXTEND, credential=mine.id, requester=MAYA)
    assert "never extended" in preview_change(house.world, form).sentence
    assert preview_change(house.world, replace(form, kind=Kind.ROTATE)).longest is None


def test_only_those_who_are_told_may_look(house, revealed):
    assert reviewing.look(house.world, ANA, revealed.id).request.id == revealed.id
    assert reviewing.look(house.world, MAYA, revealed.id) is not None
    assert reviewing.look(house.world, OLGA, revealed.id) is None
