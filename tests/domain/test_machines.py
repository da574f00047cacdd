"""The lifecycles: what the tables promise, whoever walks them."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import break_glass, credential, request
from bot.domain.errors import ImpossibleTransitionError
from bot.domain.machine import can, step

TABLES = {
    "request": (request.TRANSITIONS, request.State, request.Verb),
    "credential": (credential.TRANSITIONS, credential.State, credential.Verb),
    "secret": (credential.SECRET_TRANSITIONS, credential.SecretState, credential.SecretVerb),
    "review": (break_glass.TRANSITIONS, break_glass.State, break_glass.Verb),
    "receipt": (credential.RECEIPT_TRANSITIONS, credential.ReceiptState, credential.ReceiptVerb),
}


def reachable(table: Mapping, start) -> set:
    seen, todo = set(), [start]
    while todo:
        state = todo.pop()
        if state not in seen:
            seen.add(state)
            todo += [after for (before, _), after in table.items() if before is state]
    return seen


@pytest.mark.parametrize("name", TABLES)
def test_every_state_can_be_reached_and_every_verb_is_used(name):
    table, states, verbs = TABLES[name]
    assert reachable(table, next(iter(states))) == set(states)
    assert {verb for _, verb in table} == set(verbs)


@pytest.mark.parametrize("name", TABLES)
@given(choice=st.data())
def test_what_the_table_lacks_is_refused(name, choice):
    table, states, verbs = TABLES[name]
    state, verb = choice.draw(st.sampled_from(list(states))), choice.draw(st.sampled_from(list(verbs)))
    if can(table, state, verb):
        assert step(table, state, verb) is table[state, verb]
    else:
        with pytest.raises(ImpossibleTransitionError, match=f"Cannot {verb} what is {state}"):
            step(table, state, verb)


def test_a_request_that_took_effect_or_ended_never_moves_again():
    ended = set(request.State) - request.OPEN
    assert all(state not in ended for state, _ in request.TRANSITIONS)


def test_fulfilment_always_leads_through_approval():
    into = {(state, verb) for (state, verb), after in request.TRANSITIONS.items() if after is request.State.FULFILLED}
    assert {state for state, _ in into} == {request.State.EXECUTING, request.State.UNRESOLVED}
    assert {state for (state, _), after in request.TRANSITIONS.items() if after is request.State.EXECUTING} == {
        request.State.APPROVED
    }


def test_a_deleted_or_expired_credential_never_comes_back():
    for end in (credential.State.DELETED, credential.State.EXPIRED):
        assert reachable(credential.TRANSITIONS, end) == {end}


def test_undo_never_makes_a_credential_work_by_itself():
    assert credential.TRANSITIONS[credential.State.DELETING, credential.Verb.UNDO] is credential.State.SUSPENDED
