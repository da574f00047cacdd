"""The hot read sees what the store has committed, from any thread, and can write nothing."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from bot.domain.credential import SecretState, State
from bot.store.authentication import ClientLookup

pytestmark = pytest.mark.engines("sqlite", "postgresql")


@pytest.fixture
def lookup(house):
    opened = ClientLookup(house.engine)
    yield opened
    opened.close()


def test_it_finds_a_client_with_its_secret(house, lookup):
    credential = house.issued().credential
    found = lookup.find(str(credential.client_id))
    assert (found.credential, found.client_id) == (credential.id, credential.client_id)
    assert (found.estate, found.role, found.state) == (credential.estate, credential.role, State.ACTIVE)
    assert found.permissions == credential.permissions
    assert found.expires_at == credential.expires_at
    (secret,) = found.secrets
    assert (secret.id, secret.retire_at) == (credential.newest.id, None)
    assert secret.record


@pytest.mark.parametrize("client_id", ["", "nobody", "' OR 1=1 --", "\x00", "ключ"])
def test_it_finds_nobody_of_an_unknown_name(house, lookup, client_id):
    house.issued()
    assert lookup.find(client_id) is None


def test_it_leaves_out_what_is_retired(house, lookup):
    credential = house.issued().credential
    with house.store.work() as work:
        work.credentials.save_secret(credential.id, replace(credential.newest, state=SecretState.RETIRED))
        work.credentials.destroy_record(credential.newest.id)
    found = lookup.find(str(credential.client_id))
    assert found.secrets == ()


def test_it_finds_both_secrets_during_a_rotation(house, lookup):
    credential = house.issued().credential
    until = house.clock.now() + timedelta(days=1)
    old = replace(credential.newest, state=SecretState.RETIRING, retire_at=until)
    new = replace(credential.newest, id=house.world.entropy.uuid())
    with house.store.work() as work:
        work.credentials.save_secret(credential.id, old)
        work.credentials.add_secret(credential.id, new, b"the new record")
    found = {secret.id: secret for secret in lookup.find(str(credential.client_id)).secrets}
    assert found[old.id].retire_at == until
    assert found[new.id].record == b"the new record"


def test_it_sees_a_change_once_it_is_committed(house, lookup):
    credential = house.issued().credential
    with house.store.work() as work:
        work.credentials.save(replace(credential, state=State.SUSPENDED), expected=State.ACTIVE)
        assert lookup.find(str(credential.client_id)).state is State.ACTIVE
    assert lookup.find(str(credential.client_id)).state is State.SUSPENDED


def test_it_answers_many_threads_at_once(house, lookup):
    known = [house.issued(name=f"client {n}").credential for n in range(3)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: lookup.find(str(known[n % 3].client_id)), range(300)))
    assert [client.credential for client in found] == [known[n % 3].id for n in range(300)]


@pytest.mark.engines("sqlite")
def test_its_connection_cannot_write(house, lookup):
    house.issued()
    with pytest.raises(sqlite3.OperationalError):
        lookup._reader.connection.execute("UPDATE credential SET state = 'active'")


@pytest.mark.engines("sqlite")
def test_it_finds_by_index(lookup):
    reader = lookup._reader
    plan = reader.connection.execute(
        "EXPLAIN QUERY PLAN " + reader.statement, {**reader.parameters, "client_id": "x"}
    ).fetchall()
    reads = [step for *_, step in plan if not step.startswith("SCALAR SUBQUERY")]
    assert len(reads) == 4  # whose it is, else somebody's; then the rows of that one and of its secrets
    assert all(step.startswith("SEARCH") and "INDEX" in step for step in reads)


def test_whoever_is_read_in_place_of_an_unknown_client_is_not_found(house, lookup):
    house.issued()
    assert lookup.find("00000000-0000-4000-8000-000000000000") is None


def test_after_closing_it_answers_no_more(house):
    lookup = ClientLookup(house.engine)
    lookup.close()
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError)):
        lookup.find("anybody")
