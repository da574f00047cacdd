"""The story check finds whatever was changed in the tables behind the ledger's back."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from uuid import UUID

import pytest

from bot.domain.events import TokenRevoked, Via
from bot.domain.ids import TokenId
from bot.domain.request import Verdict
from bot.service import requests
from bot.service.expiry.warnings import raise_due
from bot.service.handover import receipts
from bot.service.logins.batches import Login
from bot.service.logins.gathering import Logins
from bot.service.starting import announce
from bot.store.auditing import story_problems
from bot.store.rows import METADATA
from tests.support import vendors
from tests.support.absences import begin
from tests.support.people import ANA, MAYA, SAM


def check(house):
    with house.store.connect() as connection:
        return story_problems(house.store.ledger, connection)


@pytest.fixture
def lived_in(house):
    """A house with one of each: a credential that was warned of, each end of a request, a glass, a token, a login."""
    announce(house.world, "1")
    shown = house.issued()
    receipts.stored(house.world, shown.credential.id, shown.credential.newest.id, MAYA)
    house.opened(name="pending")
    begin(house)
    house.vote(house.opened(name="denied"), SAM, Verdict.DENY, "no")
    requests.withdraw(house.world, house.opened(name="withdrawn").id, MAYA)
    house.review(house.taken(name="taken"), ANA, Verdict.APPROVE, "I was there")
    house.clock.advance(days=24)
    raise_due(house.world)
    with house.store.work() as work:
        token = {"token": TokenId(UUID(int=1)), "expires_at": work.now + timedelta(minutes=10)}
        work.revocations.add(credential=shown.credential.id, **token)
        work.record(TokenRevoked(actor=None, via=Via.WEB, credential=shown.credential.id, **token))
    counted, secret = Logins(), shown.credential.newest.id
    counted.accepted(Login(credential=shown.credential.id, what=secret, at=house.clock.now(), address="192.0.2.7"))
    counted.flush(house.world, final=True)
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
        "INSERT INTO vote SELECT request, 'U0BEN', verdict, at, reason, NULL FROM vote WHERE verdict = 'approve'",
        "UPDATE vote SET voter = 'U0BEN' WHERE verdict = 'approve'",
        "UPDATE glass SET state = 'justified'",
        "UPDATE glass SET taker = 'U0OLGA'",
        "DELETE FROM glass",
        "DELETE FROM review",
        "UPDATE review SET reviewer = 'U0BEN'",
        "INSERT INTO review SELECT request, 'U0BEN', verdict, at, reason FROM review",
        "INSERT INTO review SELECT id, 'U0BEN', 'approve', 1, '' FROM request WHERE state = 'pending'",
        "INSERT INTO glass SELECT id, 'U0MAYA', 'justified', 1, 0, 1 FROM request WHERE state = 'pending'",
        "UPDATE credential SET let_expire_by = 'U0MAYA'",
        "UPDATE credential SET snoozed_until = 4102444800000000",
        "DELETE FROM warning",
        "UPDATE warning SET superseded = 0",
        'INSERT INTO warning SELECT credential, expires_at, 3, superseded, at, "group" FROM warning WHERE days = 7',
    ],
)
def test_a_change_behind_the_ledgers_back_is_found(lived_in, tampering):
    with closing(sqlite3.connect(lived_in.engine.url.database)) as connection:
        connection.execute(tampering)
        connection.commit()
    assert check(lived_in)


@pytest.mark.parametrize("request_is", ["IS NULL", "IS NOT NULL"])
@pytest.mark.parametrize(
    "change",
    [
        "owner = 'U0OTTO'",
        "requester = 'U0OTTO'",
        "client_id = 'another'",
        "authority = 'builtin'",
        "expires_at = expires_at + 1",
        "permissions = '[]'",
        "role = 'super-admin'",
        "estate = 'logistics'",
        "description = 'x'",
        "state = 'deleted'",
    ],
)
def test_a_change_of_a_credential_that_lives_elsewhere_is_found(house, change, request_is):
    """Of one that was taken over from a spreadsheet, and of one that was made there after an approval."""
    elsewhere = vendors.with_vendor(house)
    vendors.taken_over(elsewhere)
    vendors.tracked(elsewhere, name="approved", client_id="approved")
    assert check(elsewhere) == []
    with closing(sqlite3.connect(house.engine.url.database)) as connection:
        connection.execute(f"UPDATE credential SET {change} WHERE request {request_is}")
        connection.commit()
    assert check(elsewhere)


UNVOUCHED = {
    "credential": {"name_key", "created_at", "ended_at", "warned", "warn_at", "unused_told_at"},
    "secret": {
        "number",
        "minted_at",
        "receipt_until",
        "warned_at",
        "last_used_at",
        "last_used_from",
        "last_used_by",
        "leaked_at",
        "leaked_by",
        "leaked_in",
    },
    "refusal": {column.name for column in METADATA.tables["refusal"].c},
    "network": {column.name for column in METADATA.tables["network"].c},
    "login_writer": {column.name for column in METADATA.tables["login_writer"].c},
    "request": {"submission", "opened_at", "decided_at", "lease_until", "closing"},
    "vote": {"at"},
    "delegation": {"submission", "told"},
    "acceptance": {"version", "at"},
    "policy": {"text", "since", "number"},
    "notice": {column.name for column in METADATA.tables["notice"].c},
    "posted": {column.name for column in METADATA.tables["posted"].c},
    "member": {column.name for column in METADATA.tables["member"].c},
    "group_item": {column.name for column in METADATA.tables["group_item"].c},
    "warning": {"at"},
    "glass": {"reminded_at"},
    "review": {"at"},
    "leaver": {column.name for column in METADATA.tables["leaver"].c},
    "errand": {column.name for column in METADATA.tables["errand"].c},
    "chore": {column.name for column in METADATA.tables["chore"].c},
    "group_member": {column.name for column in METADATA.tables["group_member"].c},
    "assertion": {column.name for column in METADATA.tables["assertion"].c},
}
"""What no entry vouches for: it gives nobody a right, and most of it the next start or sweep makes anew."""

_MORE = "coalesce({0}, 0) + 1"
VOUCHED = [
    (table.name, column)
    for table in METADATA.tables.values()
    for column in table.c
    if column.name not in UNVOUCHED.get(table.name, set())
]


@pytest.mark.parametrize(("table", "column"), VOUCHED, ids=lambda value: getattr(value, "name", value))
def test_every_column_that_gives_a_right_is_vouched_for_by_an_entry(lived_in, table, column):
    other = {"INTEGER": _MORE, "BIGINT": _MORE, "BOOLEAN": "1 - {0}", "BLOB": "x'00'"}.get(
        str(column.type), "'x' || coalesce({0}, '')"
    )
    with closing(sqlite3.connect(lived_in.engine.url.database)) as connection:
        quoted = f'"{column.name}"'
        row = f'(SELECT min(rowid) FROM "{table}")'
        connection.execute(f'UPDATE "{table}" SET {quoted} = {other.format(quoted)} WHERE rowid = {row}')
        connection.commit()
    assert check(lived_in)
