"""A program that has run, for the tests of its backups."""

import pytest

from tests.support.backups import write
from tests.support.program import initialised


@pytest.fixture
def house(tmp_path):
    """Settings and places of a program that has run; and a folder for its backups."""
    env, places = initialised(tmp_path / "cred")
    (tmp_path / "backups").mkdir()
    write(places, entries=3)
    return env, places, tmp_path / "backups"
