"""`/cred show`: what may be done with a credential in each state, by each person, is a button, and nothing else is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.credential import SecretState, State
from bot.domain.ids import SecretId
from bot.domain.reminder import Plan
from bot.domain.suspension import ASKED, Suspension
from bot.slack.ids import Action
from tests.slack.snapshots import slack_takes
from tests.support.people import ANA, MAYA, OLGA, SAM

NAME = "payroll"
EPHEMERAL = {"type": "message", "is_ephemeral": True}
OWNED = {"Rotate…", "Extend…", "Transfer…", "Suspend", "Delete…"}


@pytest.fixture
def credential(lounge):
    today = lounge.house.world.policy.today(lounge.house.clock.now())
    return lounge.house.issued(name=NAME, owner=OLGA, expires_on=today + timedelta(days=80)).credential


def as_it_would_be(house, credential, state):
    """The credential in a state, written as it would stand."""
    now = house.clock.now()
    changes = {
        "active": {},
        "warned": {"plan": Plan(told=7, due_at=now + timedelta(days=3))},
        "suspended": {"state": State.SUSPENDED, "suspension": Suspension(by=MAYA, why=ASKED)},
        "deleting": {"state": State.DELETING, "undo_until": now + timedelta(hours=1)},
        "deleted": {"state": State.DELETED, "ended_at": now},
        "expired": {"state": State.EXPIRED, "ended_at": now},
    }.get(state, {})
    with house.store.work() as work:
        work.credentials.save(replace(credential, **changes), expected=credential.state)
        if state == "overlapping":
            retiring = replace(credential.newest, state=SecretState.RETIRING, retire_at=now + timedelta(days=7))
            work.credentials.save_secret(credential.id, retiring)
            fresh = replace(credential.newest, id=SecretId(house.world.entropy.uuid()), minted_at=now)
            work.credentials.add_secret(credential.id, fresh, b"x")


def buttons(message):
    return {
        element["text"]["text"]: element
        for block in message["blocks"]
        if block["type"] == "actions"
        for element in block["elements"]
    }


OFFERED = {
    "active": OWNED,
    "warned": OWNED | {"Let it expire…"},
    "overlapping": OWNED | {"Keep it longer", "Retire it now", "It may be compromised"},
    "suspended": {"Resume…", "Extend…", "Transfer…", "Delete…"},
    "deleting": {"Undo"},
    "deleted": set(),
    "expired": set(),
}
"""To the owner and to an admin."""


@pytest.mark.parametrize("state", OFFERED)
def test_each_state_offers_to_each_person_what_they_may_do_and_no_more(lounge, credential, state):
    as_it_would_be(lounge.house, credential, state)
    again = {"Add again like this"} if state in ("deleted", "expired") else set()
    for user, wanted in ((OLGA, OFFERED[state]), (MAYA, OFFERED[state] | again), (SAM, {"Audit"})):
        shown = lounge.type(f"show {NAME}", user)
        slack_takes(shown)
        assert set(buttons(shown)) == wanted | {"Diagnose"}, (state, user)
    assert buttons(lounge.type(f"show {NAME}", ANA)) == {}


def test_an_auditor_reads_the_entries_by_the_button(lounge, credential):
    audit = buttons(lounge.type(f"show {NAME}", SAM))["Audit"]
    lounge.press(Action.AUDIT, audit["value"], SAM, container=EPHEMERAL)
    assert f"The ledger on {NAME}" in lounge.told()
    lounge.press(Action.AUDIT, audit["value"], OLGA, container=EPHEMERAL)
    assert "you are not one of them" in lounge.told()
    lounge.press(Action.AUDIT, "made up", SAM, container=EPHEMERAL)
    assert NAME not in lounge.told()


def test_whoever_may_see_it_is_told_why_it_does_not_work(lounge, credential):
    as_it_would_be(lounge.house, credential, "suspended")
    diagnose = buttons(lounge.type(f"show {NAME}", SAM))["Diagnose"]
    lounge.press(Action.DIAGNOSE, diagnose["value"], SAM, container=EPHEMERAL)
    assert f"is suspended, by <@{MAYA}>" in lounge.told()
    for user, value in ((ANA, diagnose["value"]), (SAM, "made up")):
        lounge.press(Action.DIAGNOSE, value, user, container=EPHEMERAL)
        assert NAME not in lounge.told()


def test_the_end_of_a_credential_is_let_come_by_a_form_that_the_button_opens(lounge, credential):
    as_it_would_be(lounge.house, credential, "warned")
    expire = buttons(lounge.type(f"show {NAME}", OLGA))["Let it expire…"]
    assert expire["action_id"] == f"{Action.ANSWER}.expire"
    lounge.press(Action.ANSWER, expire["value"], OLGA, container=EPHEMERAL)
    assert lounge.opened()["callback_id"] == "form.let-expire"
