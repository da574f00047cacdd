"""What an answer to a click does: where it shows, what it replaces, and how often."""

import pytest

from bot.sandbox.state.seed import BOT_USER
from bot.sandbox.state.tickets import ResponseUrl
from bot.sandbox.state.workspace import Message

MAYA, ANA = "U0MAYA000", "U0ANA0000"
PLACE = "C0APPROVE"


@pytest.fixture
def clicked(sandbox, api, clock):
    """A message, and the use of the `response_url` of Maya's click on it."""
    sandbox.site.put(Message(ts="1.000001", channel=PLACE, user=BOT_USER, text="press me"))
    ticket = ResponseUrl(person=MAYA, channel=PLACE, ts="1.000001", made=clock.now)
    url = sandbox.site.response_url(ticket)
    return lambda **answer: api.http.post(url, json=answer)


def texts(workspace, person):
    return [message["text"] for message in workspace.as_person(person).messages(PLACE)]


def test_without_a_word_about_it_the_answer_takes_the_place_of_the_message(clicked, workspace):
    assert clicked(text="a secret", response_type="ephemeral").json() == {"ok": True}
    assert texts(workspace, ANA) == ["a secret"]


def test_said_outright_it_stands_beside_the_message_for_one_person(clicked, workspace):
    clicked(text="a secret", response_type="ephemeral", replace_original=False)
    assert texts(workspace, MAYA) == ["press me", "a secret"]
    assert texts(workspace, ANA) == ["press me"]


def test_in_channel_everybody_sees_it(clicked, workspace):
    clicked(text="news", response_type="in_channel", replace_original=False)
    assert texts(workspace, ANA) == ["press me", "news"]


def test_the_original_can_be_deleted(clicked, workspace):
    clicked(delete_original=True)
    assert texts(workspace, MAYA) == []


def test_the_sixth_use_is_refused(clicked, workspace):
    answers = [clicked(text=str(index), replace_original=False).status_code for index in range(6)]
    assert answers == [200] * 5 + [404]
    assert workspace.control.violations()[-1]["message"] == "used_url"


def test_after_thirty_minutes_it_is_refused(clicked, clock, workspace):
    clock.now += 1801
    assert clicked(text="late").json() == {"ok": False, "error": "expired_url"}
    assert texts(workspace, MAYA) == ["press me"]


def test_whoever_is_away_sees_nothing_and_nobody_is_told(clicked, workspace):
    workspace.control.change_person(MAYA, present=False, silent=True)
    assert clicked(text="a secret", replace_original=False).json() == {"ok": True}
    assert texts(workspace, MAYA) == ["press me"]


def test_an_invalid_answer_is_refused_noted_and_costs_no_use(clicked, workspace):
    for _ in range(6):
        answer = clicked(text="x", blocks=[{"type": "shout"}])
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_blocks")
    assert workspace.control.violations()
    assert clicked(text="x").status_code == 200


def test_what_is_no_json_object_is_refused(sandbox, api, clock):
    ticket = ResponseUrl(person=MAYA, channel=PLACE, ts=None, made=clock.now)
    url = sandbox.site.response_url(ticket)
    assert api.http.post(url, content=b"hello").status_code == 400
    assert api.http.post(url, json=["hello"]).status_code == 400


@pytest.mark.parametrize(("when", "effect"), [("before", ["press me"]), ("after", ["press me", "x"])])
def test_its_answer_can_be_lost_before_and_after_the_effect(clicked, workspace, when, effect):
    workspace.control.fail("error", method="response_url", when=when)
    assert clicked(text="x", replace_original=False).status_code == 500
    assert texts(workspace, MAYA) == effect


def test_the_url_stands_in_no_record(clicked, workspace):
    clicked(text="x", replace_original=False)
    (seen,) = workspace.control.requests("response_url")
    assert "/actions/" not in str(seen)
