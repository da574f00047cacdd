"""What people do with a credential that there is, by command, form and button: each waits for what they would see."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.domain.credential import Credential, Delivery, ReceiptState, Secret, SecretState, State
from bot.domain.ids import SecretId
from bot.domain.kind import Kind
from bot.domain.request import Request, Verdict
from bot.domain.request import State as RequestState
from bot.slack.ids import Action, Block, Callback
from tests.support import road, soundness
from tests.support.finishing import issue_again
from tests.support.live import ANA, MAYA, SAM, Program
from tests.support.road import Json, Pair
from tests.support.sandbox import eventually, words

REASON = {Block.REASON: {Action.ENTRY: "Things have changed."}}
TYPED: dict[Kind, Callable[[str], Json]] = {
    Kind.ROTATE: lambda _name: {},
    Kind.RESUME: lambda _name: REASON,
    Kind.TRANSFER: lambda _name: {**REASON, Block.OWNER: {Action.CHOSEN: SAM}},
    Kind.EXTEND: lambda _name: REASON,
    Kind.DELETE: lambda name: {**REASON, Block.NAME: {Action.ENTRY: name}},
}
"""What stands in each form when it is sent."""


def open_form(program: Program, word: str, name: str, callback: Callback = Callback.CHANGE, by: str = MAYA) -> None:
    """Type the command, and wait for its form."""
    person = program.person(by)
    while person.view() is not None:
        person.close()
    person.command(f"/cred {word} {name}")
    road.wait(program, lambda: (person.view() or {}).get("callback_id") == callback, f"the form to {word} {name}")


def ask(program: Program, kind: Kind, name: str, *, by: str = MAYA, **typed: Json) -> None:
    """Ask for a change. Fails where the form is not taken."""
    open_form(program, kind, name, by=by)
    person = program.person(by)
    assert person.submit({**TYPED[kind](name), **typed}) == {}
    assert name in words(person.view()), words(person.view())
    person.close()


def approved(program: Program, kind: Kind, name: str, *, by: str = MAYA) -> None:
    """Ask for a change that takes effect by itself, and have it approved."""
    ask(program, kind, name, by=by)
    road.approve(program, name)
    road.wait(program, lambda: request(program, kind, name).state is RequestState.FULFILLED, f"the {kind} of {name}")


def suspend(program: Program, name: str, by: str = MAYA) -> None:
    """Stop it at once."""
    open_form(program, "suspend", name, Callback.SUSPEND, by)
    assert program.person(by).submit() == {}
    _stands(program, name, State.SUSPENDED)


def accept(program: Program, name: str, by: str = SAM) -> None:
    """The new owner takes it."""
    program.person(by).press(offer(program, name, by), Action.ACCEPT)
    road.wait(program, lambda: credential(program, name).owner == by, f"{name} to be {by}'s")


def offer(program: Program, name: str, by: str = SAM) -> Json:
    """The message in which a credential is offered to somebody."""
    return road.wait(program, lambda: road.newest(program.person(by), name, Action.ACCEPT), f"the offer of {name}")


def undo(program: Program, name: str, by: str = MAYA) -> None:
    """Take its deletion back."""
    program.person(by).press(deletion(program, name, by), Action.UNDO)
    _stands(program, name, State.SUSPENDED)


def deletion(program: Program, name: str, by: str = MAYA) -> Json:
    """The message with the *Undo* button."""
    return road.wait(program, lambda: road.newest(program.person(by), name, Action.UNDO), f"the deletion of {name}")


def reveal_new(program: Program, name: str, owner: str = MAYA) -> Pair:
    """Press *Reveal* of a rotation; what it shows."""
    before = road.all_shown(program, name, owner)
    program.person(owner).press(road.offer(program, name, owner), Action.REVEAL)

    def fresh() -> Pair | None:
        return next((pair for pair in road.all_shown(program, name, owner) if pair not in before), None)

    return road.wait(program, fresh, f"the new secret of {name}")


def credential(program: Program, name: str) -> Credential:
    """As the tables say."""
    return soundness.glance(program).credential(name)


def request(program: Program, kind: Kind, name: str) -> Request:
    """The newest request of that kind. Raises `AssertionError` where there is none."""
    found = requests(program, kind, name)
    assert found, f"nobody has asked to {kind} {name}"
    return found[-1]


def requests(program: Program, kind: Kind, name: str) -> list[Request]:
    """Every request of that kind, the oldest first."""
    books = soundness.glance(program)
    return [each for each in books.requests if each.asked.name == name and each.asked.kind is kind]


def _stands(program: Program, name: str, state: State) -> None:
    road.wait(program, lambda: credential(program, name).state is state, f"{name} to be {state}")


@dataclass(frozen=True, slots=True)
class Life:
    """One change of one credential, from the command to its effect; and the same taken up wherever it was cut off."""

    program: Program
    name: str
    first: Pair
    """The secret that it was issued with."""

    def rotate(self) -> None:
        """The owner's own: nobody has to approve it."""
        ask(self.program, Kind.ROTATE, self.name)
        reveal_new(self.program, self.name)

    def delete(self) -> None:
        """Approved, and then gone for whoever uses it."""
        approved(self.program, Kind.DELETE, self.name)

    def suspend(self) -> None:
        """At once."""
        suspend(self.program, self.name)

    def transfer(self) -> None:
        """Approved, and then accepted."""
        ask(self.program, Kind.TRANSFER, self.name)
        road.approve(self.program, self.name)
        accept(self.program, self.name)

    def finish(self, part: str) -> None:
        """Go on from wherever it stands, doing only what is offered; then everything is as if nothing had happened."""
        soundness.check(self.program)
        getattr(self, f"_finish_{part}")()
        soundness.check(self.program)

    def _finish_rotate(self) -> None:
        if self._asked(Kind.ROTATE).state is RequestState.APPROVED:
            reveal_new(self.program, self.name)
        newest = self._delivered()
        if newest.delivery is not Delivery.DELIVERED and newest.receipt is ReceiptState.AWAITING:
            issue_again(self.program, self.name)
        new = [pair for pair in road.all_shown(self.program, self.name) if pair.secret != self.first.secret]
        assert [road.works(self.program, pair) for pair in new] == [False] * (len(new) - 1) + [True]
        self._still_works()

    def _delivered(self) -> Secret:
        """The newest secret, once it is known what became of the message that shows it."""
        eventually(lambda: credential(self.program, self.name).newest.delivery is not Delivery.PENDING, "a delivery")
        return credential(self.program, self.name).newest

    def _finish_delete(self) -> None:
        if self._asked(Kind.DELETE).state is RequestState.PENDING:
            road.approve(self.program, self.name)
        _stands(self.program, self.name, State.DELETING)
        assert not road.works(self.program, self.first)
        undo(self.program, self.name)
        assert not road.works(self.program, self.first)
        self._once("credential:deleting", "credential:restored")

    def _finish_suspend(self) -> None:
        if credential(self.program, self.name).state is State.ACTIVE:
            suspend(self.program, self.name)
        assert not road.works(self.program, self.first)
        self._once("credential:suspended")

    def _finish_transfer(self) -> None:
        if self._asked(Kind.TRANSFER).state is RequestState.PENDING:
            road.approve(self.program, self.name)
        if self._asked(Kind.TRANSFER).state is RequestState.APPROVED:
            accept(self.program, self.name)
        assert credential(self.program, self.name).owner == SAM
        self._still_works()
        self._once("credential:transferred")

    def _still_works(self) -> None:
        """The secret of before; and whatever logged in is written down, so that no later test meets that commit."""
        assert road.works(self.program, self.first)
        known = (ReceiptState.STORED, ReceiptState.USED)
        working = [s for s in credential(self.program, self.name).secrets if s.state is not SecretState.RETIRED]
        for secret in working:
            road.wait(self.program, lambda each=secret.id: self._receipt(each) in known, f"a use of {self.name}")

    def _receipt(self, secret: SecretId) -> ReceiptState:
        return next(each.receipt for each in credential(self.program, self.name).secrets if each.id == secret)

    def _asked(self, kind: Kind) -> Request:
        if not requests(self.program, kind, self.name):
            ask(self.program, kind, self.name)
        found = request(self.program, kind, self.name)
        assert len({vote.voter for vote in found.votes if vote.verdict is Verdict.APPROVE} - {ANA}) == 0
        return found

    def _once(self, *kinds: str) -> None:
        told = soundness.check(self.program).kinds(self.name)
        assert [told[kind] for kind in kinds] == [1] * len(kinds), told
