"""The story check finds whatever was changed in the tables behind the ledger's back."""

import sqlite3
from contextlib import closing

import pytest

from bot.domain.request import Verdict
from bot.service import receipts, requests
from bot.service.audit import check_story
from bot.store.store import SqlReader
from tests.support.people import ANA, MAYA


def check(house):
    ledger = house.store.ledger
    with house.store.connect() as connection:

        def user_of(person):
            found = ledger.who(connection, person)
            return found and found[1]

        return check_story(SqlReader(connection), ledger.entries(connection), user_of)


@pytest.fixture
def lived_in(house):
    """A house with one of each: a credential, a pending, a denied and a withdrawn request."""
    shown = house.issued()
    receipts.stored(house.world, shown.credential.id, shown.credential.newest.id, MAYA)
    house.opened(name="pending")
    house.vote(house.opened(name="denied"), ANA, Verdict.DENY, "no")
    requests.withdraw(house.world, house.opened(name="withdrawn").id, MAYA)
    return house


def test_an_untouched_house_tells_its_own_story(lived_in):
    assert check(lived_in) == []


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE credential SET owner = 'U0OTTO'",
        "UPDATE credential SET role = 'super-admin'",
        "UPDATE credential SET estate = 'logistics'",
        "UPDATE credential SET client_id = '00000000-0000-4000-8000-000000000000'",
        "UPDATE credential SET state = 'suspended'",
        "UPDATE credential SET name = 'other'",
        "UPDATE secret SET fingerprint = 'x'",
        "UPDATE secret SET state = 'retired'",
        "UPDATE secret SET receipt = 'none'",
        "DELETE FROM secret",
        "UPDATE request SET quorum = 0 WHERE state = 'pending'",
        "UPDATE request SET state = 'approved' WHERE state = 'pending'",
        "UPDATE request SET requester = 'U0ANA' WHERE state = 'pending'",
        "UPDATE request SET owner = 'U0ANA' WHERE state = 'pending'",
        "UPDATE request SET permissions = '[]' WHERE state = 'pending'",
        "UPDATE request SET digest = 'x' WHERE state = 'pending'",
        "UPDATE request SET credential = '00000000-0000-4000-8000-000000000000' WHERE state = 'denied'",
        "DELETE FROM request WHERE state = 'pending'",
        "DELETE FROM vote WHERE verdict = 'approve'",
        "INSERT INTO vote SELECT request, 'U0BEN', verdict, at, reason FROM vote WHERE verdict = 'approve'",
        "UPDATE vote SET voter = 'U0BEN' WHERE verdict = 'approve'",
    ],
)
def test_a_change_behind_the_ledgers_back_is_found(lived_in, tampering):
    with closing(sqlite3.connect(lived_in.engine.url.database)) as connection:
        connection.execute(tampering)
        connection.commit()
    assert check(lived_in)
