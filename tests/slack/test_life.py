"""A credential lives on in Slack: looked up, suspended, handed on, deleted and brought back, by command and button."""

import json
import threading
from datetime import timedelta

import pytest

from bot.domain.credential import State
from bot.domain.kind import Kind
from bot.domain.request import Request
from bot.domain.request import State as RequestState
from bot.service import lifecycle, requests
from bot.service.changing import ChangeCommand
from bot.service.sweep import sweep
from bot.slack.ids import Action, RequestMark
from tests.slack.snapshots import slack_takes
from tests.support import people

NAME = "CI deploys"
EPHEMERAL = {"container": {"type": "message", "is_ephemeral": True}}


@pytest.fixture
def olgas(lounge):
    return lounge.house.issued(owner=people.OLGA).credential


def now(lounge, credential):
    with lounge.house.world.store.read() as reader:
        return reader.credentials.get(credential.id)


def ask(lounge, credential, kind: Kind, **changes) -> Request:
    values = {
        "submission": kind,
        "kind": kind,
        "credential": credential.id,
        "requester": people.OLGA,
        "reason": "It must",
    }
    opened = requests.open_change(lounge.house.world, ChangeCommand(**{**values, **changes}))
    assert isinstance(opened, Request), opened
    return opened


def offered(lounge, credential) -> Request:
    """A transfer to Sam that was approved."""
    return lounge.house.vote(ask(lounge, credential, Kind.TRANSFER, owner=people.SAM), people.ANA)


def deleting(lounge, credential) -> Request:
    return lounge.house.vote(ask(lounge, credential, Kind.DELETE, typed_name=credential.name), people.ANA)


def mark(request: Request) -> str:
    return RequestMark.of(request).pack()


def count(lounge, kind: str) -> int:
    return lounge.house.kinds().count(kind)


def at_once(task, times: int = 20) -> None:
    start = threading.Barrier(times)

    def one() -> None:
        start.wait()
        task()

    threads = [threading.Thread(target=one) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


# --- commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["rotate", "transfer", "extend", "delete", "suspend"])
@pytest.mark.parametrize("name", [NAME, f"retail/{NAME}", "ci-deploys"])
def test_command_opens_the_form_of_that_credential(lounge, olgas, word, name):
    assert lounge.type(f"{word} {name}", people.OLGA) == {}
    form = lounge.opened()
    slack_takes(form)
    assert str(olgas.id) in form["private_metadata"]


@pytest.mark.parametrize("word", ["rotate", "suspend", "resume", "transfer", "extend", "delete"])
def test_command_without_a_name_or_with_an_unknown_one_says_what_to_type(lounge, word):
    assert f"/cred {word} NAME" in lounge.type(word)["text"]
    assert "I know no credential" in lounge.type(f"{word} nothing")["text"]


@pytest.mark.parametrize("word", ["rotate", "suspend", "resume", "transfer", "extend", "delete"])
def test_credential_that_somebody_may_not_see_is_not_there(lounge, olgas, word):
    assert "I know no credential" in lounge.type(f"{word} {NAME}", people.ANA)["text"]


def test_where_several_go_by_a_name_the_command_says_how_to_choose(lounge):
    for estate in (people.RETAIL, people.LOGISTICS):
        lounge.house.issued(estate=estate)
    answer = lounge.type(f"delete {NAME}")
    slack_takes(answer)
    assert f"/cred delete logistics/{NAME}" in json.dumps(answer)


@pytest.mark.parametrize("typo", ["rotat", "resum", "delet", "suspent", "transfre", "extent"])
def test_wrong_word_gets_the_right_one(lounge, typo):
    assert "Did you mean" in lounge.type(typo)["text"]


def test_auditor_sees_it_and_may_not_change_it(lounge, olgas):
    shown = lounge.type(f"show {NAME}", people.SAM)
    assert str(olgas.client_id) in json.dumps(shown)
    assert [button["action_id"].rpartition(".")[2] for button in _buttons(shown)] == ["diagnose", "audit"]
    assert "Only its owner or an admin" in lounge.type(f"delete {NAME}", people.SAM)["text"]
    assert "Only its owner or an admin" in lounge.type(f"suspend {NAME}", people.SAM)["text"]


def test_looked_up_it_offers_what_fits_its_state(lounge, olgas):
    def offers():
        shown = lounge.type(f"show {NAME}", people.OLGA)
        slack_takes(shown)
        return [button["action_id"].rpartition(".")[2] for button in _buttons(shown)]

    assert offers() == ["rotate", "extend", "transfer", "expire", "diagnose", "suspend", "delete"]
    request = ask(
        lounge, olgas, Kind.EXTEND, expires_on=lounge.house.world.policy.today(olgas.expires_at).replace(month=7)
    )
    assert "extend" not in offers()
    assert request.code in json.dumps(lounge.type(f"show {NAME}", people.OLGA))
    lifecycle.suspend(lounge.house.world, olgas.id, people.OLGA)
    assert offers() == ["resume", "transfer", "expire", "diagnose", "delete"]
    deleting(lounge, olgas)
    assert offers() == ["diagnose", "undo"]


# --- suspension -------------------------------------------------------------------------------------------------------


def test_suspension_by_command_takes_effect_at_once(lounge, olgas):
    lounge.type(f"suspend {NAME}", people.OLGA)
    answer = lounge.send(lounge.opened(), people.OLGA)
    slack_takes(answer["view"])
    assert now(lounge, olgas).state is State.SUSPENDED
    assert "already" in json.dumps(lounge.send(lounge.opened(), people.OLGA))
    assert count(lounge, "credential:suspended") == 1


def test_suspension_by_a_button_redraws_what_was_looked_up(lounge, olgas):
    lounge.press(Action.SUSPEND, str(olgas.id), people.OLGA, channel="D0OLGA", **EPHEMERAL)
    (card,) = lounge.replies()
    assert card["replace_original"] is True
    assert people.OLGA in json.dumps(card)
    assert "suspended" in json.dumps(card)


@pytest.mark.parametrize("who", [people.ANA, people.SAM, people.GUEST])
def test_suspension_by_somebody_else_is_refused(lounge, olgas, who):
    lounge.press(Action.SUSPEND, str(olgas.id), who)
    assert now(lounge, olgas).state is State.ACTIVE


@pytest.mark.parametrize("metadata", ["", "x", None, "11111111-1111-4111-8111-11111111111"])
def test_forged_suspension_is_a_sentence(lounge, olgas, metadata):
    lounge.type(f"suspend {NAME}", people.OLGA)
    answer = lounge.send({**lounge.opened(), "private_metadata": metadata}, people.OLGA)
    assert "do not understand" in json.dumps(answer)
    assert now(lounge, olgas).state is State.ACTIVE


# --- transfer ---------------------------------------------------------------------------------------------------------


def test_new_owner_accepts_and_the_message_says_so(lounge, olgas):
    request = offered(lounge, olgas)
    lounge.press(Action.ACCEPT, mark(request), people.SAM, channel="D0SAM")
    (card,) = lounge.replies()
    assert card["replace_original"] is True
    assert "transfer.accept" not in json.dumps(card)
    assert now(lounge, olgas).owner == people.SAM


def test_new_owner_declines_and_nothing_changes(lounge, olgas):
    request = offered(lounge, olgas)
    lounge.press(Action.DECLINE, mark(request), people.SAM, channel="D0SAM")
    (card,) = lounge.replies()
    assert "Declined" in json.dumps(card)
    assert now(lounge, olgas).owner == people.OLGA
    assert lounge.now(request).state is RequestState.DENIED
    lounge.press(Action.ACCEPT, mark(request), people.SAM, channel="D0SAM")
    assert now(lounge, olgas).owner == people.OLGA


@pytest.mark.parametrize("action", [Action.ACCEPT, Action.DECLINE])
@pytest.mark.parametrize("who", [people.OLGA, people.MAYA, people.ANA, people.BEN])
def test_nobody_answers_for_the_new_owner(lounge, olgas, action, who):
    request = offered(lounge, olgas)
    lounge.press(action, mark(request), who)
    lounge.settle()
    assert lounge.now(request).state is RequestState.APPROVED


def test_forged_digest_accepts_nothing(lounge, olgas):
    request = offered(lounge, olgas)
    lounge.press(Action.ACCEPT, RequestMark(request.id, "0" * 64).pack(), people.SAM)
    assert "out of date" in json.dumps(lounge.replies())
    assert now(lounge, olgas).owner == people.OLGA


def test_twenty_presses_of_accept_are_one_transfer(lounge, olgas):
    request = offered(lounge, olgas)
    at_once(lambda: lounge.press(Action.ACCEPT, mark(request), people.SAM, channel="D0SAM"))
    lounge.settle()
    assert now(lounge, olgas).owner == people.SAM
    assert count(lounge, "credential:transferred") == 1


# --- deletion ---------------------------------------------------------------------------------------------------------


def test_deletion_is_undone_by_its_owner(lounge, olgas):
    deleting(lounge, olgas)
    lounge.press(Action.UNDO, str(olgas.id), people.OLGA, channel="D0OLGA")
    lounge.settle()
    assert now(lounge, olgas).state is State.SUSPENDED
    lounge.press(Action.UNDO, str(olgas.id), people.OLGA, channel="D0OLGA")
    assert "too late" in lounge.told()
    assert count(lounge, "credential:restored") == 1


@pytest.mark.parametrize("who", [people.ANA, people.SAM])
def test_deletion_is_undone_by_nobody_else(lounge, olgas, who):
    deleting(lounge, olgas)
    lounge.press(Action.UNDO, str(olgas.id), who)
    lounge.settle()
    assert now(lounge, olgas).state is State.DELETING


def test_twenty_presses_of_undo_are_one_return(lounge, olgas):
    deleting(lounge, olgas)
    at_once(lambda: lounge.press(Action.UNDO, str(olgas.id), people.OLGA, channel="D0OLGA"))
    lounge.settle()
    assert now(lounge, olgas).state is State.SUSPENDED
    assert count(lounge, "credential:restored") == 1


def test_twenty_presses_of_the_last_approval_are_one_deletion(lounge, olgas):
    request = ask(lounge, olgas, Kind.DELETE, typed_name=olgas.name)
    voters = [people.ANA, people.BEN]
    turns = iter(voters * 10)
    lock = threading.Lock()

    def press() -> None:
        with lock:
            who = next(turns)
        lounge.press(Action.APPROVE, mark(request), who)

    at_once(press)
    lounge.settle()
    assert now(lounge, olgas).state is State.DELETING
    assert count(lounge, "credential:deleting") == 1
    assert count(lounge, "vote:cast") == 2  # one of them approved its issue


# --- what waits -------------------------------------------------------------------------------------------------------


def test_what_is_offered_to_somebody_waits_for_them(lounge, olgas):
    request = offered(lounge, olgas)
    answer = lounge.type("pending", people.SAM)
    slack_takes(answer)
    assert "Offered to you" in json.dumps(answer)
    lounge.happens({"type": "app_home_opened", "user": people.SAM, "tab": "home"})
    lounge.settle()
    (published,) = lounge.slack.of("views.publish")
    slack_takes(published["view"])
    assert "Offered to you" in json.dumps(published)
    assert request.code in json.dumps(published)


def test_details_show_the_credential_as_it_is(lounge, olgas):
    request = ask(lounge, olgas, Kind.DELETE, typed_name=olgas.name)
    lounge.press(Action.DETAILS, mark(request), people.ANA)
    view = lounge.opened()
    slack_takes(view)
    assert "Last used" in json.dumps(view)


# --- once more --------------------------------------------------------------------------------------------------------


def _expired(lounge, credential) -> str:
    lounge.house.clock.time = credential.expires_at + timedelta(hours=1)
    sweep(lounge.house.world)
    shown = lounge.type(f"show {credential.name}")
    slack_takes(shown)
    return next(str(button["value"]) for button in _buttons(shown) if button["action_id"] == Action.AGAIN)


def _buttons(shown) -> list[dict[str, object]]:
    return [each for block in shown["blocks"] if block["type"] == "actions" for each in block["elements"]]


def _presets(form) -> dict[str, object]:
    elements = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
    return {name: element.get("initial_value") or element.get("initial_user") for name, element in elements.items()}


def test_what_has_expired_is_asked_for_again_with_all_that_it_was(lounge, olgas):
    lounge.press(Action.AGAIN, _expired(lounge, olgas), people.MAYA, **EPHEMERAL)
    form = lounge.opened()
    slack_takes(form)
    filled = _presets(form)
    assert (filled["name"], filled["description"], filled["owner"]) == (NAME, olgas.description, people.OLGA)


def test_name_that_somebody_holds_by_then_gets_a_number(lounge, olgas):
    value = _expired(lounge, olgas)
    lounge.house.opened()
    lounge.house.opened(name=f"{NAME}-2")
    lounge.press(Action.AGAIN, value, people.MAYA, **EPHEMERAL)
    assert _presets(lounge.opened())["name"] == f"{NAME}-3"


def test_owner_who_may_not_add_is_not_offered_another_one(lounge, olgas):
    _expired(lounge, olgas)
    shown = lounge.type(f"show {NAME}", people.OLGA)
    assert [button["action_id"] for button in _buttons(shown)] == [Action.DIAGNOSE]
