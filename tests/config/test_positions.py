"""A path in a TOML text is found on the line on which it stands."""

from bot.config.positions import line_of, lines

TEXT = b"""\
top = 1
[table]
a.b = 1
"quoted key" = [
  "x",  # a comment is no element
  # nor is this
  { y = 1, z = [
    3] },
]
[[many]]
key = 1
[[many]]
[many.below]
key = 2
[[many]]
[far."off".away]
"""


def test_every_key_and_element_has_its_line() -> None:
    assert lines(TEXT) == {
        ("top",): 1,
        ("table",): 2,
        ("table", "a"): 3,
        ("table", "a", "b"): 3,
        ("table", "quoted key"): 4,
        ("table", "quoted key", 0): 5,
        ("table", "quoted key", 1): 7,
        ("table", "quoted key", 1, "y"): 7,
        ("table", "quoted key", 1, "z"): 7,
        ("table", "quoted key", 1, "z", 0): 8,
        ("many",): 10,
        ("many", 0): 10,
        ("many", 0, "key"): 11,
        ("many", 1): 12,
        ("many", 1, "below"): 13,
        ("many", 1, "below", "key"): 14,
        ("many", 2): 15,
        ("far",): 16,
        ("far", "off"): 16,
        ("far", "off", "away"): 16,
    }


def test_what_is_not_there_has_the_line_of_what_is_around_it() -> None:
    known = lines(TEXT)
    assert line_of(("many", 1, "missing"), known) == 12
    assert line_of(("nowhere",), known) is None
    assert line_of((), known) is None
