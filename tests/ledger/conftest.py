"""A ledger of its own for each test."""

import json
from pathlib import Path

import pytest

from tests.support.ledger_room import Room
from tests.support.tampering import Story


@pytest.fixture
def room(tmp_path, database_url):
    """A new ledger: three entries, one checkpoint."""
    built = Room.build(tmp_path, database_url)
    yield built
    built.close()


@pytest.fixture
def vectors():
    """Golden vectors by name."""
    folder = Path(__file__).with_name("vectors")
    return lambda name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def story(room):
    """A ledger with ten entries and an auditor."""
    return Story(room)
