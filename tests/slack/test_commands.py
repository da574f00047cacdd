"""What is typed after `/cred`, and what its author reads."""

import json

import pytest

from bot.ports import Place
from bot.slack.ids import Action
from bot.slack.page_mark import PageMark
from tests.slack.lounge import mark, turns
from tests.slack.snapshots import slack_takes
from tests.support import people


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
