"""Names that tell things apart, and words without what cannot be seen."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.ids import short_code
from bot.domain.naming import NAME_MAX, clean, name_key, name_problem, name_shape, says_something


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


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("p\u0430yroll", "cyrillic small letter a"),
        ("payroll\u200b", "zero width space"),
        ("\u202epayroll", "right-to-left override"),
        ("🦄", "unicorn face"),
        ("ｐayroll", "fullwidth latin small letter p"),
    ],
)
def test_letter_of_another_script_is_refused_by_its_name(name, what):
    assert f"“{what}”" in name_problem(name)


@pytest.mark.parametrize(
    ("name", "twin"),
    [("payroll", "payro1l"), ("payroll", "PayroIl"), ("job-0", "job o"), ("modem", "modern"), ("wallet", "vvallet")],
)
def test_names_that_a_hurried_eye_takes_for_one_another_have_one_shape(name, twin):
    assert name_key(name) != name_key(twin)
    assert name_shape(name) == name_shape(twin)


@pytest.mark.parametrize(
    ("name", "other"), [("job-10", "job-11"), ("payroll", "payrolls"), ("a", "b"), ("node 1", "node 2")]
)
def test_names_that_tell_things_apart_have_shapes_of_their_own(name, other):
    assert name_shape(name) != name_shape(other)


def test_what_cannot_be_seen_is_removed_and_lines_stay():
    assert clean(" one\r\ntwo\u202e\u200b\x07 ") == "one\ntwo"


def test_what_parted_two_words_still_parts_them():
    assert clean("one\ttwo\vthree\u2028four\rfive") == "one two three\nfour\nfive"


@pytest.mark.parametrize("text", ["", " \n", "\u3164", "\u2800 \u2800", "\u200b", "\u115f\u1160\uffa0", "…", "- . -"])
def test_what_shows_no_letter_and_no_digit_says_nothing(text):
    assert not says_something(text)


@pytest.mark.parametrize("text", ["a", "7", "für", "監査", "ا", "👍 ok"])
def test_words_of_any_script_say_something(text):
    assert says_something(text)


@example("a\u200b\u0301")
@example("a\u3164\u0301")
@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


@given(st.uuids())
def test_a_short_code_is_six_readable_characters(identifier):
    assert len(short_code(identifier)) == 6
    assert not set(short_code(identifier)) & set("ILOU")
