"""The table in docs/ledger.md of what tampering is found, and by what, is what these tests find.

`CRED_TABLE=write` writes it anew: then look at the difference.
"""

import os
import shutil
from pathlib import Path

import pytest

from ledger import LedgerError, open_to_read, verify_keyless, verify_with_key
from ledger.sqlite import TRIGGERS
from tests.support.ledger_room import Room, open_engine, schemas
from tests.support.tampering import Story
from tests.support.tampering_acts import every_column, whole_rows

DOCS = Path(__file__).parents[2] / "docs" / "ledger.md"
BEGIN, END = "<!-- tampering: written by tests/ledger/test_tampering_table.py -->\n", "<!-- tampering: end -->\n"
LEVELS = ("keyless", "with key", "anchored")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A ledger with a story in a file that is copied for each act."""
    room = Room.build(tmp_path_factory.mktemp("told"))
    story = Story(room)
    with room.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    room.close()
    return story


def _found(story, folder, act):
    """The least that finds it: the first step of the lowest level; None where nothing does."""
    path = folder / "cred.db"
    shutil.copy(story.room.database, path)
    engine = open_engine(path)
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        for name in TRIGGERS:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        act(connection)
        for definition in TRIGGERS.values():
            connection.exec_driver_sql(definition)
    engine.dispose()
    for level in LEVELS:
        problems = _verify(story, path, level)
        if problems:
            return level, problems[0]
    return None


def _verify(story, path, level):
    verifier, engine = story.room.log_key.verifier, open_to_read(str(path))
    try:
        with engine.connect() as connection, connection.begin():
            if level == "with key":
                report = verify_with_key(connection, verifier, story.room.kek, schemas())
            else:
                anchor = story.newest if level == "anchored" else None
                report = verify_keyless(connection, verifier, checkpoint=anchor)
    except LedgerError as error:
        return [f"refused ({error.code})"]
    finally:
        engine.dispose()
    return [step.title for step in report.steps if step.problem]


def _table(rows):
    lines = ["| what was done, triggers dropped and put back | found | by |", "|---|---|---|"]
    for tampering, found in rows:
        level, step = found or (f"no: it {tampering.harmless}", "–")
        lines.append(f"| {tampering.what} | {level} | {step} |")
    return "".join(f"{line}\n" for line in lines)


def test_untouched_copy_is_sound_at_every_level(told, tmp_path):
    assert _found(told, tmp_path, lambda connection: None) is None


def test_all_tampering_is_found_and_the_docs_say_by_what(told, tmp_path):
    rows = []
    for number, tampering in enumerate((*every_column(), *whole_rows(told))):
        folder = tmp_path / str(number)
        folder.mkdir()
        rows.append((tampering, _found(told, folder, tampering.act)))
    assert [t.what for t, found in rows if found is None and not t.harmless] == []
    assert [t.what for t, found in rows if found is not None and t.harmless] == []
    text = DOCS.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    if os.environ.get("CRED_TABLE") == "write":
        DOCS.write_text(before + BEGIN + _table(rows) + END + after, encoding="utf-8")
    else:
        assert table == _table(rows)
