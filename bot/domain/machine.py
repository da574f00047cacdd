"""A state machine is a table; a key that it lacks is the refusal."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from bot.domain.errors import ImpossibleTransitionError

State = TypeVar("State", bound=StrEnum)
Verb = TypeVar("Verb", bound=StrEnum)


def step(table: Mapping[tuple[State, Verb], State], state: State, verb: Verb) -> State:
    """The state after a verb. Raises `ImpossibleTransitionError` where the table has no such step."""
    try:
        return table[state, verb]
    except KeyError:
        raise ImpossibleTransitionError(f"Cannot {verb} what is {state}.") from None


def can(table: Mapping[tuple[State, Verb], State], state: State, verb: Verb) -> bool:
    """Whether the table has the step."""
    return (state, verb) in table
