"""A month in seconds: whatever is down, and whatever Slack answers, no expiry comes as a surprise."""

from bot.store.auditing import story_problems
from tests.support import reckoning
from tests.support.simulation import begin


def test_a_month_with_a_bad_workspace_and_a_program_that_sleeps_loses_no_warning(house):
    month = begin(house, count=150, days=45, seed=0)
    month.live(days=31)
    told = reckoning.lines(month)
    reckoning.every_threshold_was_told_or_superseded(month, told)
    reckoning.each_warning_reached_its_channel(month, told)
    reckoning.nothing_was_repeated_but_after_a_lost_answer(month)
    reckoning.the_ledger_and_the_workspace_agree(month, told)
    assert any(line.kind == "credential:expired" for line in told)
    assert any(line.kind == "warning:snoozed" for line in told)
    with month.house.store.connect() as connection:
        assert story_problems(month.house.store.ledger, connection) == []
