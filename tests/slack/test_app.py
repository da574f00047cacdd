"""The face end to end: what a person types, presses and sends, and what they see of it."""

import json
import logging
import threading
from dataclasses import replace

import pytest

from bot.domain.credential import Delivery, ReceiptState, SecretState
from bot.domain.kind import Kind
from bot.domain.request import Request, State
from bot.domain.role import READ_ONLY, SUPER_ADMIN
from bot.ports import Place, StoreBusyError
from bot.service import requests
from bot.service.changing import ChangeCommand
from bot.slack.ids import Action, Choice, RequestMark, SecretMark, pack_choice
from bot.slack.page_mark import PageMark
from tests.slack import lounge as lounges
from tests.slack.double import refuses, says
from tests.slack.snapshots import slack_takes
from tests.support import people


def mark(request: Request) -> str:
    return RequestMark.of(request).pack()


def open_requests(lounge) -> list[Request]:
    with lounge.house.world.store.read() as reader:
        return reader.requests.in_state(list(State), limit=50)


# --- commands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "help", "HELP", " about ", "list", "list pay", "pending", "show x", "show", "lsit"]
)
def test_every_command_answers_in_the_acknowledgement_and_to_its_author_alone(lounge, text):
    answer = lounge.type(text)
    assert answer["response_type"] == "ephemeral"
    slack_takes(answer)
    assert lounge.replies() == []


def test_wrong_word_gets_the_right_one(lounge):
    assert "Did you mean `/cred list`?" in lounge.type("lsit")["text"]


def test_credential_is_found_by_its_name(lounge):
    shown = lounge.house.issued(name="payroll")
    assert str(shown.credential.client_id) in json.dumps(lounge.type("show payroll"))


@pytest.mark.parametrize(
    "typed",
    [
        'show "CI deploys"',
        "show “retail/CI deploys”",
        "show retail/`CI deploys`",
        "show\tCI deploys",
        "show\nci-deploys",
    ],
)
def test_credential_is_found_by_its_name_in_quotes_and_after_any_space(lounge, typed):
    lounge.house.issued(owner=people.OLGA)
    assert "CI deploys: active" in lounge.type(typed, people.OLGA)["text"]


def test_nothing_in_quotes_is_no_name(lounge):
    assert "Say which one" in lounge.type('show ""', people.OLGA)["text"]


def test_list_is_walked_page_by_page(lounge):
    for number in range(12):
        lounge.house.issued(name=f"Night Job {number:02}")
    first = lounge.type("list Night Job")
    assert "Night Job 09" in json.dumps(first)
    assert "Night Job 10" not in json.dumps(first)
    (following,) = turns(first)
    ephemeral = {"type": "message", "is_ephemeral": True}
    lounge.press(Action.PAGE, following["value"], people.MAYA, container=ephemeral)
    (second,) = lounge.replies()
    assert second["replace_original"] is True
    assert "Night Job 11" in json.dumps(second)
    (back,) = turns(second)
    lounge.press(Action.PAGE, back["value"], people.MAYA, container=ephemeral)
    assert lounge.replies()[-1]["blocks"] == first["blocks"]


def turns(message):
    """The buttons to other pages."""
    return [element for block in message["blocks"] if block["type"] == "actions" for element in block["elements"]]


def test_a_button_shows_a_page_of_what_its_presser_may_see_whoever_was_shown_it(lounge):
    for number in range(12):
        lounge.house.issued(name=f"job {number:02}")
    (following,) = turns(lounge.type("list"))
    lounge.press(Action.PAGE, following["value"], people.OLGA, container={"type": "message", "is_ephemeral": True})
    assert "job" not in lounge.told()


def test_a_page_pressed_on_what_others_see_too_is_shown_to_its_presser_alone(lounge):
    credential = lounge.house.issued(owner=people.OLGA).credential
    lounge.press(Action.PAGE, PageMark(Place(key="a", id=credential.id)).pack(), people.OLGA)
    (page,) = lounge.replies()
    assert (page["response_type"], page["replace_original"]) == ("ephemeral", False)


def test_list_is_narrowed_by_filters_and_says_so(lounge):
    lounge.house.issued(name="mine")
    lounge.house.issued(name="of olga", owner=people.OLGA)
    told = lounge.type(f"list owner:<@{people.OLGA}|olga> role:&lt;")["text"]
    assert "I know no role “&lt;”" in told
    found = lounge.type(f"list owner:<@{people.OLGA}|olga> role:read-only")
    assert "of olga" in found["text"]
    assert "mine" not in found["text"]
    assert f"owner <@{people.OLGA}>" in json.dumps(found)


@pytest.mark.parametrize(
    ("user", "team"),
    [
        (people.OTTO, people.FOREIGN),
        (people.MAYA, people.FOREIGN),
        (people.MAYA, ""),
        (people.OTTO, people.HOME),
        (people.GUEST, people.HOME),
        (people.GONE, people.HOME),
        (people.BOT, people.HOME),
    ],
)
def test_stranger_gets_a_sentence_and_nothing_happens(lounge, user, team):
    request = lounge.house.opened()
    for text in ("add", "list", "pending", "show CI deploys"):
        answer = lounge.type(text, user, team=team)
        assert len(answer["blocks"]) == 1
        assert "CI deploys" not in json.dumps(answer)
    lounge.press(Action.APPROVE, mark(request), user, team=team)
    assert lounge.now(request).votes == ()
    assert len(lounge.replies()) == 1
    assert lounge.slack.of("views.open") == []


def test_person_never_seen_is_looked_up_after_the_answer(lounge):
    newcomer = lounge.house.directory.members.pop(people.MAYA)

    def arrives(users, _groups):
        lounge.house.directory.members[people.MAYA] = newcomer
        assert users == {people.MAYA}

    lounge.house.directory.refresh = arrives
    assert lounge.type("list") == {}
    assert "no credential" in lounge.told()


def test_person_never_seen_can_open_the_form_too(lounge):
    newcomer = lounge.house.directory.members.pop(people.MAYA)
    lounge.house.directory.refresh = lambda *_who: lounge.house.directory.members.update({people.MAYA: newcomer})
    assert lounge.type("add") == {}
    assert lounge.opened()["callback_id"] == "form.add"


def test_person_whom_nobody_can_look_up_is_told_so(lounge):
    lounge.house.directory.members.pop(people.MAYA)
    lounge.house.directory.down = True
    lounge.type("list")
    assert "could not check" in lounge.told()


# --- the add form -----------------------------------------------------------------------------------------------------


def test_form_opens_at_once_and_becomes_a_request(lounge):
    assert lounge.type("add") == {}
    form = lounge.opened()
    slack_takes(form)
    answer = lounge.send(form, people.MAYA, name="payroll", reason="Because")
    assert answer["response_action"] == "update"
    slack_takes(answer["view"])
    (request,) = open_requests(lounge)
    assert (request.asked.name, request.asked.requester, request.asked.role) == ("payroll", people.MAYA, READ_ONLY.key)


def test_same_form_sent_twice_is_one_request(lounge):
    lounge.type("add")
    form = lounge.opened()
    for _twice in range(2):
        lounge.send(form, people.MAYA, name="payroll", reason="Because", view_id="V0SAME")
    assert len(open_requests(lounge)) == 1


def test_everything_wrong_with_a_form_is_said_at_its_fields(lounge):
    lounge.house.opened(name="payroll")
    lounge.type("add")
    answer = lounge.send(
        lounge.opened(), people.MAYA, name="Payroll", reason="x", owner=people.GUEST, expires="2020-01-01"
    )
    assert answer["response_action"] == "errors"
    assert set(answer["errors"]) == {"name", "owner", "expires.read-only"}


def test_form_cannot_ask_in_somebody_elses_name_or_estate(lounge):
    lounge.type("add")
    answer = lounge.send(lounge.opened(), people.ANA, name="payroll", reason="Because")
    assert answer["response_action"] == "errors"
    assert open_requests(lounge) == []


def test_terms_come_first_and_only_once(lounge):
    policy = replace(lounge.house.world.policy, terms=replace(lounge.house.world.policy.terms, version="2"))
    second = lounges.furnish(lounge.house.under(policy), lounge.slack)
    second.type("add")
    terms = second.opened()
    assert terms["callback_id"] == "form.terms"
    slack_takes(terms)
    unread = second.send(terms, people.MAYA)
    assert unread["view"]["callback_id"] == "form.terms"
    answer = second.send(terms, people.MAYA, terms=["accepted"])
    assert answer["response_action"] == "update"
    assert answer["view"]["callback_id"] == "form.add"
    second.type("add")
    assert second.opened()["callback_id"] == "form.add"
    second.face.background.stop()
    second.face.replies.close()


def test_terms_that_changed_under_the_reader_are_shown_anew(lounge):
    policy = replace(lounge.house.world.policy, terms=replace(lounge.house.world.policy.terms, version="2"))
    second = lounges.furnish(lounge.house.under(policy), lounge.slack)
    second.type("add")
    old = {**second.opened(), "private_metadata": "0" * 64}
    answer = second.send(old, people.MAYA, terms=["accepted"])
    assert answer["view"]["callback_id"] == "form.terms"
    assert answer["view"]["private_metadata"].startswith(policy.terms.digest)
    second.face.background.stop()
    second.face.replies.close()


def test_form_follows_the_role(lounge):
    lounge.type("add")
    form = lounge.opened()
    changed = lounges.filled(form, {"role": SUPER_ADMIN.key})
    lounge.press(Action.ROLE, "", people.MAYA, view=changed, response_url="", channel="")
    lounge.settle()
    (update,) = lounge.slack.of("views.update")
    assert (update["view_id"], update["hash"]) == (changed["id"], changed["hash"])
    slack_takes(update["view"])
    text = json.dumps(update["view"])
    assert SUPER_ADMIN.warning in text
    assert "expires.super-admin" in text
    assert "2 of" in text


def test_change_that_a_newer_one_overtook_is_nobodys_concern(lounge):
    lounge.type("add")
    lounge.slack.next("views.update", refuses("hash_conflict"))
    lounge.press(Action.ROLE, "", people.MAYA, view=lounges.filled(lounge.opened(), {}), response_url="", channel="")
    lounge.settle()
    assert len(lounge.slack.of("views.open")) == 1


def test_form_that_opened_too_late_is_explained(lounge):
    lounge.slack.next("views.open", refuses("expired_trigger_id"))
    lounge.type("add")
    assert "try it again" in lounge.told()


# --- decisions --------------------------------------------------------------------------------------------------------


def test_approval_in_the_channel_counts_and_says_nothing_more(lounge):
    request = lounge.house.opened()
    assert lounge.press(Action.APPROVE, mark(request), people.ANA).status == 200
    assert lounge.replies() == []
    assert lounge.now(request).state is State.APPROVED


def test_approval_in_a_message_redraws_the_message(lounge):
    request = lounge.house.opened(role=SUPER_ADMIN.key)
    lounge.press(Action.APPROVE, mark(request), people.ANA, channel="D0ANA")
    (reply,) = lounge.replies()
    assert reply["replace_original"] is True
    assert "request.approve" not in json.dumps(reply)
    slack_takes(reply)


def test_approval_in_a_list_redraws_the_list(lounge):
    request = lounge.house.opened()
    lounge.press(Action.APPROVE, mark(request), people.ANA, container={"type": "message", "is_ephemeral": True})
    (reply,) = lounge.replies()
    assert reply["replace_original"] is True
    assert "Nothing waits" in reply["text"]


def test_requester_cannot_approve_own_request(lounge):
    request = lounge.house.opened()
    lounge.press(Action.APPROVE, mark(request), people.MAYA)
    assert "somebody else must decide" in lounge.told()
    assert lounge.now(request).votes == ()


def test_click_on_a_card_that_is_out_of_date_redraws_it(lounge):
    request = lounge.house.approved()
    lounge.press(Action.APPROVE, mark(request), people.BEN)
    sentence, card = lounge.replies()
    assert sentence["replace_original"] is False
    assert card["replace_original"] is True
    assert "request.approve" not in json.dumps(card)


FIELDS = (Action.ENTRY, Action.ESTATE, Action.ROLE, Action.OWNER, Action.CHOSEN)


@pytest.mark.parametrize("action", [a for a in Action if a not in (*FIELDS, Action.ADD)])
@pytest.mark.parametrize("value", ["", "x", "1/2", "rotate/11111111-1111-4111-8111-111111111111"])
def test_forged_value_is_a_sentence_and_nothing_happens(lounge, action, value):
    before = lounge.house.kinds()
    assert lounge.press(action, value, people.ANA).status == 200
    (reply,) = lounge.replies()
    assert "do not understand" in reply["text"]
    assert lounge.house.kinds() == before


def test_forged_digest_counts_for_nothing(lounge):
    request = lounge.house.opened()
    lounge.press(Action.APPROVE, RequestMark(request.id, "0" * 64).pack(), people.ANA)
    assert "out of date" in lounge.replies()[0]["text"]
    assert lounge.now(request).votes == ()


def test_denial_asks_for_a_reason_and_tells_it(lounge):
    request = lounge.house.opened()
    lounge.press(Action.DENY, mark(request), people.ANA)
    form = lounge.opened()
    slack_takes(form)
    answer = lounge.send(form, people.ANA, reason="Too wide")
    assert answer["response_action"] == "update"
    assert "Denied" in json.dumps(answer["view"])
    denied = lounge.now(request)
    assert (denied.state, denied.votes[-1].reason) == (State.DENIED, "Too wide")


def test_denial_wants_a_reason_that_can_be_read(lounge):
    request = lounge.house.opened()
    lounge.press(Action.DENY, mark(request), people.ANA)
    answer = lounge.send(lounge.opened(), people.ANA, reason="\u3164")
    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == ["reason"]
    assert lounge.now(request).state is State.PENDING


def test_denial_that_does_not_count_keeps_what_was_typed(lounge):
    request = lounge.house.opened()
    lounge.press(Action.DENY, mark(request), people.ANA)
    form = lounge.opened()
    lounge.house.directory.down = True
    answer = lounge.send(form, people.ANA, reason="Too wide")
    assert "could not check with the workspace" in json.dumps(answer["view"])
    assert "Too wide" in json.dumps(answer["view"])
    assert lounge.now(request).state is State.PENDING


def test_denial_that_takes_long_is_shown_when_it_is_counted(lounge, monkeypatch):
    request, go_on = lounge.house.opened(), threading.Event()
    lounge.press(Action.DENY, mark(request), people.ANA)
    form = lounge.opened()
    monkeypatch.setattr("bot.slack.listeners.submissions.PATIENCE", 0.01)
    lounge.house.directory.refresh = lambda *_who: go_on.wait(60)
    answer = lounge.send(form, people.ANA, reason="Too wide")
    assert "Counting" in json.dumps(answer["view"])
    go_on.set()
    lounge.settle()
    (update,) = lounge.slack.of("views.update")
    assert "Denied" in json.dumps(update["view"])
    assert lounge.now(request).state is State.DENIED


def test_request_that_is_not_theirs_to_see_stays_unseen(lounge):
    request = lounge.house.opened()
    for action in (Action.DENY, Action.DETAILS):
        lounge.press(action, mark(request), people.OLGA)
    lounge.press(Action.MORE, pack_choice(Choice.DETAILS, RequestMark.of(request)), people.OLGA)
    assert lounge.slack.of("views.open") == []
    assert all("know no such request" in reply["text"] for reply in lounge.replies())


def test_requester_takes_the_request_back(lounge):
    request = lounge.house.opened()
    lounge.press(Action.MORE, pack_choice(Choice.WITHDRAW, RequestMark.of(request)), people.MAYA)
    answer = lounge.send(lounge.opened(), people.MAYA)
    assert "withdrawn" in json.dumps(answer["view"])
    assert lounge.now(request).state is State.WITHDRAWN


def test_nobody_else_takes_it_back(lounge):
    request = lounge.house.opened()
    withdraw = pack_choice(Choice.WITHDRAW, RequestMark.of(request))
    lounge.press(Action.MORE, withdraw, people.ANA)
    assert "Only the person who asked" in lounge.told()
    assert lounge.slack.of("views.open") == []
    lounge.press(Action.MORE, withdraw, people.MAYA)
    answer = lounge.send(lounge.opened(), people.ANA)
    assert "Only the person who asked" in json.dumps(answer["view"])
    assert lounge.now(request).state is State.PENDING


def test_whoever_could_not_deny_is_refused_at_the_click_on_record(lounge):
    request = lounge.house.opened(owner=people.OLGA)
    lounge.press(Action.DENY, mark(request), people.OLGA)
    assert "You would own this credential" in lounge.told()
    assert lounge.slack.of("views.open") == []
    assert lounge.house.kinds()[-1] == "vote:refused"


def test_whoever_became_an_approver_just_now_can_open_the_form(lounge):
    request, directory = lounge.house.opened(), lounge.house.directory
    now = directory.groups[people.APPROVERS]
    directory.groups[people.APPROVERS] = now - {people.ANA}
    directory.refresh = lambda _users, groups: directory.groups.update(dict.fromkeys(groups, now))
    lounge.press(Action.DENY, mark(request), people.ANA)
    assert lounge.opened()["callback_id"] == "form.deny"


# --- the handing over -------------------------------------------------------------------------------------------------


def revealed(lounge, **changes):
    request = lounge.house.approved(**changes)
    lounge.press(Action.REVEAL, mark(request), people.MAYA, channel="D0MAYA")
    lounge.settle()
    with lounge.house.world.store.read() as reader:
        credential = reader.credentials.get(request.credential)
    assert credential is not None
    return credential


def test_secret_goes_to_the_one_who_pressed_and_the_button_stays(lounge):
    credential = revealed(lounge)
    (reply,) = lounge.replies()
    assert reply["replace_original"] is False
    assert reply["response_type"] == "ephemeral"
    secret = lounge.house.authority.kept[credential.id]
    assert json.dumps(reply).count(secret) == 1
    assert credential.newest.delivery is Delivery.DELIVERED
    slack_takes(reply)


def rotated(lounge):
    """Maya's credential with an old secret beside a new one, and the old one's mark."""
    credential = revealed(lounge)
    command = ChangeCommand(submission="r", kind=Kind.ROTATE, credential=credential.id, requester=people.MAYA)
    shown = lounge.house.reveal(requests.open_change(lounge.house.world, command))
    return shown.credential, SecretMark.of(shown.credential, shown.credential.retiring).pack()


def secrets_of(lounge, credential):
    with lounge.house.world.store.read() as reader:
        return reader.credentials.get(credential.id).secrets


@pytest.mark.parametrize("action", [Action.RETIRE_OLD, Action.LEAKED_OLD])
def test_old_secret_is_retired_by_a_button_and_said_so_elsewhere_than_in_the_message(lounge, action):
    credential, old = rotated(lounge)
    lounge.press(action, old, people.MAYA)
    assert "no longer works" in lounge.told()
    assert secrets_of(lounge, credential)[0].state is SecretState.RETIRED
    lounge.press(action, old, people.MAYA)
    assert "retired already" in lounge.told()


def test_old_secret_is_kept_longer_by_a_button_and_its_message_is_edited(lounge):
    credential, old = rotated(lounge)
    before = lounge.replies()
    lounge.press(Action.KEEP_OLD, old, people.MAYA, channel="D0MAYA")
    assert lounge.replies() == before
    assert secrets_of(lounge, credential)[0].kept_longer


def test_nobody_else_decides_about_an_old_secret(lounge):
    credential, old = rotated(lounge)
    for action in (Action.KEEP_OLD, Action.RETIRE_OLD, Action.LEAKED_OLD):
        lounge.press(action, old, people.ANA)
        assert "Only its owner or an admin" in lounge.told()
    assert secrets_of(lounge, credential)[0] == credential.retiring


def test_secret_that_slack_refuses_is_offered_again(lounge, slack):
    slack.answers["response/1"].append(says({"ok": False, "error": "expired_url"}))
    request = lounge.house.approved()
    lounge.press(Action.REVEAL, mark(request), people.MAYA, response_url=slack.url.removesuffix("api/") + "response/1")
    lounge.settle()
    with lounge.house.world.store.read() as reader:
        credential = reader.credentials.get(request.credential)
        assert credential is not None
        assert credential.newest.delivery is Delivery.REFUSED
    assert "owner-not-shown" in {notice.kind for notice in lounge.house.waiting()}


@pytest.mark.parametrize("url", ["", "https://evil.example/x", "http://hooks.slack.com/x"])
def test_secret_is_not_even_made_where_it_cannot_be_handed_over(lounge, url):
    request = lounge.house.approved()
    lounge.press(Action.REVEAL, mark(request), people.MAYA, response_url=url)
    lounge.settle()
    assert lounge.now(request).state is State.APPROVED
    assert lounge.house.authority.issued == 0


def test_nobody_but_the_owner_reveals(lounge):
    request = lounge.house.approved()
    lounge.press(Action.REVEAL, mark(request), people.ANA)
    assert "Only the owner" in lounge.told()
    assert lounge.now(request).state is State.APPROVED


def test_stored_secret_is_deleted_from_the_screen(lounge):
    credential = revealed(lounge)
    ephemeral = {"type": "message", "is_ephemeral": True}
    lounge.press(Action.STORED, SecretMark.of(credential).pack(), people.MAYA, channel="D0MAYA", container=ephemeral)
    assert lounge.replies()[-1] == {"delete_original": True}
    with lounge.house.world.store.read() as reader:
        kept = reader.credentials.get(credential.id)
    assert kept is not None
    assert kept.newest.receipt is ReceiptState.STORED


def test_reissue_takes_the_dead_secret_off_the_screen_and_shows_the_new_one(lounge):
    credential = revealed(lounge)
    first = lounge.house.authority.kept[credential.id]
    ephemeral = {"type": "message", "is_ephemeral": True}
    lounge.press(Action.REISSUE, SecretMark.of(credential).pack(), people.MAYA, channel="D0MAYA", container=ephemeral)
    _shown, removed, again = lounge.replies()
    assert removed == {"delete_original": True}
    second = lounge.house.authority.kept[credential.id]
    assert second != first
    assert second in json.dumps(again)


def test_no_secret_reaches_the_log(lounge, caplog):
    caplog.set_level(logging.DEBUG)
    credential = revealed(lounge)
    assert lounge.house.authority.kept[credential.id] not in caplog.text
    assert "response/" not in caplog.text


# --- home and events --------------------------------------------------------------------------------------------------


def test_home_shows_what_needs_this_person(lounge):
    lounge.house.opened(name="payroll")
    lounge.happens({"type": "app_home_opened", "user": people.ANA, "tab": "home"})
    lounge.settle()
    (published,) = lounge.slack.of("views.publish")
    assert published["user_id"] == people.ANA
    assert "payroll" in json.dumps(published["view"])
    slack_takes(published["view"])


def test_home_of_a_stranger_says_one_sentence(lounge):
    lounge.house.opened(name="payroll")
    lounge.happens({"type": "app_home_opened", "user": people.OTTO, "tab": "home"})
    lounge.settle()
    (published,) = lounge.slack.of("views.publish")
    assert len(published["view"]["blocks"]) == 1


def test_form_opens_from_home(lounge):
    lounge.press(Action.ADD, "add", people.MAYA, channel="", response_url="")
    assert lounge.opened()["callback_id"] == "form.add"


def test_refusal_on_home_opens_where_it_is_seen(lounge):
    lounge.press(Action.ADD, "add", people.OLGA, channel="", response_url="")
    assert "may not add" in json.dumps(lounge.opened())


def test_event_that_slack_repeats_is_heard_once(lounge):
    for _twice in range(2):
        lounge.happens({"type": "app_home_opened", "user": people.ANA, "tab": "home"}, event_id="Ev0SAME")
    lounge.settle()
    assert len(lounge.slack.of("views.publish")) == 1


def test_group_that_the_policy_names_is_read_anew(lounge):
    lounge.happens({"type": "subteam_members_changed", "subteam_id": people.APPROVERS})
    lounge.happens({"type": "subteam_updated", "subteam": {"id": "S0OTHER"}})
    lounge.settle()
    assert len(lounge.house.directory.refreshed) == 1


# --- when it fails ----------------------------------------------------------------------------------------------------


def test_unexpected_shows_a_reference_and_the_log_has_it(lounge, caplog, monkeypatch):
    monkeypatch.setattr("bot.slack.listeners.commands.listing.listing", lambda *_args, **_named: 1 / 0)
    text = lounge.type("list")["text"]
    reference = text.removesuffix(".").rpartition(" ")[2]
    assert len(reference) == 8
    assert reference in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_failed_press_tells_the_person(lounge, caplog, monkeypatch):
    request = lounge.house.opened()
    monkeypatch.setattr("bot.slack.listeners.actions.requests.vote", lambda *_args: 1 / 0)
    lounge.press(Action.APPROVE, mark(request), people.ANA)
    assert "reference" in lounge.told()
    assert "ZeroDivisionError" in caplog.text


def test_failed_form_stays_under_the_apology(lounge, monkeypatch):
    def busy(*_args):
        raise StoreBusyError("Too many at once. Try again in a moment.")

    lounge.type("add")
    form = lounge.opened()
    monkeypatch.setattr("bot.slack.listeners.submissions.requests.open_add", busy)
    answer = lounge.send(form, people.MAYA, name="payroll", reason="Because")
    assert answer["response_action"] == "push"
    assert "Too many at once" in json.dumps(answer["view"])
    slack_takes(answer["view"])


def test_press_for_which_there_is_no_room_is_not_acknowledged(lounge):
    request = lounge.house.opened()
    lounge.face.background.stop()
    assert lounge.press(Action.APPROVE, mark(request), people.ANA).status == 503
    assert "nothing was done" in lounge.type("add")["text"]
    assert lounge.now(request).votes == ()


def test_token_in_the_environment_is_nothing_to_warn_of(house, slack, caplog, monkeypatch):
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-made-up")
    caplog.set_level(logging.DEBUG)
    made = lounges.furnish(house, slack)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert made.app.client.token == "xoxb-made-up"
    made.face.background.stop()
    made.face.replies.close()


def test_payload_that_nobody_listens_to_is_named_and_not_quoted(lounge, caplog):
    caplog.set_level(logging.DEBUG)
    assert lounge.dispatch({"type": "shortcut", "callback_id": "x", "user": {"id": "typed-words"}}).status == 404
    assert "typed-words" not in caplog.text
