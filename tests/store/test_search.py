"""Pages of credentials: what somebody sees, by name, by key and never by offset."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from bot.ports import Place, Search
from bot.service.reading import inventory
from bot.service.reading.home import home
from bot.service.reading.listing import Listing, Wanted, listing
from tests.support.people import ANA, LOGISTICS, MAYA, OLGA, RETAIL

pytestmark = pytest.mark.engines("sqlite", "postgresql")


def names(house, **changes):
    search = Search(**{"estates": None, "person": None, "limit": 100, **changes})
    with house.store.read() as reader:
        return [credential.name for credential in reader.credentials.search(search)]


def listed(house, user, place=None, **wanted):
    page = listing(house.world, user, Wanted(**wanted), place)
    assert isinstance(page, Listing)
    return page


def shown(page):
    return [credential.name for credential in page.items]


@pytest.mark.parametrize("wanted", [{}, {"expiring": 365}])
def test_pages_follow_each_other_without_gap_or_repeat_and_lead_back(house, wanted):
    today = house.world.policy.today(house.clock.now())
    names_ = [f"job {number:02}" for number in range(25)]
    for number in reversed(range(25)):  # several end on one day
        house.issued(name=names_[number], expires_on=today + timedelta(days=30 + number // 4))
    pages = [listed(house, MAYA, **wanted)]
    while pages[-1].after is not None:
        pages.append(listed(house, MAYA, pages[-1].after, **wanted))
    assert [len(page.items) for page in pages] == [10, 10, 5]
    seen = [name for page in pages for name in shown(page)]
    assert sorted(seen) == names_
    assert wanted or seen == names_
    assert [c.expires_at for page in pages for c in page.items] == sorted(c.expires_at for p in pages for c in p.items)
    back = [pages[-1]]
    while back[-1].before is not None:
        back.append(listed(house, MAYA, back[-1].before, **wanted))
    assert [shown(page) for page in reversed(back)] == [shown(page) for page in pages]


def test_a_page_whose_place_has_gone_is_the_first_one(house):
    house.issued(name="only")
    page = listed(house, MAYA, Place(key="zzz", id=UUID(int=1)))
    assert shown(page) == ["only"]
    assert (page.before, page.after) == (None, None)


def test_words_are_the_beginning_of_a_name_in_any_case(house):
    for name in ("CI deploys", "ci-nightly", "backup"):
        house.issued(name=name)
    assert shown(listed(house, MAYA, words="Ci")) == ["CI deploys", "ci-nightly"]


def test_what_is_looked_for_narrows_what_may_be_seen_and_never_widens_it(house):
    today = house.world.policy.today(house.clock.now())
    house.issued(name="narrow")
    house.issued(name="of olga", owner=OLGA, expires_on=today + timedelta(days=5))
    house.issued(name="far away", estate=LOGISTICS, role="super-admin")
    for wanted, found in (
        ({"owner": OLGA}, ["of olga"]),
        ({"estate": LOGISTICS}, ["far away"]),
        ({"role": "super-admin"}, ["far away"]),
        ({"role": "super-admin", "estate": RETAIL}, []),
        ({"expiring": 10}, ["of olga"]),
    ):
        assert shown(listed(house, MAYA, **wanted)) == found
        assert shown(listed(house, OLGA, **wanted)) == [name for name in found if name == "of olga"]
    assert shown(listed(house, OLGA, owner=MAYA)) == []


def test_unused_is_what_was_issued_long_ago_and_not_used_since(house):
    used, _never = house.issued(name="used").credential, house.issued(name="never used")
    house.clock.advance(days=20)
    house.issued(name="new")
    with house.store.work() as work:
        secret = replace(used.newest, last_used_at=house.clock.now() - timedelta(days=5), last_used_from="192.0.2.7")
        work.credentials.save_secret(used.id, secret)
    assert shown(listed(house, MAYA, unused=10)) == ["never used"]
    assert shown(listed(house, MAYA, unused=4)) == ["never used", "used"]
    assert shown(listed(house, MAYA, unused=30)) == []


def test_who_sees_no_estate_sees_what_is_theirs(house):
    house.issued(name="of maya")
    house.issued(name="of olga", owner=OLGA, estate=LOGISTICS)
    assert names(house, estates=frozenset(), person=OLGA) == ["of olga"]
    assert names(house, estates=frozenset({RETAIL}), person=OLGA) == ["of maya", "of olga"]
    assert shown(listed(house, ANA)) == []


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
    assert [c.name for c in home(house.world, MAYA).expiring] == ["sooner", "later"]
