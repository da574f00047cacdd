"""Absences for tests: Ana is away from today on, and Sam stands in for her."""

from datetime import timedelta

from bot.domain.delegation import Delegation
from bot.service import delegating
from bot.service.delegating import DelegateCommand
from tests.support.people import ANA, SAM


def command(house, *, approver=ANA, delegate=SAM, begins=0, ends=3, submission="form") -> DelegateCommand:
    """A form that nothing is wrong with; `begins` and `ends` in days from today."""
    today = house.world.policy.today(house.clock.now())
    return DelegateCommand(
        submission=submission,
        approver=approver,
        delegate=delegate,
        first_day=today + timedelta(days=begins),
        last_day=today + timedelta(days=ends),
    )


def begin(house, **changes) -> Delegation:
    """Somebody stands in."""
    changes.setdefault("submission", f"form {sorted(changes.items())}")
    begun = delegating.begin(house.world, command(house, **changes))
    assert isinstance(begun, Delegation), begun
    return begun
