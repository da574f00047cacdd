"""Creating a ledger, opening it again, and whom it refuses."""

import os

import pytest
from sqlalchemy import select

from ledger import (
    KeyEncryptionKey,
    Ledger,
    LedgerExistsError,
    LogKey,
    NoLedgerError,
    OriginMismatchError,
    WrongKeyError,
)
from ledger.tables import LOG
from tests.support.ledger_room import NOON, ORIGIN, Room, note, open_engine, schemas, texts


def test_another_start_goes_on_with_everything(room):
    with room.write() as connection:
        person = room.ledger.person(connection, team="T1", user="U1", at=NOON)
        pepper = room.ledger.key(connection, "pepper")
        room.ledger.append(connection, note("x", index=(("person", person),)), at=NOON)
    again = room.open()
    with room.write() as connection:
        assert again.person(connection, team="T1", user="U1", at=NOON) == person
        assert again.key(connection, "pepper") == pepper
        assert texts(again.about(connection, "person", person)) == ["x", None]
        again.append(connection, note("y"), at=NOON)
    with room.read() as connection:
        assert texts(room.ledger.entries(connection, 6)) == ["y"]


def test_second_ledger_in_one_database_is_refused(room):
    with room.write() as connection, pytest.raises(LedgerExistsError):
        Ledger.create(connection, kek=room.kek, log_key=room.log_key, schemas=schemas(), now=NOON)
    assert len(room.kinds()) == 3


def test_other_key_encryption_key_is_refused(room):
    with pytest.raises(WrongKeyError, match="key-encryption key"):
        room.open(kek=KeyEncryptionKey.generate(os.urandom))


def test_other_log_key_of_the_same_origin_is_refused(room):
    with pytest.raises(WrongKeyError, match="log key"):
        room.open(log_key=LogKey.generate(ORIGIN, os.urandom))


def test_log_key_of_another_origin_is_refused(room):
    with pytest.raises(OriginMismatchError, match=ORIGIN):
        room.open(log_key=LogKey.generate("other.example.com", os.urandom))


def test_database_without_a_ledger_is_refused(tmp_path, room):
    engine = open_engine(tmp_path / "empty.db")
    with engine.connect() as connection, pytest.raises(NoLedgerError, match="no ledger"):
        Ledger.open(connection, kek=room.kek, log_key=room.log_key, schemas=schemas())
    engine.dispose()


@pytest.mark.parametrize("table", ["ledger_person", "ledger_entry", "ledger_schema"])
def test_missing_table_is_named(room, table):
    with room.write() as connection:
        connection.exec_driver_sql(f"DROP TABLE {table}")
    with pytest.raises(NoLedgerError, match=table):
        room.open()


def test_tables_of_another_version_are_refused(room):
    with room.write() as connection:
        connection.exec_driver_sql("UPDATE ledger_schema SET version = 2")
    with pytest.raises(NoLedgerError, match="version 2"):
        room.open()


def test_ledger_whose_creation_was_rolled_back_can_be_created(tmp_path):
    first = tmp_path / "first"
    first.mkdir()
    room = Room.build(first)
    engine = open_engine(tmp_path / "second.db")
    given = {"kek": room.kek, "log_key": room.log_key, "schemas": schemas(), "now": NOON}
    with engine.connect() as connection:
        transaction = connection.begin()
        Ledger.create(connection, **given)
        transaction.rollback()
    with engine.connect() as connection, connection.begin():
        assert Ledger.create(connection, **given).size(connection) == 3
        assert connection.execute(select(LOG.c.origin)).scalars().all() == [ORIGIN]
    engine.dispose()
    room.close()
