"""Strings that somebody types to mislead whoever reads them: where the face takes text, and all that shows it after."""

import json
import re
from collections.abc import Iterator

import pytest

from bot.domain.kind import Kind
from bot.domain.request import State
from bot.slack.ids import Action, RequestMark
from bot.slack.rendering import render
from tests.slack.scenes import EVE, NAME, RITA, furnish
from tests.slack.snapshots import slack_takes
from tests.support import people

HOSTILE = {
    "a shout": "<!channel> <!here|@here> <!subteam^S0EVIL>",
    "a mention": "<@U0ANA> said yes",
    "a link": "<https://evil.example/approve|Approve here>",
    "a bare link": "see https://evil.example and evil.example",
    "half an escape": "&lt;!channel&gt; &amp;lt;!channel&amp;gt;",
    "a date": "<!date^1^{date}|approved>",
    "right to left": "\u202egnitsil\u202c \u2066x\u2069 \u200fdeorp",
    "what has no width": "pay\u200broll\u200d\u2060\ufeff",
    "emoji": "🦄👩‍👩‍👧‍👦 :smile: :bomb:",
    "zalgo": "n\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308o" * 20,
    "four thousand characters": "x" * 4_000,
    "four thousand escapes": "<" * 4_000,
    "lines": "\n" * 500 + "*Approved by* <@U0ANA>\n> quote\n```code```",
    "SQL": "'; DROP TABLE credential; -- \" OR 1=1",
    "format strings": "%s%n%x {0} {user.__class__} ${HOME} $(id) `id`",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "JSON": '{"type":"button","action_id":"request.approve"}',
    "a card of ours": "✅ *Approved* · `Super Admin` *_~bold~_*",
    "control characters": "a\x00b\x07c\x1b[31m\r\n\x85\u2028",
}
"""Each is typed as it stands, and as Slack escapes it in a command."""
_RAW = re.compile(r"<(?:https?:|!channel|!here|!everyone|!subteam\^S0EVIL|script|img)")
_UNSEEN = re.compile("[\u200d\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x09\x0b-\x1f]")


@pytest.fixture
def lounge(house, slack):
    made = furnish(house, slack)
    yield made
    made.face.background.stop()
    made.face.replies.close()


def harmless(lounge, *shown) -> None:
    """Nothing of all that went out, stands in the channels or was just shown, is more than text."""
    for body in (*shown, *_out(lounge), *_cards(lounge)):
        for part in _messages(body):
            slack_takes(part)
            text = json.dumps(part, ensure_ascii=False)
            assert not _RAW.search(text), text
            assert not any(_UNSEEN.search(each) for each in _texts(part)), text


def _out(lounge) -> Iterator[dict]:
    lounge.settle()
    return (body for _, body in lounge.slack.calls)


def _cards(lounge) -> Iterator[dict]:
    """What waits in the outbox, as it will be seen."""
    with lounge.house.store.read() as reader:
        for notice in lounge.house.waiting():
            if notice.request is not None:
                yield render(notice, reader.requests.get(notice.request), lounge.face.known).message()


def _messages(body) -> Iterator[dict]:
    if "view" in body:
        yield body["view"]
    elif "blocks" in body:
        yield body


def _texts(part) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict | list):
        for each in part.values() if isinstance(part, dict) else part:
            yield from _texts(each)


def _asked(lounge, **typed):
    lounge.type("add", RITA)
    values = {"name": NAME, "reason": "Because", "owner": people.OLGA, **typed}
    return lounge.send(lounge.opened(), RITA, **values)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_name_that_could_mislead_is_refused_at_its_field(lounge, text):
    answer = _asked(lounge, name=text)
    assert list(answer["errors"]) == ["name"]
    harmless(lounge)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_words_that_could_mislead_are_shown_as_words(lounge, text):
    answer = _asked(lounge, reason=text, description=text)
    harmless(lounge, answer)
    if "errors" in answer:
        assert set(answer["errors"]) <= {"reason", "description"}
        return
    request = _pending(lounge)
    lounge.press(Action.DETAILS, RequestMark.of(request).pack(), people.ANA)
    assert lounge.opened()["callback_id"] == "form.read"
    lounge.press(Action.DENY, RequestMark.of(request).pack(), people.ANA)
    denied = lounge.send(lounge.opened(), people.ANA, reason=text)
    harmless(lounge, denied, lounge.type("pending", people.ANA), lounge.type("list", people.MAYA))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("word", ["", "list", "show", "rotate", "delete", "audit", "help"])
def test_command_with_words_that_could_mislead_answers_in_words(lounge, word, text):
    for typed in (text, text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")):
        harmless(lounge, lounge.type(f"{word} {typed}"[:8000], people.SAM))


@pytest.mark.parametrize("twin", ["CI dep1oys", "Cl deploys", "ci-deploys", "CI DEPL0YS"])
def test_name_that_looks_like_one_that_is_taken_is_refused_with_the_reason(lounge, twin):
    assert "errors" not in _asked(lounge)
    answer = _asked(lounge, name=twin)
    assert "looks like a name that is" in answer["errors"]["name"]


def test_twin_in_another_script_is_refused_by_the_name_of_its_letter(lounge):
    answer = _asked(lounge, name="CI dеploys")
    assert "cyrillic small letter ie" in answer["errors"]["name"]


def test_form_that_somebody_else_opened_is_judged_by_who_sends_it(lounge):
    request = lounge.house.opened(requester=RITA, owner=people.OLGA)
    lounge.press(Action.DENY, RequestMark.of(request).pack(), people.ANA)
    form = lounge.opened()
    for user in (RITA, people.OLGA, people.SAM, people.GUEST):
        answer = lounge.send(form, user, reason="Mine")
        assert "Denied." not in json.dumps(answer)
    assert lounge.now(request).votes == ()


def test_form_moved_onto_another_credential_is_judged_anew(lounge):
    theirs = lounge.house.issued(name="theirs", owner=people.OLGA).credential
    lounge.house.issued(name="mine", owner=EVE, estate=people.LOGISTICS)
    lounge.type("delete mine", EVE)
    form = {**lounge.opened(), "private_metadata": f"{Kind.DELETE}:{theirs.id}"}
    answer = lounge.send(form, people.SAM, name="theirs", reason="x")
    assert "owner or an admin" in json.dumps(answer)


def _pending(lounge):
    with lounge.house.store.read() as reader:
        (request,) = reader.requests.in_state([State.PENDING], limit=2)
    return request
