"""The cards of the changes: each kind in each state, as whoever has to do with it sees it."""

import json
from datetime import timedelta

import pytest

from bot.domain.credential import SecretState
from bot.domain.credential import State as CredentialState
from bot.domain.errors import ALLOWED
from bot.domain.kind import NEW, REVEALED, Kind
from bot.domain.request import DECLINED, State
from bot.domain.role import SUPER_ADMIN
from bot.domain.suspension import ASKED, DELETION_UNDONE, Suspension
from bot.service.reading.home import HomeView
from bot.service.reading.inventory import Pending
from bot.service.reading.looking import CredentialView
from bot.slack.cards import credential as credential_cards
from bot.slack.cards import home, life, plain
from bot.slack.cards import listing as list_cards
from bot.slack.cards import offer as offer_cards
from bot.slack.cards import request as request_cards
from bot.slack.forms import small as small_forms
from bot.slack.ids import Action, ChangeMark, RequestMark
from tests.slack import specimens
from tests.slack.snapshots import same_as_before, slack_takes
from tests.support import people

KNOWN = specimens.known()
CHANGES = [kind for kind in Kind if kind not in NEW]
AT_ONCE = {State.EXECUTING, State.UNRESOLVED, State.REFUSED}
"""The states that only a change passes through that hands a secret over."""
USED = specimens.secret(last_used_at=specimens.NOON - timedelta(hours=2), last_used_from="192.0.2.7")
ENDED = specimens.credential(specimens.secret(state=SecretState.RETIRED))
DELETING = specimens.credential(
    USED, state=CredentialState.DELETING, undo_until=specimens.NOON + timedelta(minutes=59), owner=people.OLGA
)
RESTORED = specimens.credential(
    state=CredentialState.SUSPENDED, suspension=Suspension(by=people.OLGA, why=DELETION_UNDONE)
)


SUSPENDED = specimens.credential(
    USED, state=CredentialState.SUSPENDED, suspension=Suspension(by=people.MAYA, why=ASKED)
)


def subject(kind: Kind, state: State):
    """The credential as it would be then."""
    if kind is Kind.DELETE and state is State.FULFILLED:
        return DELETING
    if kind is Kind.RESUME and state is not State.FULFILLED:
        return SUSPENDED
    return specimens.credential(USED)


def of(request, about) -> dict:
    """All that is said of a request."""
    cards = {
        "approval": request_cards.approval(request, KNOWN, about),
        "asked": request_cards.asked(request, KNOWN, people.BEN, about),
        "told": request_cards.told(request, KNOWN, about),
    }
    if request.asked.claimed and request.state is not State.PENDING:
        cards["offer"] = offer_cards.offer(request, KNOWN, about)
    made = {name: card.message() for name, card in cards.items()}
    return {**made, "details": small_forms.details(request, KNOWN, about)}


BY_STATE = {
    f"{kind}-{state}": of(specimens.change(kind, state), subject(kind, state))
    for kind in CHANGES
    for state in State
    if kind in REVEALED or state not in AT_ONCE
}
RULE = {"quorum": 0, "rule": "rotate", "votes": (), "reason": "", "requester": people.OLGA}
SPECIAL = {
    "rotate-by-rule": of(specimens.change(Kind.ROTATE, State.APPROVED, **RULE), specimens.credential(USED)),
    "rotate-by-rule-done": of(specimens.change(Kind.ROTATE, State.FULFILLED, **RULE), specimens.credential(USED)),
    "rotate-compromised": of(specimens.change(Kind.ROTATE, State.APPROVED, **RULE), ENDED),
    "transfer-declined": of(specimens.change(Kind.TRANSFER, State.DENIED, votes=(), closing=DECLINED), None),
    "transfer-suspended": of(specimens.change(Kind.TRANSFER, State.APPROVED), SUSPENDED),
    "transfer-suspended-done": of(specimens.change(Kind.TRANSFER, State.FULFILLED), SUSPENDED),
    "transfer-void": of(
        specimens.change(Kind.TRANSFER, State.DENIED, closing="The credential is deleting now."), DELETING
    ),
    "delete-suspended": of(specimens.change(Kind.DELETE, State.PENDING), RESTORED),
    "delete-super-admin": of(
        specimens.change(Kind.DELETE, State.PENDING, role=SUPER_ADMIN), specimens.credential(USED)
    ),
    "delete-undone": of(specimens.change(Kind.DELETE, State.FULFILLED), RESTORED),
    "delete-final": of(
        specimens.change(Kind.DELETE, State.FULFILLED), specimens.credential(state=CredentialState.DELETED)
    ),
    "extend-tracked": of(specimens.change(Kind.EXTEND, State.PENDING, authority="sophos"), specimens.tracked()),
    "extend-tracked-approved": of(
        specimens.change(Kind.EXTEND, State.APPROVED, authority="sophos"), specimens.tracked()
    ),
    "extend-tracked-lapsed": of(specimens.change(Kind.EXTEND, State.LAPSED, authority="sophos"), specimens.tracked()),
    "extend-tracked-done": of(specimens.change(Kind.EXTEND, State.FULFILLED, authority="sophos"), specimens.tracked()),
    "delete-tracked": of(
        specimens.change(Kind.DELETE, State.PENDING), specimens.credential(authority="sophos", secrets=())
    ),
}


def _stopped(by, why):
    return specimens.credential(USED, state=CredentialState.SUSPENDED, suspension=Suspension(by=by, why=why))


OVERLAPPING = specimens.credential(
    specimens.secret(
        state=SecretState.RETIRING,
        retire_at=specimens.NOON + timedelta(days=7),
        last_used_at=specimens.NOON,
        last_used_from="192.0.2.7",
    ),
    specimens.secret(),
)
WAITING = Pending(
    on_me=tuple(specimens.change(kind, State.PENDING) for kind in CHANGES),
    mine=tuple(specimens.change(kind, State.APPROVED) for kind in CHANGES),
    to_reveal=(specimens.change(Kind.ROTATE, State.APPROVED),),
    to_accept=(specimens.change(Kind.TRANSFER, State.APPROVED),),
)
OTHERS = {
    "suspended-by-somebody": life.suspended(_stopped(people.MAYA, ASKED), KNOWN).message(),
    "suspended-by-itself": life.suspended(_stopped(None, "nobody confirmed that the secret arrived"), KNOWN).message(),
    "suspended-and-resumed": life.suspended(specimens.credential(USED), KNOWN).message(),
    "owner-deleting": life.deleted(DELETING).message(),
    "owner-deleted": life.deleted(specimens.credential(state=CredentialState.DELETED)).message(),
    "owner-restored": life.deleted(RESTORED).message(),
    "owner-transferred": life.transferred(specimens.credential(owner=people.SAM)).message(),
    "show-active": credential_cards.show(
        CredentialView(
            credential=OVERLAPPING,
            changes=(Kind.ROTATE, Kind.TRANSFER, Kind.EXTEND, Kind.DELETE),
            may_suspend=True,
            open=(specimens.change(Kind.EXTEND, State.PENDING),),
        ),
        KNOWN,
    ).message(),
    "show-suspended": credential_cards.show(
        CredentialView(credential=_stopped(people.MAYA, ASKED), changes=(Kind.RESUME, Kind.DELETE)), KNOWN
    ).message(),
    "show-deleting": credential_cards.show(CredentialView(credential=DELETING, may_undo=True), KNOWN).message(),
    "show-choice-rotate": list_cards.choice(
        (specimens.credential(), specimens.credential(estate=people.LOGISTICS)), KNOWN, command="rotate"
    ).message(),
    "pending-changes": plain.pending(WAITING, KNOWN).message(),
    "home-changes": home.home(HomeView(decision=ALLOWED, pending=WAITING), KNOWN),
    "suspend": small_forms.suspend(specimens.credential(USED), KNOWN),
    "withdraw-change": small_forms.withdraw(specimens.change(Kind.DELETE, State.PENDING)),
    "deny-change": small_forms.deny(specimens.change(Kind.DELETE, State.PENDING), KNOWN),
    "sent-off-change": small_forms.sent_off(specimens.change(Kind.DELETE, State.PENDING), KNOWN),
    "sent-off-by-rule": small_forms.sent_off(specimens.change(Kind.ROTATE, State.APPROVED, **RULE), KNOWN),
}
SETS = {**BY_STATE, **SPECIAL}
ALL = {**SETS, **OTHERS}


@pytest.mark.parametrize("name", sorted(ALL))
def test_card_is_as_it_was(name):
    same_as_before(name, ALL[name])


@pytest.mark.parametrize("name", sorted(SETS))
def test_slack_takes_each_card(name):
    for made in SETS[name].values():
        slack_takes(made)


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_slack_takes_the_card(name):
    slack_takes(OTHERS[name])


@pytest.mark.parametrize("kind", CHANGES)
def test_longest_words_stay_within_the_limits(kind):
    long = {"name": "n" * 64, "reason": "&" * 1000, "description": "<" * 500, "role": SUPER_ADMIN}
    about = specimens.credential(USED, name="n" * 64)
    for state in State:
        for made in of(specimens.change(kind, state, **long), about).values():
            slack_takes(made)


def test_many_that_wait_fit_one_message():
    many = tuple(specimens.change(kind, State.APPROVED) for kind in CHANGES) * 5
    slack_takes(plain.pending(Pending(on_me=many, mine=many, to_reveal=many, to_accept=many), KNOWN).message())


@pytest.mark.parametrize("name", sorted(SETS))
def test_button_that_takes_what_was_approved_stands_in_its_takers_message_alone(name):
    for place, made in SETS[name].items():
        takes = any(action in json.dumps(made) for action in (Action.ACCEPT, Action.DECLINE, Action.REVEAL))
        assert takes <= (place == "offer")


@pytest.mark.parametrize("state", [state for state in State if state not in {State.APPROVED, *AT_ONCE}])
def test_only_an_approved_transfer_can_be_accepted(state):
    assert Action.ACCEPT not in json.dumps(BY_STATE[f"transfer-{state}"])


def test_deletion_can_be_undone_from_its_cards_while_there_is_time():
    for made in (BY_STATE["delete-fulfilled"]["approval"], OTHERS["owner-deleting"], OTHERS["show-deleting"]):
        assert Action.UNDO in json.dumps(made)
    for made in (SPECIAL["delete-undone"], SPECIAL["delete-final"], OTHERS["owner-deleted"], OTHERS["owner-restored"]):
        assert Action.UNDO not in json.dumps(made)


def test_who_approves_a_deletion_sees_whose_it_is_and_when_it_was_used():
    card = json.dumps(BY_STATE["delete-pending"]["approval"])
    assert people.OLGA in card
    assert "Last used" in card


def test_buttons_in_one_row_have_names_of_their_own():
    names = [
        element["action_id"]
        for block in OTHERS["show-active"]["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    assert len(names) == len(set(names)) == 6
    assert ChangeMark(Kind.ROTATE, specimens.SUBJECT).pack() in json.dumps(OTHERS["show-active"])


def test_new_owner_accepts_exactly_what_the_message_shows():
    request = specimens.change(Kind.TRANSFER, State.APPROVED)
    assert RequestMark.of(request).pack() in json.dumps(BY_STATE["transfer-approved"]["offer"])
