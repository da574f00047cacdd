"""A workspace on loopback that answers as a test says."""

import pytest

from tests.slack import double as doubles


@pytest.fixture
def slack():
    double = doubles.Double()
    server = doubles.start(double)
    yield double
    server.shutdown()
    server.server_close()
