"""Hundreds of requests to each address, of the application and of the real program: no answer that is not described."""

import pytest

from tests.support import road
from tests.support.description import held

pytestmark = pytest.mark.scenario


def test_the_application_answers_as_it_is_described():
    assert held({}, 500, patience=3000)


def test_the_real_program_answers_as_it_is_described(program_of, name):
    """Fewer of each: its wrong logins are held back."""
    with program_of("http") as program:
        pair = road.walk(program, name)
        assert held({}, 15, at=program.url, pair=(pair.client_id, pair.secret), patience=3000)
