"""The road taken up again, wherever a killed program left it, by people who only do what is offered to them."""

from bot.domain.credential import Delivery, ReceiptState
from bot.domain.request import State, Verdict
from bot.slack.ids import Action
from tests.support import road, soundness
from tests.support.live import MAYA, Program
from tests.support.road import Pair
from tests.support.sandbox import ActRefusedError, eventually

INTERRUPTED = (road.GoneError, ActRefusedError, AssertionError, KeyError, ValueError)
"""What a person, or the sandbox for them, meets when the program dies under their hands."""


def finish(program: Program, name: str, role: str, by: str = MAYA) -> Pair:
    """To a secret that logs in, and to no other one that does. Asks only where nobody has asked yet."""
    books = soundness.check(program)
    if not any(request.asked.name == name for request in books.requests):
        road.ask(program, name, role=role, owner=by, by=by)
        books = soundness.glance(program)
    request = books.request(name)
    if request.state is State.PENDING:
        voted = {vote.voter for vote in request.votes if vote.verdict is Verdict.APPROVE}
        for approver in (each for each in road.APPROVERS[role] if each not in voted):
            road.approve(program, name, approver)
        request = soundness.glance(program).request(name)
    if request.state is State.APPROVED:
        road.reveal(program, name, by)
    return _only_one_that_works(program, name, by)


def _only_one_that_works(program: Program, name: str, owner: str) -> Pair:
    books = soundness.check(program)
    assert books.request(name).state is State.FULFILLED
    assert len([each for each in books.credentials if each.name == name]) == 1
    newest = books.credential(name).newest
    if newest.delivery is not Delivery.DELIVERED and newest.receipt is ReceiptState.AWAITING:
        issue_again(program, name, owner)
    pairs = road.all_shown(program, name, owner)
    assert [road.works(program, pair) for pair in pairs] == [False] * (len(pairs) - 1) + [True]
    used(program, name)
    return pairs[-1]


def used(program: Program, name: str) -> None:
    """Wait until the login is written down, so that no later part of a test, and no later test, meets its commit."""
    settled = (ReceiptState.STORED, ReceiptState.USED)
    eventually(lambda: soundness.glance(program).credential(name).newest.receipt in settled, f"the use of {name}")


def issue_again(program: Program, name: str, owner: str = MAYA) -> Pair:
    """Take the offer of another secret, and read it."""
    credential = soundness.glance(program).credential(name)
    offered = eventually(lambda: soundness.offered_again(program, credential), f"an offer for {name}")
    before = road.all_shown(program, name, owner)
    program.person(owner).press(offered, Action.REISSUE)

    def fresh() -> Pair | None:
        pairs = [pair for pair in road.all_shown(program, name, owner) if pair not in before]
        return pairs[-1] if pairs else None

    return road.wait(program, fresh, f"another secret of {name}")
