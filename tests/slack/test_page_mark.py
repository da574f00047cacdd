"""What a button beside a list carries comes back as it went, and nothing else is taken for it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports import Place
from bot.service.reading.listing import Wanted
from bot.slack.page_mark import PageMark

ID = "11111111-1111-4111-8111-111111111111"
KEYS = st.none() | st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True)
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
NAMES = st.text("abc019-", min_size=1, max_size=64)


@st.composite
def marks(draw):
    days = st.integers(1, 3650)
    expiring = draw(st.none() | days)
    wanted = Wanted(
        words=draw(st.text("abc019-", max_size=64)),
        role=draw(KEYS),
        estate=draw(KEYS),
        owner=draw(st.none() | st.from_regex(r"[UW][A-Z0-9]{1,20}", fullmatch=True)),
        expiring=expiring,
        unused=draw(st.none() | days),
    )
    key = draw(NAMES if expiring is None else MOMENTS)
    return PageMark(Place(key=key, id=draw(st.uuids()), backwards=draw(st.booleans())), wanted)


@given(marks())
def test_a_mark_comes_back_as_it_went(mark):
    assert PageMark.parse(mark.pack()) == mark
    assert len(mark.pack()) <= 310


@pytest.mark.parametrize(
    "forged",
    [
        None,
        7,
        f"a/{ID}//////",
        f">A/{ID}//////",
        f">a/{ID}/////",
        f">a/{ID}//////\n",
        f">a/{ID}/b c/////",
        f">{'a' * 65}/{ID}//////",
        f">a/{ID}/////30/",
        f">@7/{ID}//////",
        f">@{'9' * 18}/{ID}/////30/",
        f">a/{ID}///<@U1>///",
    ],
)
def test_what_this_program_never_wrote_is_no_mark(forged):
    assert PageMark.parse(forged) is None


def test_a_mark_by_end_of_life_needs_what_it_is_ordered_by():
    assert PageMark.parse(f">@7/{ID}/////30/").place.id == UUID(ID)
