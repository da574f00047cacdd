"""Why does it not work? The first thing that is in the way is the answer, in one sentence, with one of what to do."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.kind import Kind
from bot.domain.refusals import WRONG_SECRET
from bot.domain.request import State as RequestState
from bot.domain.role import Permission
from bot.domain.route import Route
from bot.domain.token_times import times_of
from bot.service import lifecycle, requests
from bot.service.changing import ChangeCommand
from bot.service.logins.batches import Login
from bot.service.logins.diagnosis import Doctor, Finding, Question
from bot.service.logins.diagnosis_words import cause, remedy
from bot.service.logins.gathering import Logins
from bot.service.logins.last_use import LastUse, Use
from bot.service.sweep import sweep
from tests.support import vendors
from tests.support.people import ANA, LOGISTICS, OLGA

ROUTES = (
    Route(methods=frozenset({"GET"}), path="/v1/users", permission=Permission.USERS_READ),
    Route(methods=frozenset({"DELETE"}), path="/v1/users/*", permission=Permission.USERS_WRITE),
)


class Plain:
    """How these tests read."""

    def person(self, user):
        return f"@{user}"

    def when(self, moment):
        return f"at {moment:%d %H:%M}"

    def code(self, text):
        return text


@pytest.fixture
def house(house):
    return house.under(replace(house.world.policy, routes=ROUTES))


@pytest.fixture
def credential(house):
    return house.issued(owner=OLGA).credential


def why(house, client_id, **changes):
    with house.store.read() as reader:
        doctor = Doctor(reader=reader, history=house.store.history, policy=house.world.policy, now=house.clock.now())
        found = doctor.look(Question(client_id=str(client_id), **changes))
    return found, cause(found, Plain()), remedy(found, Plain())


def used(house, credential):
    uses = LastUse()
    uses.note(Use(credential=credential.id, secret=credential.newest.id, at=house.clock.now(), address="192.0.2.7"))
    uses.flush(house.world)


def refused(house, credential, *, what=WRONG_SECRET, times=1, mistyped=False):
    counted = Logins()
    for _ in range(times):
        counted.refused(
            Login(credential=credential.id, what=what, at=house.clock.now(), address="192.0.2.9", mistyped=mistyped)
        )
    counted.flush(house.world)


def changed(house, credential, kind, **changes):
    values = {"submission": f"{kind}", "kind": kind, "requester": OLGA, "reason": "It must", **changes}
    command = ChangeCommand(credential=credential.id, **values)
    request = requests.open_change(house.world, command)
    return request if request.state is RequestState.APPROVED else house.vote(request, ANA)


def test_nothing_is_wrong_with_what_was_used(house, credential):
    used(house, credential)
    found, says, do = why(house, credential.client_id)
    assert found.finding is Finding.NOTHING
    assert says == "Nothing is wrong with CI deploys: last used at 02 09:00 from 192.0.2.7."
    assert f"cred credential why {credential.client_id} --method" in do


def test_a_client_that_there_is_not(house, credential):
    assert why(house, "00000000-0000-4000-8000-000000000000")[0].finding is Finding.UNKNOWN


@pytest.mark.parametrize("place", [0, 14, 35])
def test_a_mistyped_client_id_is_told_as_a_typo_of_the_one_that_was_meant(house, credential, place):
    right = credential.client_id
    wrong = right[:place] + ("0" if right[place] != "0" else "1") + right[place + 1 :]
    for typed in (wrong, right[:place] + right[place + 1 :]):
        found, says, _ = why(house, typed)
        assert (found.finding, found.credential.id) == (Finding.TYPO, credential.id)
        assert right in says


def test_what_is_no_client_id_at_all(house, credential):
    assert why(house, "payroll")[0].finding is Finding.NO_ID
    found, says, do = why(house, "crd_" + "a" * 49)
    assert found.finding is Finding.SECRET
    assert "aaa" not in says + do


def test_suspended_by_whom_and_when(house, credential):
    house.clock.advance(hours=1)
    lifecycle.suspend(house.world, credential.id, OLGA)
    house.clock.advance(hours=5)
    found, says, do = why(house, credential.client_id)
    assert found.finding is Finding.SUSPENDED
    assert says == f"CI deploys is suspended, by @{OLGA}, at 02 10:00."
    assert do == "/cred resume CI deploys asks for an approval to let it work again."


def test_expired_before_and_after_anybody_swept(house, credential):
    house.clock.time = credential.expires_at
    assert why(house, credential.client_id)[0].finding is Finding.EXPIRED
    sweep(house.world)
    found, says, _ = why(house, credential.client_id)
    assert (found.finding, found.at) == (Finding.EXPIRED, credential.expires_at)
    assert says.startswith("CI deploys has expired at")


def test_being_deleted_and_deleted(house, credential):
    changed(house, credential, Kind.DELETE, typed_name=credential.name)
    found, _, do = why(house, credential.client_id)
    assert found.finding is Finding.DELETING
    assert do.startswith("That can be undone until at")
    house.clock.advance(hours=2)
    sweep(house.world)
    assert why(house, credential.client_id)[0].finding is Finding.DELETED


def test_wrong_secrets_since_the_last_use(house, credential):
    used(house, credential)
    house.clock.advance(minutes=1)
    refused(house, credential, times=3)
    found, says, do = why(house, credential.client_id)
    assert found.finding is Finding.WRONG_SECRET
    assert says == (
        "Its client shows a wrong secret: 3 times since at 02 09:01, the last one at 02 09:01, from 192.0.2.9. "
        "It was last used at 02 09:00."
    )
    assert do.startswith("Give the program the secret that its owner stored")
    house.clock.advance(minutes=1)
    used(house, credential)
    assert why(house, credential.client_id)[0].finding is Finding.NOTHING


def test_a_secret_that_is_cut_off_is_told_as_such(house, credential):
    refused(house, credential, mistyped=True)
    assert "mistyped or cut off" in why(house, credential.client_id)[2]


def test_the_retired_secret_that_a_program_still_shows(house, credential):
    used(house, credential)
    house.reveal(changed(house, credential, Kind.ROTATE))
    house.clock.advance(days=8)
    sweep(house.world)
    refused(house, credential)
    found, _, do = why(house, credential.client_id)
    assert (found.finding, found.at) == (Finding.WRONG_SECRET, house.clock.now())
    assert do.startswith("A secret of it was retired at 10 09:00")


def test_a_scope_that_it_does_not_have(house, credential):
    refused(house, credential, what="scope")
    found, says, do = why(house, credential.client_id)
    assert found.finding is Finding.REFUSED
    assert says.endswith("it asked for a scope that it does not have.")
    assert "users:read" in do


def test_a_refusal_that_its_state_explained_is_over_with_that_state(house, credential):
    refused(house, credential, what="not active")
    assert why(house, credential.client_id)[0].finding is Finding.NOTHING


@pytest.mark.parametrize(
    ("method", "path", "finding"),
    [
        ("GET", "/v1/users", Finding.NOTHING),
        ("DELETE", "/v1/users/7", Finding.PERMISSION),
        ("GET", "/v1/nowhere", Finding.NO_ROUTE),
        ("GET", "/v1/../users", Finding.NO_ROUTE),
    ],
)
def test_a_call_is_held_against_the_route_table(house, credential, method, path, finding):
    found, says, do = why(house, credential.client_id, method=method, path=path)
    assert found.finding is finding
    assert f"{method} {path}" in says + do


def test_another_estate(house, credential):
    assert why(house, credential.client_id, estate="retail")[0].finding is Finding.NOTHING
    found, says, _ = why(house, credential.client_id, estate=LOGISTICS)
    assert (found.finding, found.estate) == (Finding.ESTATE, LOGISTICS)
    assert says == "CI deploys is of the estate retail, and not of logistics."


def token(**claims):
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return times_of(f"e30.{part}.c2ln")


@pytest.mark.parametrize(
    ("begins", "ends", "finding"),
    [(0, 600, Finding.NOTHING), (90, 600, Finding.CLOCK), (-900, -300, Finding.OVER), (20, 600, Finding.NOTHING)],
)
def test_a_tokens_time_is_held_against_our_clock(house, credential, begins, ends, finding):
    now = house.clock.now()
    iat, exp = ((now + timedelta(seconds=each)).timestamp() for each in (begins, ends))
    found, says, do = why(house, credential.client_id, token=token(iat=iat, exp=exp, sub=credential.client_id))
    assert found.finding is finding
    if finding is Finding.CLOCK:
        assert "90 seconds ahead" in says
    assert ("NTP" in do) == (finding is not Finding.NOTHING)


def test_a_token_of_another_client(house, credential):
    assert why(house, credential.client_id, token=token(sub="somebody"))[0].finding is Finding.OTHER_CLIENT


@pytest.mark.parametrize(
    "text", ["", "a.b", "a.b.c", "e30.W10.x", "e30.eyJleHAiOiAieCJ9.x", "e30.eyJleHAiOiAxZTk5fQ.x"]
)
def test_what_is_no_token_says_nothing(text):
    assert times_of(text) is None


def test_what_lives_elsewhere(house):
    elsewhere = vendors.with_vendor(house)
    tracked = vendors.tracked(elsewhere)
    found, says, _ = why(elsewhere, tracked.client_id)
    assert found.finding is Finding.ELSEWHERE
    assert "sophos" in says
