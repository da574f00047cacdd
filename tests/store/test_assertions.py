"""An assertion is used once, whichever process sees it, and until nobody would take it any more."""

from datetime import timedelta

import pytest

from bot.store import SqlStore, open_engine
from tests.support import people

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def spend(store, credential, jti: str, expires_at) -> bool:
    with store.work() as work:
        return work.assertions.spend(credential, jti, expires_at)


def test_a_name_is_spent_once_by_whichever_process(house, database_url):
    credential, end = house.issued().credential, house.clock.now() + timedelta(minutes=1)
    engine = open_engine(database_url)
    other = SqlStore(engine, house.store.ledger, house.clock, people.HOME)
    try:
        assert spend(house.store, credential.id, "one", end)
        assert not spend(other, credential.id, "one", end)
        assert spend(other, credential.id, "two\0", end)
        assert not spend(house.store, credential.id, "two\0", end)
    finally:
        other.close()
        engine.dispose()


def test_each_client_has_names_of_its_own(house):
    one, two = house.issued(), house.issued(name="Another")
    end = house.clock.now() + timedelta(minutes=1)
    assert spend(house.store, one.credential.id, "same", end)
    assert spend(house.store, two.credential.id, "same", end)


def test_a_use_that_comes_to_nothing_spends_nothing(house):
    credential, end = house.issued().credential, house.clock.now() + timedelta(minutes=1)
    with pytest.raises(ZeroDivisionError), house.store.work() as work:
        assert work.assertions.spend(credential.id, "one", end)
        raise ZeroDivisionError
    assert spend(house.store, credential.id, "one", end)


def test_those_that_are_over_are_forgotten_and_no_others(house):
    credential, now = house.issued().credential, house.clock.now()
    spend(house.store, credential.id, "over", now)
    spend(house.store, credential.id, "not over", now + timedelta(seconds=1))
    with house.store.work() as work:
        work.assertions.forget(now + timedelta(seconds=1))
        assert not work.assertions.spend(credential.id, "not over", now)
        assert work.assertions.spend(credential.id, "over", now)
