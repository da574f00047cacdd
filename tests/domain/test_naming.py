"""Names that tell things apart, and words without what cannot be seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import short_code
from bot.domain.naming import NAME_MAX, clean, name_key, name_problem


@pytest.mark.parametrize("name", ["CI deploys", "a", "backup.nightly-2", "A" * NAME_MAX])
def test_a_plain_name_is_fine(name):
    assert name_problem(name) is None


@pytest.mark.parametrize(
    "name", ["", " ", "-x", "x-", "<!channel>", "аdmin", "a/b", "zero\u200bwidth", "A" * (NAME_MAX + 1), "a\nb", "☃"]
)
def test_a_name_that_could_mislead_is_refused_with_a_sentence(name):
    assert name_problem(name.strip()).endswith(".")


def test_names_that_differ_in_case_or_separators_only_are_one_name():
    assert name_key("CI Deploys") == name_key("ci-deploys") == name_key("ci._ deploys")
    assert name_key("ci-deploy") != name_key("ci-deploys")


def test_what_cannot_be_seen_is_removed_and_lines_stay():
    assert clean(" one\r\ntwo\u202e\u200b\x07 ") == "one\ntwo"


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


@given(st.uuids())
def test_a_short_code_is_six_readable_characters(identifier):
    assert len(short_code(identifier)) == 6
    assert not set(short_code(identifier)) & set("ILOU")
