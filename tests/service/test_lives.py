"""The lives of credentials and their secrets as a state machine, held to what really opens the door.

Whatever people do, in whatever order, and however late the sweep comes: *a secret that was retired never authenticates;
never more than two of a credential do; none of an expired, suspended or deleted one does*; what the tables call working
does; and the tables follow from the ledger. The soak lives hundreds of lives.
"""

import itertools
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.credential import SecretState, State
from bot.domain.kind import Kind
from bot.domain.request import Request
from bot.domain.request import State as RequestState
from bot.service import effects, lifecycle, requests
from bot.service.changing import ChangeCommand
from bot.service.handover import overlap, receipts
from bot.service.handover.issuance import Press, Shown, reissue
from bot.service.sweep import sweep
from bot.store.auditing import story_problems
from tests.support import doorway
from tests.support import house as houses
from tests.support.people import ANA, OLGA, SAM

WHICH = st.integers(min_value=0, max_value=3)
RARELY = st.sampled_from([False, False, False, True])
PATIENCE = timedelta(days=10)


class Lives(RuleBasedStateMachine):
    @initialize()
    def move_in(self):
        self.folder = tempfile.TemporaryDirectory()
        built = houses.build(Path(self.folder.name))
        unused = replace(built.world.policy.unused, never=timedelta(days=20), suspend_after=PATIENCE)
        self.door = doorway.put_before(built.under(replace(built.world.policy, unused=unused)))
        self.house = self.door.house
        self.shown = []  # every secret that anybody ever saw
        self.dead = set()
        self.numbers = itertools.count()
        self.issue()

    def teardown(self):
        if hasattr(self, "door"):
            self.door.close()
            self.house.close()
            self.folder.cleanup()

    # --- what people do -----------------------------------------------------------------------------------------------

    @rule(days=st.sampled_from([3, 90]))
    def issue(self, days=90):
        last = self.house.world.policy.today(self.house.clock.now()) + timedelta(days=days)
        name = f"job {len(self.shown)}"
        self.reveal(self.house.approved(owner=OLGA, name=name, expires_on=last))

    @rule(which=WHICH, compromised=RARELY, renews=RARELY)
    def rotate(self, which, compromised, renews):
        later = self.last_day(which) + timedelta(days=20) if renews else None
        request = self.ask(which, Kind.ROTATE, compromised=compromised, expires_on=later)
        if request is not None:
            self.reveal(request)

    @rule(which=WHICH)
    def issue_again(self, which):
        credential = self.pick(which)
        press = Press(credential=credential.id, secret=credential.newest.id, actor=credential.owner)
        self.keep_what_was_shown(reissue(self.house.world, press))

    @rule(which=WHICH)
    def store(self, which):
        credential = self.pick(which)
        receipts.stored(self.house.world, credential.id, credential.newest.id, credential.owner)

    @rule(which=st.integers(min_value=0, max_value=20))
    def use(self, which):
        self.door.use(*self.shown[which % len(self.shown)])

    @rule(which=WHICH, what=st.sampled_from(["keep", "retire", "leaked"]), old=WHICH)
    def decide_about_a_secret(self, which, what, old):
        credential = self.pick(which)
        secret = credential.secrets[old % len(credential.secrets)].id
        if what == "keep":
            overlap.keep_longer(self.house.world, credential.id, secret, credential.owner)
        else:
            overlap.let_go(self.house.world, credential.id, secret, credential.owner, leaked=what == "leaked")

    @rule(
        which=WHICH,
        what=st.sampled_from(["suspend", "undo", *[Kind.RESUME] * 3, Kind.EXTEND, Kind.TRANSFER, Kind.DELETE]),
    )
    def change(self, which, what):
        credential, world = self.pick(which), self.house.world
        other = OLGA if credential.owner == SAM else SAM
        match what:
            case "suspend":
                lifecycle.suspend(world, credential.id, credential.owner)
            case "undo":
                lifecycle.undo_deletion(world, credential.id, credential.owner)
            case Kind.EXTEND:
                self.ask(which, what, expires_on=self.last_day(which) + timedelta(days=30))
            case Kind.DELETE:
                self.ask(which, what, typed_name=credential.name)
            case Kind.RESUME:
                self.ask(which, what)
            case Kind.TRANSFER:
                request = self.ask(which, what, owner=other)
                if request is not None:
                    effects.accept(world, request.id, request.digest, other)

    @rule(hours=st.sampled_from([1, 25, 24 * 6, 24 * 8]))
    def time_passes(self, hours):
        self.house.clock.advance(hours=hours)

    @rule()
    def sweep(self):
        sweep(self.house.world)

    # --- how they do it -----------------------------------------------------------------------------------------------

    def ask(self, which, kind, **changes):
        """An approved request; None where it may not be asked for."""
        credential = self.pick(which)
        command = ChangeCommand(
            submission=f"form {next(self.numbers)}",
            kind=kind,
            credential=credential.id,
            requester=credential.owner,
            reason="It must be",
            **changes,
        )
        opened = requests.open_change(self.house.world, command)
        if not isinstance(opened, Request):
            return None
        return self.house.vote(opened, ANA) if opened.state is RequestState.PENDING else opened

    def reveal(self, request):
        self.keep_what_was_shown(self.house.reveal(request))

    def keep_what_was_shown(self, shown):
        if isinstance(shown, Shown):
            self.shown.append((shown.credential, shown.secret))

    def pick(self, which):
        every = sorted({credential.id for credential, _ in self.shown})
        with self.house.store.read() as reader:
            return reader.credentials.get(every[which % len(every)])

    def last_day(self, which):
        return self.house.world.policy.last_day(self.pick(which).expires_at)

    # --- what must hold -----------------------------------------------------------------------------------------------

    @invariant()
    def only_what_works_opens_the_door(self):
        if not hasattr(self, "door"):
            return
        now, open_doors = self.house.clock.now(), {}
        for shown, secret in self.shown:
            with self.house.store.read() as reader:
                credential = reader.credentials.get(shown.id)
            kept, opens = credential.held(shown.newest.id), self.door.knock(credential, secret)
            if kept.state is SecretState.RETIRED or not kept.works_at(now):
                self.dead.add(kept.id)
            assert not (opens and kept.id in self.dead), "a retired secret authenticates"
            assert not (opens and credential.state is not State.ACTIVE), f"a {credential.state} one authenticates"
            assert not (opens and now >= credential.expires_at), "an expired one authenticates"
            assert opens == (kept in credential.working(now)), "what works is refused"
            open_doors[credential.id] = open_doors.get(credential.id, 0) + opens
        assert max(open_doors.values(), default=0) <= 2, "three secrets authenticate"

    @invariant()
    def at_most_one_secret_is_live_and_it_is_the_newest(self):
        if not hasattr(self, "door"):
            return
        with self.house.store.read() as reader:
            for credential in reader.credentials.each():
                assert sum(secret.state is SecretState.LIVE for secret in credential.secrets) <= 1
                assert sum(secret.state is SecretState.RETIRING for secret in credential.secrets) <= 1
                live = [secret for secret in credential.secrets if secret.state is SecretState.LIVE]
                assert live in ([], [credential.newest])

    @invariant()
    def the_tables_follow_from_the_ledger(self):
        if hasattr(self, "door"):
            with self.house.store.connect() as connection:
                assert story_problems(self.house.store.ledger, connection) == []


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=8, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
