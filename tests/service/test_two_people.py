"""Promise 3 as a state machine: whatever people do, in whatever order, *issued implies a quorum of distinct approvers
none of whom is the requester or the owner*, except where the glass was broken: *that implies two reviews by others, or
an end within a day*. And the tables follow from the ledger."""

import itertools
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.break_glass import State as Review
from bot.domain.clauses import Escalation
from bot.domain.credential import Delivery
from bot.domain.errors import Denied
from bot.domain.kind import Kind
from bot.domain.person import Circle
from bot.domain.request import Request, State, Verdict
from bot.domain.role import READ_ONLY, SUPER_ADMIN
from bot.service import break_glass, delegating, requests
from bot.service.changing import ChangeCommand
from bot.service.delegating import DelegateCommand
from bot.service.handover import receipts
from bot.service.handover.issuance import Press, Shown, reissue
from bot.service.sweep import sweep
from bot.store import RosterStore
from bot.store.auditing import story_problems
from tests.support import house as houses
from tests.support.people import ANA, APPROVERS, BEN, CAI, GUEST, MAYA, OLGA, OTTO, SAM, member


def most_distinct(votes):
    """The most of these votes of which no two share anybody, as the one who voted or the one who was away."""
    return max(
        len(some)
        for size in range(len(votes) + 1)
        for some in itertools.combinations(votes, size)
        if all(not a.people & b.people for a, b in itertools.combinations(some, 2))
    )


ANYBODY = st.sampled_from([MAYA, ANA, BEN, CAI, OLGA, SAM, GUEST, OTTO])


class Office(RuleBasedStateMachine):
    opened = Bundle("opened")
    broken = Bundle("broken")
    shown = Bundle("shown")

    @initialize()
    def move_in(self):
        self.folder = tempfile.TemporaryDirectory()
        self.house = houses.build(Path(self.folder.name))
        self.numbers = itertools.count()
        self.house.directory.groups[APPROVERS] = frozenset({ANA, BEN, MAYA, OLGA})

    def teardown(self):
        self.house.close()
        self.folder.cleanup()

    @rule(
        target=opened,
        owner=st.sampled_from([MAYA, OLGA, ANA]),
        role=st.sampled_from([READ_ONLY, SUPER_ADMIN]),
        name=st.sampled_from(["one", "two", "three"]),
    )
    def ask(self, owner, role, name):
        return requests.open_add(self.house.world, self.house.command(owner=owner, role=role.key, name=name))

    @rule(target=opened, before=shown, asker=st.sampled_from([None, None, MAYA]), renews=st.booleans())
    def ask_for_a_rotation(self, before, asker, renews):
        if not isinstance(before, Shown):
            return None
        credential, policy = before.credential, self.house.world.policy
        command = ChangeCommand(
            submission=f"rotation {next(self.numbers)}",
            kind=Kind.ROTATE,
            credential=credential.id,
            requester=asker or credential.owner,
            reason="It is time",
            expires_on=policy.last_day(credential.expires_at) + timedelta(days=9) if renews else None,
        )
        return requests.open_change(self.house.world, command)

    @rule(request=opened, voter=ANYBODY, verdict=st.sampled_from([*[Verdict.APPROVE] * 4, Verdict.DENY]))
    def vote(self, request, voter, verdict):
        if isinstance(request, Request):
            self.house.vote(request, voter, verdict)

    @rule(
        approver=st.sampled_from([ANA, BEN, CAI, SAM]),
        delegate=st.sampled_from([SAM, OLGA, MAYA, CAI]),
        days=st.sampled_from([0, 1, 30]),
    )
    def let_somebody_stand_in(self, approver, delegate, days):
        today = self.house.world.policy.today(self.house.clock.now())
        command = DelegateCommand(
            submission=f"absence {next(self.numbers)}",
            approver=approver,
            delegate=delegate,
            first_day=today,
            last_day=today + timedelta(days=days),
        )
        delegating.begin(self.house.world, command)

    @rule(approver=st.sampled_from([ANA, BEN, CAI]))
    def come_back(self, approver):
        absence = delegating.absence(self.house.world, approver)
        if not isinstance(absence, Denied) and absence.delegation is not None:
            delegating.end(self.house.world, absence.delegation.id, approver)

    @rule(request=opened, actor=st.sampled_from([MAYA, MAYA, OLGA]))
    def withdraw(self, request, actor):
        if isinstance(request, Request):
            requests.withdraw(self.house.world, request.id, actor)

    @rule(target=shown, request=opened, actor=st.sampled_from([None, None, None, MAYA, ANA]))
    def press_reveal(self, request, actor):
        return self.house.reveal(request, actor) if isinstance(request, Request) else None

    @rule(target=shown, before=shown)
    def press_again(self, before):
        if not isinstance(before, Shown):
            return None
        credential = before.credential
        press = Press(credential=credential.id, secret=credential.newest.id, actor=credential.owner)
        return reissue(self.house.world, press)

    @rule(secret=shown, delivery=st.sampled_from([Delivery.DELIVERED, Delivery.REFUSED, Delivery.UNKNOWN]))
    def answer(self, secret, delivery):
        if isinstance(secret, Shown):
            credential = secret.credential
            receipts.delivered(self.house.world, credential.id, credential.newest.id, delivery)

    @rule(secret=shown)
    def store(self, secret):
        if isinstance(secret, Shown):
            credential = secret.credential
            receipts.stored(self.house.world, credential.id, credential.newest.id, credential.owner)

    @rule(target=broken, name=st.sampled_from(["one", "four", "five"]))
    def break_the_glass(self, name):
        return break_glass.take(self.house.world, self.house.take_command(name=name))

    @rule(target=shown, request=broken)
    def reveal_what_was_taken(self, request):
        return self.house.reveal(request) if isinstance(request, Request) else None

    @rule(request=broken, reviewer=ANYBODY, verdict=st.sampled_from([*[Verdict.APPROVE] * 4, Verdict.DENY]))
    def review(self, request, reviewer, verdict):
        if isinstance(request, Request):
            self.house.review(request, reviewer, verdict, "because")

    @rule(days=st.sampled_from([1, 7]))
    def reviews_are_due_sooner_or_later(self, days):
        limits = replace(self.house.world.policy.break_glass, review=timedelta(days=days))
        self.house = self.house.under(replace(self.house.world.policy, break_glass=limits))

    @rule(who=st.sampled_from([ANA, BEN, CAI, OLGA, MAYA]), active=st.sampled_from([True, True, False]))
    def leave_or_return(self, who, active):
        self.house.directory.members[who] = member(who, active=active)
        RosterStore(self.house.store).save_members([member(who, active=active)], self.house.clock.now())

    @rule(hours=st.sampled_from([1, 13, 24, 80, 24 * 40]))
    def time_passes(self, hours):
        self.house.clock.advance(hours=hours)
        sweep(self.house.world)

    @rule(fault=st.sampled_from(["lose_before", "lose_after", ""]))
    def authority_fails(self, fault):
        for name in ("lose_before", "lose_after"):
            setattr(self.house.authority, name, name == fault)

    @rule(after=st.sampled_from([1, 48]), who=st.sampled_from([SAM, MAYA, OLGA]))
    def the_next_tier_is_another(self, after, who):
        escalation = Escalation(circle=Circle(users=frozenset({who})), after=timedelta(hours=after))
        self.house = self.house.under(replace(self.house.world.policy, escalation=escalation))

    @rule(quorum=st.sampled_from([1, 2]))
    def policy_changes(self, quorum):
        policy = self.house.world.policy
        roles = {**policy.roles, READ_ONLY.key: replace(READ_ONLY, quorum=quorum)}
        self.house = self.house.under(replace(policy, roles=roles))

    @invariant()
    def issued_implies_a_quorum_of_others(self):
        if not hasattr(self, "house"):
            return
        with self.house.store.read() as reader:
            for credential in reader.credentials.each():
                request = reader.requests.get(credential.request)
                assert request.state is State.FULFILLED
                if request.asked.kind is Kind.BREAK_GLASS:
                    continue
                assert request.quorum
                assert sum(secret.state == "live" for secret in credential.secrets) <= 1
                for secret in credential.secrets:
                    self.minted_by_a_quorum_of_others(reader.requests.get(secret.request))

    def minted_by_a_quorum_of_others(self, request):
        in_favour = [vote for vote in request.votes if vote.verdict is Verdict.APPROVE]
        assert request.state is State.FULFILLED
        assert most_distinct(in_favour) >= request.quorum
        assert not {p for vote in in_favour for p in vote.people} & {request.asked.requester, request.asked.owner}
        rights = {ANA, BEN, CAI, MAYA, OLGA} | ({SAM} if request.escalated_at else set())
        assert {vote.right for vote in in_favour} <= rights, "only approvers' rights count, or the next tier's"
        assert request.quorum or request.asked.requester == request.asked.owner, "only an owner's own needs nobody"

    @invariant()
    def a_broken_glass_is_reviewed_by_two_others_or_its_credential_has_ended(self):
        if not hasattr(self, "house"):
            return
        now = self.house.clock.now()
        undone: Counter = Counter()
        with self.house.store.read() as reader:
            for glass in reader.glasses.each():
                justified = {review.voter for review in glass.reviews if review.verdict is Verdict.APPROVE}
                assert not {review.voter for review in glass.reviews} & {MAYA, glass.request.asked.owner}
                assert glass.state is not Review.JUSTIFIED or len(justified) >= 2
                assert (glass.state is Review.UNJUSTIFIED) == any(r.verdict is Verdict.DENY for r in glass.reviews)
                undone[glass.taker] += glass.state is Review.OPEN or glass.living
                if glass.credential is None:
                    continue
                refused = glass.state is Review.UNJUSTIFIED or glass.missed
                old = now >= glass.request.opened_at + timedelta(days=1)
                assert not ((refused or old) and glass.credential.working(now))
        assert all(count <= 1 for count in undone.values())

    @invariant()
    def the_tables_follow_from_the_ledger(self):
        if not hasattr(self, "house"):
            return
        with self.house.store.connect() as connection:
            assert story_problems(self.house.store.ledger, connection) == []


TestOffice = Office.TestCase
TestOffice.settings = settings(
    max_examples=12, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
