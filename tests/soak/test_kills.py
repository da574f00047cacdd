"""Three hundred deaths at random instants: what `tests/scenario/test_kills.py` does twenty times."""

import pytest

from tests.support import road
from tests.support.killing import kill_somewhere

pytestmark = pytest.mark.scenario

FIRST, HOW_MANY = 1_000, 300


@pytest.mark.parametrize("number", range(FIRST, FIRST + HOW_MANY))
def test_killed_at_any_instant_it_goes_on_where_it_stood(program_of, number):
    role = road.SUPER_ADMIN if number % 3 == 0 else road.READ_ONLY
    with program_of("socket" if number % 4 == 0 else "http", world="mortal") as program:
        kill_somewhere(program, number, role)
