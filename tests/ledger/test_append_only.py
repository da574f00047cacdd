"""The triggers stop whoever writes to the tables by mistake."""

import pytest
from sqlalchemy.exc import IntegrityError

from ledger.sqlite import TRIGGERS
from ledger.tables import missing_triggers

_ENTRY = '(log, "index", entry)'


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET entry = x'00'",
        'UPDATE ledger_entry SET "index" = 9 WHERE "index" = 1',
        'DELETE FROM ledger_entry WHERE "index" = 2',
        "DELETE FROM ledger_entry",
        "INSERT OR REPLACE INTO ledger_entry VALUES (1, 1, x'00')",
        "REPLACE INTO ledger_entry VALUES (1, 0, x'00')",
        "INSERT INTO ledger_entry VALUES (1, 4, x'00')",
        "INSERT INTO ledger_entry VALUES (1, -1, x'00')",
        "INSERT INTO ledger_entry VALUES (2, 0, x'00')",
        "INSERT INTO ledger_entry VALUES (1, 1, x'00') ON CONFLICT DO UPDATE SET entry = x'00'",
        "UPDATE ledger_checkpoint SET note = ''",
        "DELETE FROM ledger_checkpoint",
        "INSERT OR REPLACE INTO ledger_checkpoint VALUES (1, 3, '')",
        "INSERT INTO ledger_checkpoint VALUES (1, 2, '')",
        "INSERT INTO ledger_checkpoint VALUES (1, 4, '')",
        "UPDATE ledger_log SET size = 2",
        "UPDATE ledger_log SET time = 0",
        "UPDATE ledger_log SET origin = 'other'",
        "UPDATE ledger_log SET log = 2",
        "DELETE FROM ledger_log",
        "INSERT OR REPLACE INTO ledger_log SELECT * FROM ledger_log",
    ],
)
def test_written_history_cannot_be_touched_by_mistake(room, statement):
    with pytest.raises(IntegrityError), room.write() as connection:
        connection.exec_driver_sql(statement)
    assert room.kinds() == ["log:opened", "key:created", "key:created"]


@pytest.mark.parametrize("name", TRIGGERS)
def test_missing_trigger_is_noticed(room, name):
    with room.write() as connection:
        assert missing_triggers(connection) == []
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
        assert missing_triggers(connection) == [name]
        connection.exec_driver_sql(f"CREATE TRIGGER {name} BEFORE DELETE ON ledger_key BEGIN SELECT 1; END")
        assert missing_triggers(connection) == [name]
