"""People behind their IDs, their words, and the keys that the ledger keeps for the program."""

import pytest
from sqlalchemy import delete, select

from ledger import (
    CannotOpenError,
    LedgerError,
    UnknownKeyError,
)
from ledger.tables import KEY, PERSON
from tests.support.ledger_room import NOON

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def test_somebody_is_registered_once_and_found_again(room):
    with room.write() as connection:
        first = room.ledger.person(connection, team="T1", user="U1", at=NOON)
        assert room.ledger.person(connection, team="T1", user="U1", at=NOON) == first
        other = room.ledger.person(connection, team="T2", user="U1", at=NOON)
    with room.write() as connection:
        assert room.ledger.person(connection, team="T1", user="U1", at=NOON) == first != other
        assert room.ledger.who(connection, first) == ("T1", "U1")
        assert room.ledger.who(connection, other) == ("T2", "U1")
    assert room.kinds()[3:] == ["person:registered", "person:registered"]
    assert len(bytes.fromhex(first)) == 16


@pytest.mark.parametrize("person", ["", "0" * 32, "not hex", "ü"])
def test_nobody_stands_behind_an_unknown_id(room, person):
    with room.read() as connection:
        assert room.ledger.who(connection, person) is None
        with pytest.raises(UnknownKeyError):
            room.ledger.seal_words(connection, person, "words")


def test_words_open_for_the_person_who_typed_them_only(room):
    with room.write() as connection:
        maya = room.ledger.person(connection, team="T1", user="U1", at=NOON)
        sam = room.ledger.person(connection, team="T1", user="U2", at=NOON)
        sealed = room.ledger.seal_words(connection, maya, "because é")
        assert room.ledger.open_words(connection, sealed, maya) == "because é"
        assert room.ledger.seal_words(connection, maya, "because é") != sealed
        with pytest.raises(CannotOpenError):
            room.ledger.open_words(connection, sealed, sam)
        for broken in (sealed[:-6] + "AAAAAA", sealed[:10], "", "€", "B" + sealed[1:]):
            with pytest.raises(LedgerError):
                room.ledger.open_words(connection, broken, maya)


def test_erased_person_has_no_name_and_no_words(room):
    with room.write() as connection:
        maya = room.ledger.person(connection, team="T1", user="U1", at=NOON)
        sealed = room.ledger.seal_words(connection, maya, "because")
        connection.execute(delete(PERSON).where(PERSON.c.person == bytes.fromhex(maya)))
        assert room.ledger.who(connection, maya) is None
        assert room.ledger.open_words(connection, sealed, maya) is None


def test_key_of_a_purpose_is_made_once_with_its_entry(room):
    with room.write() as connection:
        pepper = room.ledger.key(connection, "pepper", at=NOON)
        assert room.ledger.key(connection, "fingerprint").secret != pepper.secret
    with room.read() as connection:
        assert room.ledger.key(connection, "pepper") == pepper == room.ledger.key_by_id(connection, pepper.id)
        made = list(room.ledger.entries(connection, 3))
    assert [entry.event.body["purpose"] for entry in made] == ["pepper", "fingerprint"]
    assert made[0].event.body["key"] == pepper.id.hex()
    assert len(pepper.secret) == 32


def test_keys_of_the_ledger_itself_are_handed_to_nobody(room):
    with room.read() as connection:
        for purpose in ("entry", "index", "person"):
            with pytest.raises(UnknownKeyError):
                room.ledger.key(connection, purpose)
        for key_id in connection.execute(select(KEY.c.id)).scalars().all():
            with pytest.raises(UnknownKeyError):
                room.ledger.key_by_id(connection, key_id)


def test_destroyed_key_is_not_handed_out_from_memory(room):
    with room.write() as connection:
        pepper = room.ledger.key(connection, "pepper")
        assert room.ledger.key_by_id(connection, pepper.id) == pepper
        connection.execute(delete(KEY).where(KEY.c.id == pepper.id))
        with pytest.raises(UnknownKeyError):
            room.ledger.key_by_id(connection, pepper.id)
