"""A spreadsheet is taken over whole or not at all, each mistake is told, and the ledger tells of each row."""

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.domain.credential import State
from bot.domain.kind import Kind
from bot.domain.naming import name_shape
from bot.ports import Conflict
from bot.service import lifecycle, requests
from bot.service.changing import ChangeCommand
from bot.service.vendors import importing
from bot.service.vendors.spreadsheet import COLUMNS, read
from bot.store import open_engine
from bot.store.auditing import story_problems
from tests.support import people, vendors
from tests.support.people import MAYA, OLGA, RETAIL, member
from tests.support.sandbox import eventually
from tests.support.vendors import SOPHOS
from tests.support.writing_beside import WritingBeside

PATIENCE = 60.0
"""Seconds, on a busy machine."""
ROW = {
    "name": "CI deploys",
    "estate": "retail",
    "vendor": "sophos-central",
    "client_id": "client-1",
    "role": "read-only",
    "owner": "U0OLGA",
    "expires": "2026-12-31",
    "description": "Reads what is deployed",
}


@pytest.fixture
def house(house):
    return vendors.with_vendor(house)


@pytest.fixture
def desk(house):
    return vendors.desk(house)


@pytest.fixture(autouse=True)
def the_story_is_sound(house):
    yield
    with house.store.connect() as connection:
        assert story_problems(house.store.ledger, connection) == []


def sheet(*rows, **changes):
    """Rows of a spreadsheet, each as it should be but for its changes."""
    lines = [",".join(COLUMNS)]
    lines += [",".join(f'"{value}"' for value in {**ROW, **row}.values()) for row in rows or (changes,)]
    return read("\n".join(lines).encode(), source="old.csv")


def look(desk, *rows, **changes):
    return importing.look(desk, sheet(*rows, **changes), lambda _done: None)


def fault(desk, *rows, **changes):
    (found,) = look(desk, *rows, **changes).faults
    return found


def all_of(house):
    with house.store.read() as reader:
        return list(reader.credentials.each())


@pytest.mark.engines("sqlite", "postgresql")
def test_whoever_writes_meanwhile_gets_a_turn_before_and_after_and_disturbs_nothing(house, desk, database_url):
    rows = [{"name": f"job {number}", "client_id": f"client-{number}"} for number in range(100)]
    found, engine = look(desk, *rows), open_engine(database_url)
    with WritingBeside(engine) as beside:
        beside.has_written.wait(PATIENCE)
        assert importing.take_over(desk, found) == len(rows)
        before = len(beside.waits)
        eventually(lambda: len(beside.waits) > before, "another turn")
    engine.dispose()
    assert len(all_of(house)) == len(rows)


def test_a_row_becomes_a_tracked_credential_that_nobody_asked_for(house, desk):
    assert importing.take_over(desk, look(desk)) == 1
    (made,) = all_of(house)
    assert (made.name, made.authority, made.owner, made.request, made.secrets) == ("CI deploys", SOPHOS, OLGA, None, ())
    assert (made.state, made.expires_at) == (State.ACTIVE, house.world.policy.end_of(date(2026, 12, 31)))
    assert made.permissions == house.world.policy.roles["read-only"].permissions
    assert house.kinds() == ["credential:imported"]
    with house.store.read() as reader:
        assert reader.names.holder(RETAIL, name_shape("CI deploys")) == made.id


@pytest.mark.parametrize(
    "changes",
    [
        {"estate": "Harbour Retail", "vendor": "SOPHOS central", "role": "Service Principal Read-Only"},
        {"owner": "olga"},
        {"owner": "@Olga"},
        {"description": ""},
        {"estate": "RETAIL"},
    ],
)
def test_names_and_keys_are_both_understood(desk, changes):
    found = look(desk, **changes)
    assert found.faults == ()
    assert (found.credentials[0][1].estate, found.credentials[0][1].owner) == (RETAIL, OLGA)


def test_the_file_that_the_readme_shows_is_taken_over_as_it_stands(house, desk):
    house.directory.members[MAYA] = member(MAYA, name="maya", full_name="Maya Okafor")
    (shown,) = re.findall(r"```csv\n(.*?)```", (Path(__file__).parents[2] / "README.md").read_text(), re.DOTALL)
    found = importing.look(desk, read(shown.encode(), source="old.csv"), lambda _done: None)
    assert found.faults == ()
    assert [made.owner for _, made in found.credentials] == [MAYA]


def test_one_whom_two_are_called_is_nobody(house, desk):
    house.directory.members[MAYA] = member(MAYA, name="maya", full_name="Olga")
    assert "2 people are called “Olga”" in fault(desk, owner="Olga").problem


@pytest.mark.parametrize(
    ("changes", "column", "problem", "remedy"),
    [
        ({"name": ""}, "name", "Give the credential a name.", "Correct it"),
        ({"name": "x" * 65}, "name", "65 characters", "Correct it"),
        ({"name": "äpfel"}, "name", "letters A-Z", ""),
        ({"estate": "retial"}, "estate", "no estate “retial”", "Did you mean retail?"),
        ({"estate": ""}, "estate", "No estate is named.", "There are: logistics, retail."),
        ({"vendor": "elsewhere"}, "vendor", "no vendor “elsewhere”", "There are: sophos-central."),
        ({"vendor": "builtin"}, "vendor", "no vendor “builtin”", "There are: sophos-central."),
        ({"role": "god"}, "role", "no role “god”", "There are: forensics"),
        ({"client_id": ""}, "client_id", "Write the client ID", ""),
        ({"client_id": "two words"}, "client_id", "no spaces", "Copy it"),
        ({"owner": ""}, "owner", "Nobody is named.", "member ID"),
        ({"owner": "Zoe"}, "owner", "called “Zoe”", "Copy member ID"),
        ({"owner": "U0NOBODY"}, "owner", "called “U0NOBODY”", "Copy member ID"),
        ({"owner": "olga@harbour.example"}, "owner", "not by address", "Copy member ID"),
        ({"owner": "U0GONE"}, "owner", "no active full member", "Name somebody who is."),
        ({"owner": "U0GUEST"}, "owner", "no active full member", "Name somebody who is."),
        ({"owner": "U0OTTO"}, "owner", "no active full member", "Name somebody who is."),
        ({"expires": ""}, "expires", "There is no day.", "2027-03-31"),
        ({"expires": "31.12.2026"}, "expires", "“31.12.2026” is no day.", "2027-03-31"),
        ({"expires": "2026-02-30"}, "expires", "is no day.", "2027-03-31"),
        ({"expires": "2026-03-01"}, "expires", "2026-03-01 has passed.", "Remove the row"),
        ({"description": "x" * 501}, "description", "501 characters", "500 at most"),
    ],
)
def test_what_is_wrong_with_a_cell_is_told_with_what_to_do(desk, changes, column, problem, remedy):
    found = fault(desk, **changes)
    assert (found.line, found.column) == (2, column)
    assert problem in found.problem
    assert remedy in found.remedy


@pytest.mark.parametrize("column", COLUMNS)
def test_a_secret_is_refused_in_whatever_column_and_not_said_again(desk, column):
    secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    found = look(desk, **{column: secret})
    assert [each.column for each in found.faults] == [column]
    assert "looks like a secret" in found.faults[0].problem
    assert secret not in repr(found.faults)


def test_every_fault_of_every_row_is_told_in_the_order_of_the_file(desk):
    found = look(desk, {"owner": "Zoe", "expires": "x"}, {}, {"name": "", "estate": "x"})
    told = [(each.line, each.column) for each in found.faults]
    assert told == [(2, "owner"), (2, "expires"), (4, "name"), (4, "estate")]


def test_two_people_of_one_name_must_be_told_apart(desk):
    desk.people.members["U0OLGA2"] = member("U0OLGA2", name="Olga")
    assert "2 people are called “Olga”" in fault(desk, owner="Olga").problem


def test_a_name_or_client_id_that_an_earlier_row_has_is_told(desk):
    found = look(desk, {}, {"name": "ci.deploys", "client_id": "client-2"}, {"name": "other"})
    assert [(each.line, each.column) for each in found.faults] == [(3, "name"), (4, "client_id")]
    assert "Line 2 has" in found.faults[0].problem


def test_the_same_name_in_another_estate_is_another_name(desk):
    assert look(desk, {}, {"estate": "logistics", "client_id": "client-2"}).faults == ()


def test_what_is_taken_already_is_told(house, desk):
    importing.take_over(desk, look(desk))
    house.opened(name="asked for")
    found = look(desk, {"name": "again"}, {"client_id": "client-2"}, {"name": "Asked For", "client_id": "client-3"})
    assert [(each.line, each.column) for each in found.faults] == [(2, "client_id"), (3, "name"), (4, "name")]
    assert "retail/CI deploys" in found.faults[0].problem
    assert "tracked already" in found.faults[0].remedy


def test_what_expired_here_is_taken_over_again(house, desk):
    importing.take_over(desk, look(desk))
    house.clock.advance(days=366)
    assert lifecycle.expire_due(house.world) == 1
    assert look(desk, {"expires": "2027-12-31"}).faults == ()


def test_what_was_taken_between_looking_and_writing_stops_all_of_it(house, desk):
    found = look(desk, {"name": "first", "client_id": "client-0"}, {})
    house.opened(name="CI deploys")
    with pytest.raises(Conflict, match="names was taken"):
        importing.take_over(desk, found)
    other = look(desk, {"name": "other"}, {"name": "more", "client_id": "client-9"})
    importing.take_over(desk, look(desk, name="quicker"))
    with pytest.raises(Conflict, match="client IDs was taken"):
        importing.take_over(desk, other)
    assert [made.name for made in all_of(house)] == ["quicker"]
    assert house.kinds().count("credential:imported") == 1


def test_nothing_is_written_while_anything_is_wrong(house, desk):
    found = look(desk, {}, {"name": ""})
    with pytest.raises(AssertionError):
        importing.take_over(desk, found)
    assert all_of(house) == []


def test_what_crossed_a_threshold_before_is_warned_of_at_once(house, desk):
    soon, later = "2026-03-05", "2026-12-31"
    importing.take_over(desk, look(desk, {"expires": soon}, {"name": "b", "client_id": "b", "expires": later}))
    plans = {made.name: made.plan for made in all_of(house)}
    assert plans["CI deploys"].due_at <= house.clock.now()
    assert plans["b"].due_at > house.clock.now() + timedelta(days=200)


def test_a_longer_life_than_the_role_allows_is_taken_over_as_it_is_and_said(desk):
    found = look(desk, {"expires": "2029-01-01"}, {"name": "b", "client_id": "b"})
    assert (found.faults, found.outlives) == ((), frozenset({2}))


def test_it_is_handed_on_and_deleted_as_any_other(house, desk):
    importing.take_over(desk, look(desk))
    (made,) = all_of(house)
    command = ChangeCommand(
        submission="x", kind=Kind.DELETE, credential=made.id, requester=OLGA, reason="Old", typed_name=made.name
    )
    house.vote(requests.open_change(house.world, command), people.ANA)
    assert all_of(house)[0].state is State.DELETING


def test_progress_is_told_row_by_row(desk):
    told = []
    importing.look(desk, sheet({}, {"name": ""}, {"name": "c", "client_id": "c"}), told.append)
    assert told == [1, 2, 3]


def test_the_policy_without_vendors_says_what_is_missing(desk):
    bare = replace(desk, policy=replace(desk.policy, vendors={}))
    assert fault(bare).remedy == "The policy has no vendor: write one into cred.toml."
