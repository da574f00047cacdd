"""Pages of credentials: what somebody sees, by name, by key and never by offset."""

import pytest

from bot.ports import Search
from bot.service import inventory
from tests.support.people import ANA, LOGISTICS, MAYA, OLGA, RETAIL

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def names(house, **changes):
    search = Search(**{"estates": None, "person": None, "limit": 100, **changes})
    with house.store.read() as reader:
        return [credential.name for credential in reader.credentials.search(search)]


def test_pages_follow_each_other_without_gap_or_repeat(house):
    wanted = [f"job {number:02}" for number in range(25)]
    for name in reversed(wanted):
        house.issued(name=name)
    seen, after = [], None
    for _ in range(3):
        page = inventory.listing(house.world, MAYA, after=after)
        seen += [credential.name for credential in page.items]
        after = page.more
    assert seen == wanted
    assert after is None


def test_words_are_the_beginning_of_a_name_in_any_case(house):
    for name in ("CI deploys", "ci-nightly", "backup"):
        house.issued(name=name)
    assert [c.name for c in inventory.listing(house.world, MAYA, "Ci").items] == ["CI deploys", "ci-nightly"]


def test_who_sees_no_estate_sees_what_is_theirs(house):
    house.issued(name="of maya")
    house.issued(name="of olga", owner=OLGA, estate=LOGISTICS)
    assert names(house, estates=frozenset(), person=OLGA) == ["of olga"]
    assert names(house, estates=frozenset({RETAIL}), person=OLGA) == ["of maya", "of olga"]
    assert [c.name for c in inventory.listing(house.world, ANA).items] == []


def test_what_may_not_be_seen_is_not_found_either(house):
    house.issued(name="hidden")
    hidden, unknown = (inventory.show(house.world, OLGA, name) for name in ("hidden", "nowhere"))
    assert hidden.reason == unknown.reason
    assert hidden.sentence.replace("hidden", "") == unknown.sentence.replace("nowhere", "")


def test_a_name_in_two_estates_is_a_choice(house):
    house.issued(name="twin")
    house.issued(name="twin", estate=LOGISTICS)
    assert isinstance(inventory.show(house.world, MAYA, "twin"), inventory.Choice)
    assert inventory.show(house.world, MAYA, "logistics/Twin").estate == LOGISTICS
    assert inventory.show(house.world, MAYA, "Harbour Retail/twin").estate == RETAIL


def test_what_ends_soon_comes_soonest_first(house):
    today = house.world.policy.today(house.clock.now())
    for days, name in ((20, "later"), (5, "sooner"), (90, "not yet")):
        house.issued(name=name, expires_on=today.fromordinal(today.toordinal() + days))
    assert [c.name for c in inventory.home(house.world, MAYA).expiring] == ["sooner", "later"]
