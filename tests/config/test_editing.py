"""What changes in a policy file is what was to change: every other byte stays."""

import tomllib

import pytest

from bot.config.editing import ArrayOfTables, NoTablesError

FILE = """\
# first
[[estates]]  # one
key = "a"
name = 'Old'   # its name
# note = 1

[other]
x = [
  1, # two
]
[[estates]]
"name" = "Z"
key = "z"
# of z

# --- next ---
[last]
"""
NEW = """\
# first
[[estates]]  # one
key = "a"
name = "Söme \\"new\\" \\\\ name"   # its name
# note = 1

[other]
x = [
  1, # two
]
[[estates]]
"name" = "Y"
key = "z"
# of z

[[estates]]
key = "n"
name = "N"

# --- next ---
[last]
"""
VALUES = {(0, "name"): 'Söme "new" \\ name', (1, "name"): "Y"}
ADDED = [{"key": "n", "name": "N"}]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_values_change_in_place_and_tables_come_behind_the_last(line_end):
    content, expected = (text.replace("\n", line_end).encode() for text in (FILE, NEW))
    changed = ArrayOfTables(content, "estates").changed(VALUES, ADDED)
    assert changed == expected
    assert tomllib.loads(changed.decode())["estates"][0]["name"] == VALUES[0, "name"]


def test_nothing_to_change_changes_nothing():
    assert ArrayOfTables(FILE.encode(), "estates").changed({}, []) == FILE.encode()


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_last_line_may_lack_its_end(end):
    changed = ArrayOfTables(f'[[estates]]\nkey = "a"{end}'.encode(), "estates").changed({}, ADDED)
    assert [each["key"] for each in tomllib.loads(changed.decode())["estates"]] == ["a", "n"]


def test_tables_that_are_written_as_a_list_are_refused():
    with pytest.raises(NoTablesError):
        ArrayOfTables(b'estates = [{key = "a"}]', "estates")
