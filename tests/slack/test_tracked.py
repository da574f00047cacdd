"""What an owner presses and sends of a credential that lives elsewhere, over the whole face."""

import json
import logging
from pathlib import Path

import pytest

from bot.domain.credential import Credential
from bot.domain.credential import State as CredentialState
from bot.domain.ids import CredentialId
from bot.domain.kind import Kind
from bot.domain.request import State
from bot.service import requests
from bot.service.changing import ChangeCommand
from bot.slack.ids import Action, ChangeMark, RequestMark
from tests.slack import lounge as lounges
from tests.slack.snapshots import slack_takes
from tests.support import people, vendors
from tests.support.vendors import CLIENT_ID, SOPHOS


@pytest.fixture
def lounge(house, slack):
    made = lounges.furnish(vendors.with_vendor(house), slack)
    yield made
    made.face.background.stop()
    made.face.replies.close()


@pytest.fixture
def request_(lounge):
    return lounge.house.approved(owner=people.OLGA, authority=SOPHOS)


@pytest.fixture
def form(lounge, request_):
    """The owner's form, open."""
    lounge.press(Action.MADE, RequestMark.of(request_).pack(), people.OLGA, channel="D0OLGA")
    return lounge.opened()


def credential(lounge, request) -> Credential | None:
    with lounge.house.world.store.read() as reader:
        return reader.credentials.get(CredentialId(request.credential))


def test_a_vendor_that_was_chosen_in_the_form_is_asked_for(lounge):
    lounge.type("add")
    lounge.send(lounge.opened(), people.MAYA, name="payroll", reason="Because", authority=SOPHOS)
    with lounge.house.world.store.read() as reader:
        (request,) = reader.requests.in_state(list(State), limit=5)
    assert request.asked.authority == SOPHOS


def test_the_form_takes_what_is_there_now(lounge, request_, form):
    slack_takes(form)
    answer = lounge.send(form, people.OLGA, client=CLIENT_ID)
    slack_takes(answer["view"])
    assert "is tracked from now on" in json.dumps(answer)
    assert credential(lounge, request_).client_id == CLIENT_ID


def test_what_looks_like_a_secret_is_refused_at_its_field_and_stands_nowhere(lounge, request_, form, caplog):
    caplog.set_level(logging.DEBUG)
    secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    answer = lounge.send(form, people.OLGA, client=secret)
    assert "looks like a secret" in answer["errors"]["client"]
    assert secret not in json.dumps(answer) + caplog.text
    assert credential(lounge, request_) is None
    folder = Path(lounge.house.engine.url.database).parent
    assert not any(secret.encode() in file.read_bytes() for file in folder.iterdir() if file.is_file())


def test_everything_wrong_is_said_at_its_field(lounge, request_, form):
    answer = lounge.send(form, people.OLGA, client="two words", expires="2020-01-01")
    assert set(answer["errors"]) == {"client", "expires"}


def test_only_the_owner_gets_the_form_and_only_they_can_send_it(lounge, request_, form):
    before = len(lounge.slack.of("views.open"))
    lounge.press(Action.MADE, RequestMark.of(request_).pack(), people.MAYA)
    assert "Only the owner" in lounge.told()
    assert len(lounge.slack.of("views.open")) == before
    assert "Only the owner" in json.dumps(lounge.send(form, people.MAYA, client=CLIENT_ID))
    assert credential(lounge, request_) is None


def test_a_workspace_that_cannot_be_asked_counts_nothing(lounge, request_, form):
    lounge.house.directory.down = True
    assert "could not check" in json.dumps(lounge.send(form, people.OLGA, client=CLIENT_ID))
    assert credential(lounge, request_) is None


@pytest.mark.parametrize("value", ["", "x", "11111111-1111-4111-8111-111111111111", None])
def test_a_forged_press_or_form_is_none_of_ours(lounge, form, value):
    lounge.press(Action.MADE, value, people.OLGA)
    assert "do not understand this button" in lounge.told()
    answer = lounge.send({**form, "private_metadata": value}, people.OLGA, client=CLIENT_ID)
    assert answer["response_action"] == "push"


def test_what_lives_elsewhere_cannot_be_revealed(lounge, request_):
    lounge.press(Action.REVEAL, RequestMark.of(request_).pack(), people.OLGA)
    assert "client secret" not in json.dumps(lounge.replies()).casefold()
    assert lounge.house.authority.issued == 0


def test_an_extension_is_said_to_be_done_without_a_client_id(lounge):
    credential_ = vendors.tracked(lounge.house, expires_on=vendors.in_days(lounge.house, 50))
    request = lounge.house.vote(vendors.prolonging(lounge.house, credential_), people.CAI)
    lounge.press(Action.MADE, RequestMark.of(request).pack(), people.OLGA, channel="D0OLGA")
    form = lounge.opened()
    slack_takes(form)
    later, too_late = (vendors.in_days(lounge.house, days).isoformat() for days in (90, 101))
    assert "approved until" in lounge.send(form, people.OLGA, expires=too_late)["errors"]["expires"]
    assert "you are warned before that" in json.dumps(lounge.send(form, people.OLGA, expires=later))
    assert credential(lounge, request).expires_at == lounge.house.world.policy.end_of(vendors.in_days(lounge.house, 90))


def test_show_says_where_it_lives_and_that_its_secret_is_not_known(lounge):
    vendors.tracked(lounge.house)
    told = json.dumps(lounge.type("show CI deploys"))
    assert f"<{vendors.VENDOR.url}|Sophos Central>" in told
    assert "its secret and its uses are known only where it lives" in told


@pytest.fixture
def leaving(lounge):
    """One whose deletion was approved."""
    made = vendors.tracked(lounge.house)
    command = ChangeCommand(
        submission="delete",
        kind=Kind.DELETE,
        credential=made.id,
        requester=people.OLGA,
        reason="x",
        typed_name=made.name,
    )
    lounge.house.vote(requests.open_change(lounge.house.world, command), people.ANA)
    return made


def test_its_owner_says_that_it_is_deleted_there(lounge, leaving):
    for _twice in range(2):
        lounge.press(Action.GONE, ChangeMark(Kind.DELETE, leaving.id).pack(), people.OLGA, channel="D0OLGA")
        assert "its name is free" in lounge.told()
    assert _state(lounge, leaving) is CredentialState.DELETED


def test_its_owner_keeps_it_after_all(lounge, leaving):
    lounge.press(Action.UNDO, str(leaving.id), people.OLGA, channel="D0OLGA")
    lounge.settle()
    assert _state(lounge, leaving) is CredentialState.ACTIVE


def test_somebody_else_or_something_forged_changes_nothing(lounge, leaving):
    lounge.press(Action.GONE, ChangeMark(Kind.DELETE, leaving.id).pack(), people.CAI)
    lounge.press(Action.GONE, "delete:x", people.OLGA)
    assert len(lounge.replies()) == 2
    assert _state(lounge, leaving) is CredentialState.DELETING


def _state(lounge, credential):
    with lounge.house.world.store.read() as reader:
        return reader.credentials.get(credential.id).state
