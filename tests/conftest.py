"""Fixtures that every room's tests share."""

import pytest

from tests.support import house as houses


@pytest.fixture(scope="session")
def chromium():
    """One browser for all rooms: a process takes Playwright's loop only once."""
    from tests.support.chromium import launched  # noqa: PLC0415 - most tests need no browser, and it is slow to load

    with launched() as browser:
        yield browser


@pytest.fixture
def house(tmp_path):
    """The use cases over a real store and ledger in a file of their own."""
    built = houses.build(tmp_path)
    yield built
    built.close()
