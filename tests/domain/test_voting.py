"""A request that was changed in the database is no longer what was asked."""

from dataclasses import replace

import pytest

from bot.domain.errors import Reason
from bot.domain.ids import EstateKey, RoleKey
from bot.service import requests
from tests.support.people import ANA, LOGISTICS


@pytest.mark.parametrize(
    "change", [{"role": RoleKey("management")}, {"estate": EstateKey(LOGISTICS)}, {"requester": ANA}, {"name": "other"}]
)
def test_a_request_that_says_something_else_is_not_intact(house, change):
    request = house.opened()
    assert request.intact
    assert not replace(request, asked=replace(request.asked, **change)).intact


def test_a_request_changed_in_the_database_is_neither_voted_on_nor_revealed(house):
    pending, approved = house.opened(name="pending"), house.approved(name="approved")
    with house.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE request SET role = 'management'")
        connection.commit()
    assert house.vote(pending, ANA).reason is Reason.TAMPERED
    assert house.reveal(approved).reason is Reason.TAMPERED
    assert house.authority.issued == 0


def test_what_would_expire_sooner_lapses_sooner(house):
    today = house.world.policy.today(house.clock.now())
    request = house.opened(expires_on=today)
    assert request.lapses_at == request.asked.expires_at
    house.clock.advance(hours=10)
    approved = house.vote(request, ANA)
    assert approved.lapses_at == request.asked.expires_at
    house.clock.advance(hours=10)
    assert house.reveal(approved).reason is Reason.LAPSED
    assert requests.lapse_overdue(house.world) == 1
