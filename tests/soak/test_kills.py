"""Six hundred deaths at random instants: what `test_kills` and `test_life_kills` of `tests/scenario` do a few times."""

import pytest

from tests.support import road
from tests.support.killing import kill_a_life, kill_somewhere

pytestmark = pytest.mark.scenario

FIRST, HOW_MANY = 1_000, 300


@pytest.mark.parametrize("number", range(FIRST, FIRST + HOW_MANY))
def test_killed_at_any_instant_it_goes_on_where_it_stood(program_of, number):
    role = road.SUPER_ADMIN if number % 3 == 0 else road.READ_ONLY
    with program_of("socket" if number % 4 == 0 else "http", world="mortal") as program:
        kill_somewhere(program, number, role)


@pytest.mark.parametrize("part", ["rotate", "delete", "suspend", "transfer"])
@pytest.mark.parametrize("number", range(FIRST, FIRST + HOW_MANY // 4))
def test_killed_at_any_instant_of_a_change_it_goes_on_where_it_stood(program_of, number, part):
    with program_of("socket" if number % 4 == 0 else "http", world="mortal") as program:
        kill_a_life(program, number, part)
