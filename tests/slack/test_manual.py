"""The table of commands: everything in it is answered, everything answered is in it, and each has a page of help."""

import json
from collections import Counter

import pytest

from bot.slack.listeners.commands import ANSWERS
from bot.slack.manual import MANUAL, called, nearest
from tests.slack.snapshots import slack_takes
from tests.support import people

EVERYBODYS = sorted(name for name, topic in MANUAL.items() if not topic.few)


def test_the_manual_and_the_answers_are_of_the_same_commands():
    assert list(MANUAL) == list(ANSWERS)


def test_no_word_means_two_commands():
    words = Counter(word for name, topic in MANUAL.items() for word in (name, *topic.also))
    assert [word for word, times in words.items() if times > 1] == []


def test_every_command_is_typed_as_its_page_says():
    for name, topic in MANUAL.items():
        assert {called(example.split()[0]) for example in topic.typed} <= {name, "help", "rotate"}
        assert topic.typed[0].split()[0] == name


@pytest.mark.parametrize("name", EVERYBODYS)
def test_every_command_has_a_page_of_help_by_either_word_order_and_by_its_other_names(lounge, name):
    topic = MANUAL[name]
    pages = [lounge.type(f"help {name}"), lounge.type(f"{name} help"), lounge.type(f"help /cred {name}")]
    pages += [lounge.type(f"Help {other}") for other in topic.also]
    for page in pages:
        slack_takes(page)
        assert topic.more in page["text"]
        assert page == pages[0]
    assert lounge.slack.of("views.open") == []


def test_other_words_do_what_the_command_does(lounge):
    lounge.house.issued(name="payroll")
    assert lounge.type("ls") == lounge.type("list") == lounge.type("FIND")
    lounge.type("rm payroll")
    assert lounge.opened()["title"] == lounge_form(lounge, "delete payroll")["title"]
    assert lounge_form(lounge, "new")["callback_id"] == "form.add"


def lounge_form(lounge, text):
    lounge.type(text)
    return lounge.opened()


def test_help_shows_every_command_with_its_other_words(lounge):
    shown = json.dumps(lounge.type("help"))
    for name, topic in MANUAL.items():
        if not topic.few:
            assert f"`/cred {name}`" in shown
            assert all(f"`{other}`" in shown for other in topic.also)


def test_who_may_not_break_the_glass_is_not_told_of_it(lounge):
    for text in ("help", "help break-glass", "help emergency", "break-glas"):
        assert "everybody is told" not in json.dumps(lounge.type(text, people.BEN))
    assert "everybody is told" in json.dumps(lounge.type("help break-glass", people.MAYA))


def test_a_wrong_word_is_held_against_the_other_words_too():
    assert nearest("revok", few=False) == "delete"
    assert nearest("emergencie", few=True) == "break-glass"
    assert nearest("emergencie", few=False) is None


def test_terms_can_be_read_again_and_say_whether_they_were_accepted(lounge):
    assert "You have accepted them" in lounge.type("terms")["text"]
    assert "You have not accepted them yet" in lounge.type("terms", people.BEN)["text"]
    assert "Use it well." in lounge.type("terms", people.BEN)["text"]
