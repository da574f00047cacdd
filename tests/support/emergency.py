"""Break-glass as people walk it: taken by a form, revealed, reviewed by others."""

from datetime import UTC, datetime
from typing import Any

from bot.domain.break_glass import Glass, State
from bot.slack.ids import Action, Block, Callback
from bot.store.store import SqlReader
from tests.support import road, soundness
from tests.support.live import ANA, BEN, MAYA, Program
from tests.support.sandbox import eventually, words

Json = dict[str, Any]
SECURITY = "C0SECURITY"


def fill_in(program: Program, name: str, by: str = MAYA) -> Json:
    """Open the form, read the terms if they come first; what is then to be sent."""
    taking = program.person(by)
    while taking.view() is not None:
        taking.close()
    taking.command("/cred break-glass")
    view = road.wait(program, taking.view, "the form")
    if view["callback_id"] == Callback.TERMS:
        assert taking.submit({Block.TERMS: {Action.ENTRY: ["accepted"]}}) == {}
    return {Block.NAME: {Action.ENTRY: name}, Block.REASON: {Action.ENTRY: "The shop is down."}}


def take(program: Program, name: str, by: str = MAYA) -> None:
    """Break the glass. Fails where the form is not taken."""
    typed = fill_in(program, name, by)
    assert program.person(by).submit(typed) == {}
    view = program.person(by).view()
    assert view is not None
    assert name in words(view), words(view)


def card(program: Program, name: str, channel: str = road.CHANNEL, by: str = ANA) -> Json:
    """The alarm, once it stands in a channel and can be pressed."""
    return road.wait(
        program,
        lambda: road.newest(program.person(by), name, Action.UNJUSTIFIED, channel),
        f"the alarm for {name}",
    )


def find_justified(program: Program, name: str, by: str) -> None:
    """Press *Justified*, and wait until it counts."""
    program.person(by).press(card(program, name, by=by), Action.JUSTIFIED)
    eventually(lambda: any(review.voter == by for review in glass(program, name).reviews), f"the review of {by}")


def refuse(program: Program, name: str, by: str = ANA, why: str = "Nothing was down.") -> None:
    """Press *Not justified…*, and say why."""
    reviewing = program.person(by)
    while reviewing.view() is not None:
        reviewing.close()
    reviewing.press(card(program, name, by=by), Action.UNJUSTIFIED)
    road.wait(program, reviewing.view, "the question for a reason")
    assert reviewing.submit({Block.REASON: {Action.ENTRY: why}}) == {}
    road.wait(program, lambda: glass(program, name).state is State.UNJUSTIFIED, "the refusal")


def settle(program: Program, name: str) -> None:
    """Leave nothing of it open, so that the next one can be taken."""
    if glass(program, name).state is State.OPEN:
        for reviewer in (ANA, BEN):
            find_justified(program, name, reviewer)
    if glass(program, name).living:
        raise AssertionError(f"{name} still lives, so that nothing else can be taken")


def glass(program: Program, name: str) -> Glass:
    """What the tables say of it."""
    return glasses(program, name)[-1]


def glasses(program: Program, name: str) -> list[Glass]:
    """Whatever was taken under that name, as the tables say."""
    with soundness.view(program) as connection:
        found = [each for each in SqlReader(connection, datetime.now(UTC)).glasses.each() if isinstance(each, Glass)]
    return [each for each in found if each.request.asked.name == name]
