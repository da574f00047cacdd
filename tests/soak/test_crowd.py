"""A thousand flows at once through three processes in Socket Mode, while their connections are cut at random."""

import pytest

from tests.support import crowd
from tests.support.crowd import Desk
from tests.support.postgres import Handed

pytestmark = pytest.mark.scenario


@pytest.mark.timeout(3600)
def test_a_thousand_flows_through_three_processes_all_end_and_none_twice(tmp_path, postgres):
    crowd.gather(tmp_path, Handed.new(postgres), [Desk(number, 50) for number in range(20)], seed=5)
