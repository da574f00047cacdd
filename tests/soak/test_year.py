"""A year in minutes: two thousand credentials, days on which nothing runs, and a workspace that fails at random."""

from bot.store.auditing import story_problems
from tests.support import reckoning
from tests.support.simulation import begin


def test_a_year_with_a_bad_workspace_and_a_program_that_sleeps_loses_no_warning(house):
    year = begin(house, count=2_000, days=365, seed=2026)
    year.live(days=365)
    told = reckoning.lines(year)
    reckoning.every_threshold_was_told_or_superseded(year, told)
    reckoning.each_warning_reached_its_channel(year, told)
    reckoning.nothing_was_repeated_but_after_a_lost_answer(year)
    reckoning.the_ledger_and_the_workspace_agree(year, told)
    with year.house.store.connect() as connection:
        assert story_problems(year.house.store.ledger, connection) == []
