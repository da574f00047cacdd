"""A workspace on loopback that answers as a test says."""

import pytest

from tests.slack import double as doubles
from tests.slack import lounge as lounges


@pytest.fixture
def slack():
    double = doubles.Double()
    server = doubles.start(double)
    yield double
    server.shutdown()
    server.server_close()


@pytest.fixture
def lounge(house, slack):
    """Where people act, over the use cases of the house."""
    made = lounges.furnish(house, slack)
    yield made
    made.face.background.stop()
    made.face.replies.close()
