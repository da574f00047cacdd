"""Fixtures that every room's tests share."""

import pytest

from tests.support import house as houses


@pytest.fixture
def house(tmp_path):
    """The use cases over a real store and ledger in a file of their own."""
    built = houses.build(tmp_path)
    yield built
    built.close()
