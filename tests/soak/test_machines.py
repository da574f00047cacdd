"""The state machines of `tests/service`, for as long as it takes to find what a few lives do not."""

from hypothesis import HealthCheck, settings

from tests.service.test_lives import Lives
from tests.service.test_two_people import Office

LONG = settings(max_examples=300, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck))

TestLives = Lives.TestCase
TestLives.settings = LONG
TestOffice = Office.TestCase
TestOffice.settings = LONG
