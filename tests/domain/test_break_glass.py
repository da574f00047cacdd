"""Who reviews what was taken without approval, what a review does, and when it is overdue."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain import break_glass
from bot.domain.break_glass import Glass, State, Verb, judge, stands
from bot.domain.clauses import BreakGlass
from bot.domain.credential import State as CredentialState
from bot.domain.errors import ALLOWED, Denied, Reason
from bot.domain.kind import Kind
from bot.domain.person import Circle
from bot.domain.request import State as RequestState
from bot.domain.request import Verdict, digest_of
from bot.domain.role import READ_ONLY, SUPER_ADMIN
from bot.domain.voting import Ballot
from tests.slack import specimens
from tests.support import people
from tests.support.people import ANA, APPROVERS, BEN, CAI, GUEST, MAYA, OLGA, OTTO, SAM

KNOWN = specimens.known()
POLICY, ROSTER = KNOWN.policy, KNOWN.roster


def glass(*reviews, **changes) -> Glass:
    return specimens.glass(*reviews, **changes)


def press(on: Glass, reviewer, verdict=Verdict.APPROVE, **changes) -> Verb | Denied | None:
    ballot = Ballot(request=on.request.id, digest=on.request.digest, voter=reviewer, verdict=verdict)
    return judge(replace(ballot, **changes), on, POLICY, ROSTER)


def test_the_first_review_counts_and_the_second_decides():
    assert press(glass(), ANA) is None
    assert press(glass(specimens.yes(ANA)), BEN) is Verb.JUSTIFY


def test_one_refusal_decides_at_any_time():
    assert press(glass(), ANA, Verdict.DENY) is Verb.REFUSE
    assert press(glass(specimens.yes(ANA)), BEN, Verdict.DENY) is Verb.REFUSE
    assert press(glass(specimens.yes(ANA)), ANA, Verdict.DENY) is Verb.REFUSE


def test_one_person_counts_once():
    assert press(glass(specimens.yes(ANA)), ANA).reason is Reason.ALREADY_VOTED


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (MAYA, Reason.OWN_REQUEST),
        (OLGA, Reason.NOT_APPROVER),
        (SAM, Reason.NOT_APPROVER),
        (GUEST, Reason.GUEST),
        (OTTO, Reason.EXTERNAL),
    ],
)
def test_nobody_reviews_who_could_not_have_approved(who, why):
    assert press(glass(), who).reason is why


def test_whoever_took_it_or_owns_it_now_never_reviews_it():
    roster = specimens.roster({APPROVERS: frozenset({MAYA, ANA, BEN})})
    handed_on = glass(credential=specimens.credential(owner=ANA))
    assert handed_on.reviewers(POLICY, roster) == {BEN, CAI}
    assert press(handed_on, ANA).reason is Reason.OWN_BENEFIT


def test_a_reviewer_who_may_no_longer_review_counts_no_more():
    left = specimens.roster({APPROVERS: frozenset({BEN})})
    once = glass(specimens.yes(ANA))
    assert once.counted(POLICY, ROSTER) == (ANA,)
    assert once.counted(POLICY, left) == ()
    ballot = Ballot(request=once.request.id, digest=once.request.digest, voter=BEN, verdict=Verdict.APPROVE)
    assert judge(ballot, once, POLICY, left) is None


@pytest.mark.parametrize("state", [State.JUSTIFIED, State.UNJUSTIFIED])
def test_what_was_reviewed_is_not_reviewed_again(state):
    assert press(glass(state=state), ANA, Verdict.DENY).reason is Reason.WRONG_STATE


def test_a_card_that_showed_something_else_counts_for_nothing():
    assert press(glass(), ANA, digest="0" * 64).reason is Reason.STALE


def test_what_was_changed_in_the_database_is_not_reviewed():
    tampered = glass()
    changed = replace(tampered.request, asked=replace(tampered.request.asked, role=SUPER_ADMIN.key))
    assert press(replace(tampered, request=changed), ANA).reason is Reason.TAMPERED


def test_it_is_overdue_once_its_time_has_passed():
    waiting = glass()
    assert not waiting.overdue(waiting.review_by - timedelta(microseconds=1))
    assert waiting.overdue(waiting.review_by)
    assert not replace(waiting, missed=True).overdue(waiting.review_by)
    assert not replace(waiting, state=State.JUSTIFIED).overdue(waiting.review_by)


def test_a_late_review_still_counts():
    assert press(glass(specimens.yes(ANA), missed=True), BEN) is Verb.JUSTIFY


def test_it_lives_as_long_as_its_credential_or_its_offer():
    assert glass(request=specimens.taken(RequestState.APPROVED)).living
    assert not glass(request=specimens.taken(RequestState.LAPSED)).living
    assert glass(credential=specimens.credential()).living
    assert not glass(credential=specimens.credential(state=CredentialState.EXPIRED)).living


def test_everybody_is_told_who_approves_there_or_is_an_admin():
    taken = specimens.taken()
    assert break_glass.told(taken, POLICY, ROSTER) == {ANA, BEN, CAI}
    more = people.make_policy(admins=Circle(users=frozenset({MAYA, SAM, people.GONE})))
    assert break_glass.told(taken, more, ROSTER) == {ANA, BEN, CAI, SAM}


def test_a_secret_is_handed_over_only_while_nothing_speaks_against_it():
    assert stands(glass(), POLICY) == ALLOWED
    assert stands(glass(state=State.JUSTIFIED), POLICY) == ALLOWED
    assert stands(glass(state=State.UNJUSTIFIED), POLICY).reason is Reason.WRONG_STATE
    assert stands(glass(missed=True), POLICY).reason is Reason.WRONG_STATE


@pytest.mark.parametrize(
    "stricter",
    [
        BreakGlass(circle=POLICY.break_glass.circle, roles=frozenset()),
        BreakGlass(circle=POLICY.break_glass.circle, roles=frozenset({READ_ONLY.key}), life=timedelta(hours=1)),
    ],
)
def test_a_policy_that_has_become_stricter_holds(stricter):
    assert stands(glass(), people.make_policy(break_glass=stricter)).reason is Reason.POLICY_CHANGED


def test_the_roles_are_offered_in_the_order_of_the_policy():
    both = BreakGlass(roles=frozenset({SUPER_ADMIN.key, READ_ONLY.key}))
    offered = [role.key for role in break_glass.roles(people.make_policy(break_glass=both))]
    assert offered == [READ_ONLY.key, SUPER_ADMIN.key]


def test_a_digest_covers_the_kind_so_that_no_card_of_an_add_passes_for_it():
    taken = specimens.taken()
    added = replace(taken.asked, kind=Kind.ADD)
    assert digest_of(taken.credential, added, taken.permissions, taken.policy) != taken.digest
