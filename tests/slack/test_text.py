"""Text as Slack reads it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import UserId
from bot.domain.naming import clean
from bot.slack.cards.pieces import typed_through
from bot.slack.text import escape, people, plain, quote, typed, unescape, when


@given(st.text())
def test_escaping_is_undone_by_its_inverse(text):
    assert unescape(escape(text)) == text


@given(st.text(), st.integers(min_value=10, max_value=60))
def test_typed_text_is_harmless_and_within_its_limit(text, limit):
    shown = typed(text, limit)
    assert len(shown) <= limit
    assert not set("<>") & set(shown)
    assert escape(clean(text)).startswith(shown.removesuffix("…"))


@given(st.text(alphabet="&<>\n ab", max_size=2000))
def test_every_line_of_a_quotation_is_quoted_and_all_of_it_fits(text):
    shown = quote(text, 500)
    assert len(shown) <= 500
    assert all(line.startswith("> ") for line in shown.split("\n"))


@given(st.text(max_size=100), st.integers(min_value=5, max_value=60))
def test_plain_text_fits(text, limit):
    assert len(plain(text, limit)) <= limit


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("short", 10, "short"),
        ("see <@U0ANA> now", 10, "see …"),
        ("see <@U0ANA> now", 14, "see <@U0ANA> …"),
        ("a &amp; b", 6, "a …"),
    ],
)
def test_cutting_leaves_no_half_of_a_mention_or_an_escape(text, limit, kept):
    assert typed_through(text, limit) == kept


def test_instant_is_shown_in_the_readers_zone_with_a_fallback_that_says_utc():
    moment = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
    assert when(moment) == "<!date^1772453100^\u200b{date_short_pretty} at {time}|Mar 2, 2026, 12:05 UTC>"


def test_crowd_is_counted():
    crowd = [UserId(f"U{number}") for number in range(15)]
    assert people(crowd).endswith("<@U11> and 3 more")
    assert people(crowd[:2], "or") == "<@U0> or <@U1>"
    assert people([]) == ""
