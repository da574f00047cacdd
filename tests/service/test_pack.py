"""The auditor's report: every kind of entry has its words, and the chart counts each expiry once."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import get_origin

import pytest

from bot.domain.events import EVENTS
from bot.service.pack.chart import expiries
from bot.service.pack.markup import Html, element
from bot.service.reading.telling import KINDS, told
from bot.store.recording import fields_of

NOW = datetime(2026, 11, 5, tzinfo=UTC)


def _body(event):
    return {name: _sample(kind) for name, kind in fields_of(event).items()}


def _sample(kind):
    bare = getattr(kind, "__supertype__", kind)
    if get_origin(kind) is tuple:
        return []
    if isinstance(bare, type) and issubclass(bare, StrEnum):
        return next(iter(bare)).value
    return {datetime: 1_772_366_400_000_000, int: 7}.get(bare, "word")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_every_entry_about_a_credential_has_its_words(event):
    about = {"credential", "request"} & fields_of(event).keys()
    assert bool(about) == (event.kind in KINDS)
    if about:
        _, words = told(event.kind, _body(event), lambda person: f"the one called {person}")
        assert re.fullmatch(r"[a-z][^{}]*[^.{}]", words)


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("request:closed", {"state": "lapsed", "why": "nobody accepted it in time"}, "nobody accepted it in time"),
        ("warning:raised", {"days": 1}, "1 day before"),
        ("warning:raised", {"days": 7}, "7 days before"),
    ],
)
def test_an_entry_is_told_as_it_was(kind, body, words):
    assert told(kind, body, str)[1].endswith(words)


def test_chart_counts_each_expiry_in_its_month():
    ends = [NOW.replace(day=30), NOW.replace(year=2027, month=10), NOW.replace(year=2027, month=11)]
    assert "Nov 2026: 1, Oct 2027: 1, later: 1." in expiries(ends, NOW)
    assert "due: 1" in expiries([NOW.replace(month=10)], NOW)
    assert "none." in expiries([], NOW)


def test_what_was_typed_is_never_markup():
    typed = "<b onclick='x'>&\""
    assert element("p", typed, title=typed) == (
        '<p title="&lt;b onclick=&#x27;x&#x27;&gt;&amp;&quot;">&lt;b onclick=&#x27;x&#x27;&gt;&amp;&quot;</p>'
    )
    assert element("p", Html("<i>made here</i>")) == "<p><i>made here</i></p>"
